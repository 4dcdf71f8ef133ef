"""The last look before a message leaves: is it still true, still wanted, still polite?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.models.customers import Contact
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import UPCOMING, Visit, VisitState
from fieldservice.notify.outbox import TOO_LATE
from fieldservice.operations.messages.opting import OPTED_OUT, has_opted_out
from fieldservice.operations.messages.owing import known_window, window_of
from fieldservice.operations.messages.recipients import SPOKEN_TO, way_to
from fieldservice.operations.messages.reminder_times import Manners
from fieldservice.operations.messages.rewriting import OTHERWISE
from fieldservice.operations.messages.surveys import response_of
from fieldservice.said import said

WANTED_IN: dict[MessageKind, tuple[VisitState, ...]] = {
    MessageKind.BOOKED: UPCOMING,
    MessageKind.CHANGED: UPCOMING,
    MessageKind.REMINDER_DAY: UPCOMING,
    MessageKind.REMINDER_HOURS: UPCOMING,
    MessageKind.ON_MY_WAY: (VisitState.EN_ROUTE,),
    MessageKind.CANCELLED: (VisitState.CANCELLED,),
    MessageKind.NO_ACCESS: (VisitState.NO_ACCESS,),
    MessageKind.SURVEY_CALL: (VisitState.COMPLETED,),
    MessageKind.SURVEY_TEXT: (VisitState.COMPLETED,),
    MessageKind.ANSWER: UPCOMING,
}
TO_ANYBODY = (MessageKind.ANSWER, MessageKind.REPLY)
"""These go to whoever wrote, known or not."""
SURVEYS = (MessageKind.SURVEY_CALL, MessageKind.SURVEY_TEXT)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a message must not leave now, and the state it goes to instead."""

    state: MessageState
    because: str
    again_at: datetime | None = None


def objection_to(session: Session, message: Message, now: datetime) -> Objection | None:
    """What speaks against sending this message at this moment, if anything does."""
    if now > message.not_after:
        return Objection(MessageState.EXPIRED, TOO_LATE)
    because = _untrue(session, message) or _unwanted(session, message)
    if because:
        return Objection(MessageState.VOID, because)
    return _impolite(session, message, now)


def _untrue(session: Session, message: Message) -> str | None:
    visit = message.visit
    if visit is None:
        return None
    if visit.version != message.visit_version:
        return said("the visit was changed since")
    if visit.state not in WANTED_IN.get(message.kind, ()):
        return said("the visit has gone on since")
    if message.kind in SURVEYS and response_of(session, visit.id):
        return said("the customer has answered already")
    if message.kind == MessageKind.CHANGED and _known_already(session, message, visit):
        return said("the customer knows this window already")
    return None


def _known_already(session: Session, message: Message, visit: Visit) -> bool:
    contact = message.contact
    if contact is None or message.id is None:
        return False
    tells = window_of(visit, message.tells_from, message.tells_until)
    return known_window(session, visit, contact, None, but=message.id) == tells


def _unwanted(session: Session, message: Message) -> str | None:
    # An answer says itself, once, that a number is written to no more.
    if message.kind in (MessageKind.CODE, MessageKind.ANSWER):
        return None
    if _is_closed(session, message):
        return OPTED_OUT
    if message.kind in TO_ANYBODY and message.contact is None:
        return None
    contact: Contact | None = message.contact
    if contact is None:
        return said("there is nobody to send it to")
    if not contact.consents_to(message.channel):
        return OPTED_OUT
    if message.channel in SPOKEN_TO and not contact.phone:
        return said("the contact has no phone any more")
    if message.kind not in TO_ANYBODY and way_to(contact, message.kind) != message.channel:
        return OTHERWISE
    return None


def is_quiet(session: Session, message: Message, now: datetime) -> bool:
    """Whether it waits, and would come at an hour at which it disturbs."""
    territory = session.get_one(Territory, message.territory_id)
    waits = message.state == MessageState.PENDING and not territory.keeps_silent
    return waits and _polite_at(territory, message, now) > now


def _polite_at(territory: Territory, message: Message, now: datetime) -> datetime:
    zone = message.visit.work_order.site.zone if message.visit else territory.zone
    return Manners(zone, territory.country, message.channel).next(now)


def _is_closed(session: Session, message: Message) -> bool:
    contact = message.contact
    if contact is not None and contact.phone == message.to_address:
        return any(one.channel == message.channel for one in contact.opt_outs)
    return has_opted_out(session, message.to_address, message.channel)


def _impolite(session: Session, message: Message, now: datetime) -> Objection | None:
    territory = session.get_one(Territory, message.territory_id)
    if territory.keeps_silent:
        return Objection(MessageState.PENDING, "held: nothing leaves this territory yet", now)
    if message.ignores_quiet_hours:
        return None
    polite_at = _polite_at(territory, message, now)
    if polite_at <= now:
        return None
    if polite_at > message.not_after:
        return Objection(MessageState.EXPIRED, said("quiet hours lasted longer than it was true"))
    return Objection(MessageState.PENDING, "quiet hours", polite_at)
