"""What the pages say in each language, read from where it is written."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from fieldservice.models.kinds import Language
from fieldservice.notify.texts import WORDINGS
from fieldservice.web.customer_words import WORDS

PACKAGE = Path(__file__).parents[1] / "fieldservice"
TRANSLATED = [language for language in Language if language is not Language.ENGLISH]
CUSTOMERS_SEE = (
    "web/bounds.py",
    "web/customer_booking.py",
    "web/customer_frame.py",
    "web/customer_pages.py",
    "web/customer_words/*.py",
    "web/errors.py",
    "web/language.py",
    "web/limits.py",
    "web/public_booking.py",
    "web/survey.py",
    "web/templates/customer/*.html",
    "web/templates/errors/*.html",
    "web/templates/layout/_confirm.html",
    "web/templates/layout/base.html",
    "web/templates/layout/customer.html",
    "web/templates/security/*.html",
    "web/templates/survey/*.html",
    "web/templates/ui/controls.html",
    "web/templates/ui/page.html",
)
"""Where words of the catalogue can come from that customers read, and of the sign-in page."""
SHOWN_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title")


def catalogue(language: Language) -> Catalog:
    """The words of that language as they are kept."""
    path = PACKAGE / "translations" / language.value / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language.value)


def customers_sentences() -> set[str]:
    """Every sentence of the catalogue that a customer may come to read."""
    paths = [path for pattern in CUSTOMERS_SEE for path in sorted(PACKAGE.glob(pattern))]
    return {sentence for path in paths for sentence in _sentences_in(path)}


def _sentences_in(path: Path) -> Iterator[str]:
    method = "jinja2" if path.suffix == ".html" else "python"
    for _line, found, _comments, _context in extract_from_file(method, str(path)):
        yield from (found,) if isinstance(found, str) else (one for one in found if one)


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
