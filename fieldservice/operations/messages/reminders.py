"""What a visit owes its customer: texts and one call, written in the caller's transaction.

Whoever moves or cancels a visit raises its version first, then calls `void_unsent`, then
what the new version owes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.surveys import SurveyResponse
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import UPCOMING, Visit
from fieldservice.notify.texts import Window
from fieldservice.operations.messages.owing import (
    News,
    known_window,
    owe,
    told_window,
    void_unsent,
    window_of,
    zone_of,
)
from fieldservice.operations.messages.recipients import recipients
from fieldservice.operations.messages.reminder_times import (
    SHORTLY,
    Times,
    day_before,
    hours_before,
    on_one_evening,
    politely,
)

__all__ = [
    "owe_booked",
    "owe_cancelled",
    "owe_changed",
    "owe_no_access",
    "owe_on_my_way",
    "owe_reminders",
    "owe_survey",
    "owe_survey_text",
    "void_unsent",
    "would_be_told",
]

FRESH = timedelta(hours=48)
"""How long a confirmation is worth sending."""
A_DAY = timedelta(hours=24)
TO_PACK_UP = timedelta(minutes=30)
"""The customer is asked once the technician has left."""
WORTH_ASKING = timedelta(days=4)
ON_ROAD_AT_LEAST = timedelta(minutes=10)
SURVEYS = (MessageKind.SURVEY_CALL, MessageKind.SURVEY_TEXT)


def owe_booked(
    session: Session,
    visit: Visit,
    now: datetime,
    *,
    due_at: datetime | None = None,
    answers_customer: bool = False,
) -> list[Message]:
    """The confirmation of a booking; at any hour where it answers what the customer just did."""
    window = told_window(visit)
    if window is None:
        return []
    news = News(MessageKind.BOOKED, tells=window)
    wished = max(now, due_at or now)
    until = min(window.from_at, wished + FRESH)
    times = politely(wished, until, zone_of(visit), at_any_hour=answers_customer)
    return [owe(session, visit, one, news, times, now) for one in _texted(visit)]


def owe_reminders(
    session: Session, visit: Visit, now: datetime, *, at_first: bool = False
) -> list[Message]:
    """The reminders the day before and two hours before that are still to come.

    `at_first` is for visits about which nothing was ever owed; the caller then flushes.
    """
    window = told_window(visit)
    if window is None or visit.state not in UPCOMING:
        return []
    zone = zone_of(visit)
    early, late = day_before(window.from_at, zone), hours_before(window.from_at, zone)
    wanted = [(MessageKind.REMINDER_HOURS, late)]
    if not on_one_evening(early, late, zone):
        wanted.insert(0, (MessageKind.REMINDER_DAY, early))
    return [
        owe(session, visit, one, News(kind, tells=window), times, now, at_first=at_first)
        for kind, times in wanted
        if times.due_at > now
        for one in _texted(visit)
    ]


def owe_changed(
    session: Session,
    visit: Visit,
    now: datetime,
    told_before: tuple[datetime, datetime] | None,
    *,
    due_at: datetime | None = None,
    answers_customer: bool = False,
) -> list[Message]:
    """The news of a window other than the one each contact really knows.

    `told_before` is the window the visit promised until now. Who was never told any gets
    the confirmation instead; who already knows this window gets nothing.
    """
    window = told_window(visit)
    if window is None:
        return []
    before = window_of(visit, *told_before) if told_before else None
    owed: list[Message] = []
    for contact in _texted(visit):
        known = known_window(session, visit, contact, before)
        if known == window:
            continue
        news = _news_of(window, known)
        wished = max(now, due_at or now)
        soon = min(end.from_at for end in (window, known or window)) - now <= SHORTLY
        times = politely(
            wished, window.from_at, zone_of(visit), at_any_hour=soon or answers_customer
        )
        owed.append(owe(session, visit, contact, news, times, now))
    return owed


def would_be_told(session: Session, visit: Visit, told: tuple[datetime, datetime]) -> list[Contact]:
    """Who would get a text if the visit now promised this window."""
    window, before = window_of(visit, *told), told_window(visit)
    return [one for one in _texted(visit) if known_window(session, visit, one, before) != window]


def owe_cancelled(
    session: Session,
    visit: Visit,
    now: datetime,
    *,
    due_at: datetime | None = None,
    answers_customer: bool = False,
) -> list[Message]:
    """The news that nobody comes, to those who may expect somebody."""
    promised = told_window(visit)
    owed: list[Message] = []
    for contact in _texted(visit):
        known = known_window(session, visit, contact, promised) or promised
        if known is None or known.until_at <= now:
            continue
        wished = max(now, due_at or now)
        at_any_hour = answers_customer or known.from_at - now <= SHORTLY
        times = politely(wished, known.until_at, zone_of(visit), at_any_hour=at_any_hour)
        news = News(MessageKind.CANCELLED, instead_of=known)
        owed.append(owe(session, visit, contact, news, times, now))
    return owed


def owe_on_my_way(session: Session, visit: Visit, eta_at: datetime, now: datetime) -> list[Message]:
    """The arrival to expect, as the technician sets out; at any hour."""
    times = Times(now, max(eta_at, now + ON_ROAD_AT_LEAST), at_any_hour=True)
    news = News(MessageKind.ON_MY_WAY, moment=eta_at)
    return [owe(session, visit, one, news, times, now) for one in _texted(visit)]


def owe_no_access(session: Session, visit: Visit, now: datetime) -> list[Message]:
    """That somebody stood before a closed door, and how to agree on a new time."""
    times = politely(now, now + A_DAY, zone_of(visit), at_any_hour=False)
    news = News(MessageKind.NO_ACCESS, moment=visit.ended_at or now)
    return [owe(session, visit, one, news, times, now) for one in _texted(visit)]


def owe_survey(session: Session, visit: Visit, now: datetime) -> list[Message]:
    """One satisfaction call after a completed visit; a text to who takes none."""
    if _asked_already(session, visit):
        return []
    contacts = recipients(visit, Channel.CALL)
    if not contacts:
        return owe_survey_text(session, visit, now)
    return [owe_call(session, visit, contacts[0], now, now + TO_PACK_UP, try_number=1)]


def owe_call(
    session: Session,
    visit: Visit,
    contact: Contact,
    now: datetime,
    wished: datetime,
    *,
    try_number: int,
) -> Message:
    """A satisfaction call at the first polite hour from then on."""
    country = session.get_one(Territory, visit.territory_id).country
    due = clock.next_calling(wished, zone_of(visit), country)
    times = Times(due, due + WORTH_ASKING)
    news = News(MessageKind.SURVEY_CALL, Channel.CALL, try_number=try_number)
    return owe(session, visit, contact, news, times, now)


def owe_survey_text(session: Session, visit: Visit, now: datetime) -> list[Message]:
    """One text with a link to the question, where the telephone did not answer it."""
    contacts = recipients(visit, Channel.SMS)[:1]
    times = politely(now, now + WORTH_ASKING, zone_of(visit), at_any_hour=False)
    news = News(MessageKind.SURVEY_TEXT)
    return [owe(session, visit, one, news, times, now) for one in contacts]


def _texted(visit: Visit) -> list[Contact]:
    return recipients(visit, Channel.SMS)


def _news_of(window: Window, known: Window | None) -> News:
    if known is None:
        return News(MessageKind.BOOKED, tells=window)
    return News(MessageKind.CHANGED, tells=window, instead_of=known)


def _asked_already(session: Session, visit: Visit) -> bool:
    if session.scalar(select(SurveyResponse.id).where(SurveyResponse.visit_id == visit.id)):
        return True
    asked = select(Message.id).where(
        Message.visit_id == visit.id,
        Message.kind.in_(SURVEYS),
        Message.state.not_in((MessageState.VOID, MessageState.EXPIRED)),
    )
    return session.scalar(asked.limit(1)) is not None
