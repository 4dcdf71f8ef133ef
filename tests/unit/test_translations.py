"""The catalogues: every word of the pages in every language, whole and never broken."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from fieldservice.models.kinds import Language
from tests.languages import TRANSLATED, catalogue, words_of_pages

PLACE = re.compile(r"%\(\w+\)\w")


def test_words_are_found_where_they_are_written() -> None:
    assert {"Questions? Call us:", "Keep as it is", "Saved."} <= words_of_pages()
    assert ("%(num)s visit", "%(num)s visits") in words_of_pages()


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_holds_the_words_of_the_pages_and_no_others(language: Language) -> None:
    kept = {message.id for message in catalogue(language) if message.id}
    new, gone = words_of_pages() - kept, kept - words_of_pages()
    assert not new, "run make translations, then fill these in in each language"
    assert not gone, "run make translations: no page says these any more"


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_lacks_a_translation(language: Language) -> None:
    words = [message for message in catalogue(language) if message.id]
    missing = [one.id for one in words if one.fuzzy or "" in _forms(one.string or "")]
    assert missing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_puts_in_what_its_sentence_does(language: Language) -> None:
    broken = []
    for message in catalogue(language):
        known, said = _forms(message.id), _forms(message.string or "")
        places = set(PLACE.findall(known[-1]))
        # One of a plural may leave its number out: “a visit”, “two visits”.
        counted = {"%(num)s", "%(num)d"} if len(known) > 1 else set()
        for one in said:
            if one and not (places - counted <= set(PLACE.findall(one)) <= places):
                broken.append(one)
    assert broken == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_compiles_without_a_complaint(language: Language) -> None:
    complaints = [
        str(error) for _message, errors in catalogue(language).check() for error in errors
    ]
    assert complaints == []


def _forms(words: str | Sequence[str]) -> Sequence[str]:
    return (words,) if isinstance(words, str) else words


@pytest.mark.parametrize("language", TRANSLATED)
def test_nobody_is_shouted_at(language: Language) -> None:
    shouted = [m.id for m in catalogue(language) if m.id and "!" in str(m.string)]
    assert shouted == []
