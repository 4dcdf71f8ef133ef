"""Who calls: known by their number, with the visits they may ask about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel, Contact
from fieldservice.models.kinds import Language
from fieldservice.models.senders import Sender
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import (
    STARTED,
    UPCOMING,
    Visit,
    WorkOrder,
    WorkOrderContact,
)
from fieldservice.operations.messages.opting import contacts_at
from fieldservice.operations.messages.recipients import can_reach

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8566696", "+86282452253"})
"""What Twilio writes on a keypad for anonymous, restricted, blocked, unknown, unavailable."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody on the line."""

    number: str
    """Empty where it is withheld."""
    people: tuple[Contact, ...]
    territory: Territory


def caller(session: Session, number: str, our_number: str) -> Caller | None:
    """Who calls with this number, and whose office they reach; None where there is no office."""
    known = number if NUMBER.fullmatch(number) and number not in WITHHELD else ""
    people = contacts_at(session, known) if known else []
    territory = _territory(session, people, our_number)
    if territory is None:
        return None
    here = [one for one in people if one.customer.territory_id == territory.id]
    return Caller(known, tuple(here), territory)


def languages_of(people: Sequence[Contact], territory: Territory) -> tuple[Language, ...]:
    """What they speak; for strangers every language, the territory's own first."""
    spoken = tuple(dict.fromkeys(one.language for one in people))
    if spoken:
        return spoken
    own = Language(territory.default_language)
    return (own, *(one for one in Language if one != own))


def next_visits(
    session: Session, people: Sequence[Contact], now: datetime, limit: int
) -> list[Visit]:
    """The next visit of each household reached at this number, the earliest first."""
    if not people:
        return []
    named = select(WorkOrderContact.work_order_id).where(
        WorkOrderContact.contact_id.in_([one.id for one in people])
    )
    rows = (
        select(Visit)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .where(
            or_(
                WorkOrder.customer_id.in_({one.customer_id for one in people}),
                WorkOrder.id.in_(named),
            ),
            Visit.state.in_((*UPCOMING, *STARTED)),
            Visit.told_from.is_not(None),
            or_(Visit.told_until >= now, Visit.state.in_(STARTED)),
        )
        .order_by(Visit.told_from, Visit.id)
    )
    first: dict[int, Visit] = {}
    for visit in session.scalars(rows).all():
        first.setdefault(visit.work_order.customer_id, visit)
    return list(first.values())[:limit]


def contact_for(people: Sequence[Contact], visit: Visit | None) -> Contact | None:
    """Who of those at this number it is, as far as the visit tells."""
    if visit is not None:
        theirs = [one for one in people if one.customer_id == visit.work_order.customer_id]
        named = [one.contact_id for one in visit.work_order.contacts]
        theirs = theirs or [one for one in people if one.id in named]
        return theirs[0] if theirs else None
    return people[0] if people else None


def can_be_texted(people: Sequence[Contact]) -> bool:
    """Whether a link sent to this number would be read."""
    return bool(people) and all(can_reach(one, Channel.SMS) for one in people)


def _territory(session: Session, people: Sequence[Contact], our_number: str) -> Territory | None:
    """The office of the number; the caller's own where they are known elsewhere only."""
    called = _of_number(session, our_number)
    theirs = [one.customer.territory for one in people]
    if called is not None and (called in theirs or not theirs):
        return called
    if theirs:
        return theirs[0]
    return session.scalar(select(Territory).order_by(Territory.id).limit(1))


def _of_number(session: Session, our_number: str) -> Territory | None:
    rows = (
        select(Territory)
        .join(Sender, Sender.territory_id == Territory.id)
        .where(Sender.address == our_number, Sender.active)
    )
    return session.scalar(rows.order_by(Sender.id).limit(1))
