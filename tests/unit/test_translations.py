"""The catalogues: whole where customers read, and never broken where staff do."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from fieldservice.models.kinds import Language
from tests.languages import TRANSLATED, catalogue, customers_sentences

PLACE = re.compile(r"%\(\w+\)\w")


def test_customers_sentences_are_found_where_they_are_written() -> None:
    found = customers_sentences()
    assert {"Questions? Call us:", "Page not found", "Keep as it is", "Copied."} <= found


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_customers_read_lacks_a_translation(language: Language) -> None:
    kept = catalogue(language)
    missing = [
        sentence
        for sentence in sorted(customers_sentences())
        if (found := kept.get(sentence)) is None or not found.string or found.fuzzy
    ]
    assert missing == [], "run make translations and fill these in"


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


def _forms(words: str | Sequence[str]) -> Sequence[str]:
    return (words,) if isinstance(words, str) else words


@pytest.mark.parametrize("language", TRANSLATED)
def test_nobody_is_shouted_at(language: Language) -> None:
    shouted = [m.id for m in catalogue(language) if m.id and "!" in str(m.string)]
    assert shouted == []
