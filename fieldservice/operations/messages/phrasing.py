"""What is said of a visit over each channel: a text, spoken words or a letter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel, Contact
from fieldservice.models.kinds import Language
from fieldservice.models.messages import MessageKind
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from fieldservice.notify.letters.writing import by_mail, letter_window, on_paper, subject_of
from fieldservice.notify.texts import Facts, Window, time_words, window_words, work_words, write
from fieldservice.notify.voice.speech import SPOKEN, notice_text
from fieldservice.notify.voice.spoken import spoken_time, spoken_window
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.senders import can_be_answered, country_of

ASKED_IN_CALL = (MessageKind.SURVEY_CALL,)
"""Calls that are a talk of their own; their row keeps only the greeting."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a message is about."""

    kind: MessageKind
    tells: Window | None = None
    instead_of: Window | None = None
    moment: datetime | None = None
    said_on: date | None = None
    """The day it is heard, which lets a reminder say *tomorrow*."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of one message."""

    body: str
    subject: str = ""


def phrase(
    session: Session, visit: Visit, contact: Contact, channel: Channel, said: Said
) -> Phrase:
    """The words for this contact, in their language, as the channel carries them."""
    known, language = _known(session, visit, contact), contact.language
    if channel == Channel.EMAIL:
        facts = _written(known, said, visit, language)
        about = said.tells or said.instead_of
        subject = subject_of(said.kind, language, facts, about)
        return Phrase(by_mail(said.kind, language, facts), subject)
    if channel == Channel.SMS or said.kind in ASKED_IN_CALL:
        asks = channel == Channel.SMS and _can_answer(session, visit, contact)
        facts = _texted(known, said, visit, language)
        return Phrase(write(said.kind, language, facts, asks_for_answer=asks))
    return Phrase(notice_text(said.kind, language, _spoken(known, said, visit, language)))


def printed(session: Session, visit: Visit, contact: Contact, said: Said) -> str:
    """The same news as a letter on paper."""
    known, language = _known(session, visit, contact), contact.language
    return on_paper(said.kind, language, _written(known, said, visit, language))


def _known(session: Session, visit: Visit, contact: Contact) -> Facts:
    territory = session.get_one(Territory, visit.territory_id)
    return Facts(
        name=contact.name,
        company=territory.name,
        work=_work(visit) or work_words(visit.work_order.kind, contact.language),
        phone=shown_phone(territory.phone) if territory.phone else None,
    )


def _can_answer(session: Session, visit: Visit, contact: Contact) -> bool:
    """Whether an answer would reach us; looked up once for each country in a session."""
    if not contact.phone:
        return False
    key = ("can be answered", visit.territory_id, country_of(contact.phone))
    if key not in session.info:
        territory = session.get_one(Territory, visit.territory_id)
        session.info[key] = can_be_answered(session, territory, contact.phone)
    return bool(session.info[key])


def _work(visit: Visit) -> str | None:
    asset = visit.work_order.asset
    return asset.product.full_name if asset else None


def _texted(known: Facts, said: Said, visit: Visit, language: Language) -> Facts:
    zone = visit.work_order.site.zone
    return replace(
        known,
        window=window_words(said.tells, language, said.said_on) if said.tells else "",
        before=window_words(said.instead_of, language) if said.instead_of else "",
        time=time_words(said.moment, zone) if said.moment else "",
    )


def _spoken(known: Facts, said: Said, visit: Visit, language: Language) -> Facts:
    zone = visit.work_order.site.zone
    return replace(
        known,
        work=_work(visit) or SPOKEN[language].work[visit.work_order.kind],
        window=spoken_window(said.tells, language, said.said_on) if said.tells else "",
        before=spoken_window(said.instead_of, language) if said.instead_of else "",
        time=spoken_time(said.moment, zone, language) if said.moment else "",
    )


def _written(known: Facts, said: Said, visit: Visit, language: Language) -> Facts:
    zone = visit.work_order.site.zone
    return replace(
        known,
        window=letter_window(said.tells, language) if said.tells else "",
        before=letter_window(said.instead_of, language) if said.instead_of else "",
        time=time_words(said.moment, zone) if said.moment else "",
    )
