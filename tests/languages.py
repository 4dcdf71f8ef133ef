"""What the pages say in each language, read from where it is written."""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from fieldservice.models.kinds import Language
from fieldservice.notify.texts import WORDINGS
from fieldservice.web.customer_words import WORDS

PACKAGE = Path(__file__).parents[1] / "fieldservice"
TRANSLATED = [language for language in Language if language is not Language.ENGLISH]
SHOWN_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title")


def catalogue(language: Language) -> Catalog:
    """The words of that language as they are kept."""
    path = PACKAGE / "translations" / language.value / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language.value)


@cache
def words_of_pages() -> frozenset[str | tuple[str, ...]]:
    """Every word that `make translations` gathers: one sentence, or both forms of a counted one."""
    with (PACKAGE.parent / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    gathered = extract_from_dir(PACKAGE.parent, methods, options)
    return frozenset(found for _file, _line, found, _comments, _context in gathered)


def english_left(page: str, language: Language) -> set[str]:
    """What this page still says in English, wherever a person would read it."""
    reader = _Reader()
    reader.feed(page)
    said = [" ".join(text.split()) for text in reader.texts]
    whole = " | ".join(said)
    return {
        english
        for english in _english_words(language)
        if english in said or (" " in english and len(english) > 7 and english in whole)
    }


def _english_words(language: Language) -> set[str]:
    translated = catalogue(language)
    ours = {
        message.id
        for message in translated
        if isinstance(message.id, str) and message.id and message.string != message.id
    }
    pages = (WORDS, {one: wording.survey_page for one, wording in WORDINGS.items()})
    for forms in pages:
        here = dataclasses.asdict(forms[language])
        english = dataclasses.asdict(forms[Language.ENGLISH])
        for name, sentence in english.items():
            if here[name] != sentence:
                ours |= {piece.strip(" .:") for piece in re.split(r"{\w+}", sentence)}
    spoken_alike = set(dataclasses.asdict(WORDS[language]).values())
    # A language is offered under its own name everywhere.
    return {one for one in ours if len(one) > 3} - spoken_alike - {"English"}


class _Reader(HTMLParser):
    """Every text of a page, and what is read out or shown on its controls."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            shown = name in SHOWN_ATTRIBUTES or (name.startswith("data-") and " " in (value or ""))
            if shown and value:
                self.texts.append(value)
