"""Letters as they are printed and posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from fieldservice.models.kinds import Language
from fieldservice.models.messages import Message
from fieldservice.models.territories import Territory
from fieldservice.notify.letters.writing import LETTERS
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.hand_list import HandLine
from fieldservice.operations.messages.phrasing import Said, printed


@dataclass(frozen=True, slots=True)
class Paper:
    """One letter: to whom, where, about what, in which words."""

    message_id: int
    language: Language
    to: tuple[str, ...]
    """The lines that show through the envelope's window."""
    company: str
    phone: str
    heading: str
    paragraphs: tuple[str, ...]
    reference: str


def papers(session: Session, territory: Territory, lines: Sequence[HandLine]) -> list[Paper]:
    """The letters that say these lines, each in its reader's language."""
    return [_paper(session, territory, one) for one in lines]


def _paper(session: Session, territory: Territory, line: HandLine) -> Paper:
    visit = session.get_one(Message, line.message_id).visit
    assert visit is not None
    news, site = line.news, line.site
    said = Said(news.kind, news.tells, news.instead_of, news.moment)
    town = " ".join(part for part in (site.postcode, site.municipality) if part)
    phone = shown_phone(territory.phone) if territory.phone else ""
    letter = printed(session, visit, line.contact, said)
    return Paper(
        message_id=line.message_id,
        language=line.contact.language,
        to=(line.contact.name, site.street, town),
        company=territory.name,
        phone=phone,
        heading=LETTERS[line.contact.language].on_paper[news.kind],
        paragraphs=tuple(_unbroken(words, phone) for words in letter.split("\n\n")),
        reference=line.reference,
    )


def _unbroken(words: str, phone: str) -> str:
    """The words with a telephone number that no line end parts."""
    return words.replace(phone, phone.replace(" ", "\u00a0")) if phone else words
