"""Being called: who it is, what they are told, and what their keys and words leave to do."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.errors import Conflict
from fieldservice.models.calls import PhoneCall, Wish
from fieldservice.models.conversations import InboundText, Meaning, Reason
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.kinds import Language
from fieldservice.models.surveys import CallStep
from fieldservice.models.work_orders import STARTED, UPCOMING, Visit
from fieldservice.notify.voice.inbound import CHOICES, Expected, Inbound
from fieldservice.notify.voice.line import Call
from fieldservice.notify.voice.speech import SPOKEN
from fieldservice.notify.voice.spoken import spoken_time, spoken_window
from fieldservice.operations import audit
from fieldservice.operations.bookings.confirming import confirm, doubt
from fieldservice.operations.calls.callers import (
    caller,
    can_be_texted,
    contact_for,
    languages_of,
    next_visits,
)
from fieldservice.operations.calls.office_hours import is_open
from fieldservice.operations.messages.answering import answer, answers_for
from fieldservice.operations.messages.opting import contacts_at
from fieldservice.operations.messages.owing import told_window, zone_of
from fieldservice.operations.messages.threads import raise_for_office, thread_of

SOURCE = "call"
NOBODY = "withheld"
"""Stands for the number of callers who do not show theirs."""


def receive(
    session: Session, number: str, our_number: str, provider_id: str, now: datetime
) -> PhoneCall | None:
    """Somebody calls; told twice, it is one call. None where no office is set up."""
    known = session.scalar(select(PhoneCall).where(PhoneCall.provider_id == provider_id))
    if known is not None:
        return known
    who = caller(session, number, our_number)
    if who is None:
        return None
    visits = next_visits(session, who.people, now, CHOICES)
    row = PhoneCall(
        token=secrets.token_hex(16),
        provider_id=provider_id,
        territory=who.territory,
        territory_id=who.territory.id,
        number=who.number,
        our_number=our_number[:40],
        language=languages_of(who.people, who.territory)[0],
        step=CallStep.MENU,
        offered=[_offer(one) for one in visits],
        answered=True,
        started_at=now,
    )
    begun = inbound_script(session, row, now).begin()
    row.step, row.visit_id = begun.step, begun.visit_id
    session.add(row)
    session.flush()
    audit.record(session, now, None, "call.received", row)
    return row


def inbound_script(session: Session, row: PhoneCall, now: datetime) -> Inbound:
    """The script of this call, with what is known at this moment."""
    people = _people(session, row)
    languages = languages_of(people, row.territory)
    visits = _offered(session, row)
    phone = row.territory.phone or ""
    rings = phone and phone != row.our_number and is_open(session, row.territory, now)
    return Inbound(
        company=row.territory.name,
        languages=languages,
        visits=tuple(_expected(one, people, row.language, now) for one in visits),
        office=phone if rings else "",
        records=row.territory.records_calls,
        can_be_called=bool(row.number),
        can_be_texted=can_be_texted(people),
    )


def follow_inbound(session: Session, row: PhoneCall, after: Call, now: datetime) -> Call:
    """Do what they ask; the call as it goes on, since a visit may have changed meanwhile."""
    if after.wish == row.wish:
        _note_told(session, row, after)
        return after
    visit = session.get(Visit, after.visit_id) if after.visit_id else None
    contact = contact_for(_people(session, row), visit)
    row.contact_id = contact.id if contact else None
    if after.wish == Wish.CONFIRM and visit and _was_told_otherwise(row, visit):
        after = replace(after, step=CallStep.MENU, misses=0, wish=Wish.CHANGED)
        _note_told(session, row, after)
        return after
    if after.wish == Wish.CONFIRM and not _confirmed(session, visit, contact, now):
        after = replace(after, wish=Wish.CHANGED)
    if after.wish == Wish.MOVE and visit:
        doubt(session, visit, now, "call", contact)
        return _led_to_times(session, row, after, visit, now)
    if after.wish == Wish.MESSAGE:
        leave_for_office(session, row, Reason.LEFT_MESSAGE, now, after.comment or "", visit)
    elif after.wish in (Wish.CALL_ME, Wish.CHANGED):
        leave_for_office(session, row, Reason.CALL_ME, now, "", visit)
    return after


def close_inbound(session: Session, row: PhoneCall, step_before: CallStep, now: datetime) -> None:
    """Whoever was asked for words and left none, or did not take a new time, is called back."""
    silent = step_before == CallStep.MESSAGE and row.wish in (None, Wish.OFFICE)
    left_open = silent or row.wish == Wish.CHANGED
    if left_open and row.thread_id is None and _people(session, row):
        visit = row.visit
        leave_for_office(session, row, Reason.CALL_ME, now, "", visit)


def leave_for_office(
    session: Session,
    row: PhoneCall,
    reason: Reason,
    now: datetime,
    words: str = "",
    visit: Visit | None = None,
) -> None:
    """What this call leaves the office to do, in the conversation with the caller."""
    visit = visit or row.visit
    contact = contact_for(_people(session, row), visit)
    thread = raise_for_office(
        session,
        contact or row.number or NOBODY,
        visit,
        reason,
        now,
        words=words,
        channel=Channel.CALL,
        territory_id=row.territory_id,
    )
    row.thread_id = thread.id
    session.flush()


def _offer(visit: Visit) -> dict[str, Any]:
    window = (visit.told_from, visit.told_until)
    return {"visit_id": visit.id, "told": [one and one.isoformat() for one in window]}


def _offered(session: Session, row: PhoneCall) -> list[Visit]:
    # Calls begun before an upgrade hold the ids alone.
    ids = [one["visit_id"] if isinstance(one, dict) else one for one in row.offered or []]
    found = [session.get(Visit, one) for one in ids]
    return [one for one in found if one is not None]


def _note_told(session: Session, row: PhoneCall, after: Call) -> None:
    """Remember the windows the voice is about to say; after a miss it says none again."""
    if after.step not in (CallStep.WHICH, CallStep.MENU) or after.misses:
        return
    row.offered = [_offer(one) for one in _offered(session, row)]


def _was_told_otherwise(row: PhoneCall, visit: Visit) -> bool:
    """Whether the caller heard another window than the visit has now."""
    return visit.state in UPCOMING and _offer(visit) not in (row.offered or [])


def _people(session: Session, row: PhoneCall) -> tuple[Contact, ...]:
    if not row.number:
        return ()
    here = contacts_at(session, row.number)
    return tuple(one for one in here if one.customer.territory_id == row.territory_id)


def _expected(
    visit: Visit, people: tuple[Contact, ...], language: Language, now: datetime
) -> Expected:
    window, zone = told_window(visit), zone_of(visit)
    contact = contact_for(people, visit)
    order = visit.work_order
    comes_at = visit.eta_at or visit.told_from
    said_on = clock.local_day(now, zone)
    return Expected(
        visit_id=visit.id,
        window=spoken_window(window, language, said_on) if window else "",
        name=contact.name if contact else order.customer.name,
        work=SPOKEN[language].work[order.kind],
        time=spoken_time(comes_at, zone, language) if visit.state in STARTED and comes_at else "",
        is_confirmed=visit.confirmed_at is not None,
    )


def _confirmed(
    session: Session, visit: Visit | None, contact: Contact | None, now: datetime
) -> bool:
    if visit is None:
        return False
    try:
        confirm(session, visit, now, SOURCE, contact)
    except Conflict:
        return False
    return True


def _led_to_times(
    session: Session, row: PhoneCall, after: Call, visit: Visit, now: datetime
) -> Call:
    """A text with the way to another time, where one can be read; else the office calls."""
    if can_be_texted(_people(session, row)):
        if _sent_link(session, row, visit, now):
            return after
        after = replace(after, wish=Wish.CALL_ME)
    leave_for_office(session, row, Reason.MOVE, now, "", visit)
    return after


def _sent_link(session: Session, row: PhoneCall, visit: Visit, now: datetime) -> bool:
    contact = contact_for(_people(session, row), visit)
    thread = thread_of(session, row.territory_id, row.number, now, contact)
    asked = InboundText(
        channel=Channel.CALL,
        sent_to=row.our_number,
        body="",
        meaning=Meaning.MOVE,
        visit=visit,
        received_at=now,
    )
    thread.entries.append(asked)
    thread.last_at = now
    session.flush()
    row.thread_id = thread.id
    return answer(session, thread, asked, answers_for(thread).move, now, visit=visit) is not None
