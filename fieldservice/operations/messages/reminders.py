"""What a visit owes its customer: texts, calls and letters, written in the caller's transaction.

Whoever moves or cancels a visit raises its version first, then calls `void_unsent`, then
what the new version owes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message, MessageKind
from fieldservice.models.work_orders import UPCOMING, Visit
from fieldservice.notify.texts import Window
from fieldservice.operations.messages.owing import (
    News,
    known_window,
    manners_for,
    owe,
    told_window,
    void_unsent,
    window_of,
)
from fieldservice.operations.messages.recipients import Recipient, recipients
from fieldservice.operations.messages.reminder_times import (
    AHEAD,
    SHORTLY,
    SPOKEN,
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
    "void_unsent",
    "would_be_told",
]

FRESH = timedelta(hours=48)
"""How long a confirmation is worth sending."""
A_DAY = timedelta(hours=24)
ON_ROAD_AT_LEAST = timedelta(minutes=10)


def owe_booked(
    session: Session,
    visit: Visit,
    now: datetime,
    *,
    due_at: datetime | None = None,
    answers_customer: bool = False,
    at_first: bool = False,
) -> list[Message]:
    """The confirmation of a booking.

    It leaves at any hour where it answers what the customer just did, or where quiet hours
    would hold it up until less than two hours before the visit.

    `at_first` is for versions of a visit about which nothing was owed; the caller hands it in.
    """
    window = told_window(visit)
    if window is None:
        return []
    wished = max(now, due_at or now)
    return [
        _tell(
            session,
            visit,
            one,
            News(MessageKind.BOOKED, one.channel, tells=window),
            _fresh(session, visit, one, wished, window.from_at, answers_customer),
            now,
            at_first=at_first,
        )
        for one in recipients(visit, MessageKind.BOOKED)
    ]


def owe_reminders(
    session: Session, visit: Visit, now: datetime, *, at_first: bool = False
) -> list[Message]:
    """The reminders the day before and two hours before that are still to come.

    `at_first` is for versions of a visit about which nothing was owed; the caller hands it in.
    """
    window = told_window(visit)
    if window is None or visit.state not in UPCOMING:
        return []
    return [
        owe(
            session,
            visit,
            one.contact,
            News(kind, one.channel, tells=window),
            times,
            now,
            at_first=at_first,
        )
        for one in recipients(visit, MessageKind.REMINDER_DAY)
        for kind, times in reminders_of(session, visit, one, window)
        if times.due_at > now
    ]


def reminders_of(
    session: Session, visit: Visit, one: Recipient, window: Window
) -> list[tuple[MessageKind, Times]]:
    """Which reminders of this window that person gets by the way they are reached, and when."""
    manners = manners_for(session, visit, one.channel)
    early, late = day_before(window.from_at, manners), hours_before(window.from_at, manners)
    wanted = [] if late is None else [(MessageKind.REMINDER_HOURS, late)]
    if late is None or not on_one_evening(early, late, manners.zone):
        wanted.insert(0, (MessageKind.REMINDER_DAY, early))
    return wanted


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
    for one in recipients(visit, MessageKind.CHANGED):
        known = known_window(session, visit, one.contact, before)
        if known == window:
            continue
        wished = max(now, due_at or now)
        soon = min(end.from_at for end in (window, known or window)) - now <= SHORTLY
        at_once = soon or (answers_customer and one.channel != Channel.CALL)
        manners = manners_for(session, visit, one.channel)
        times = politely(wished, window.from_at, manners, at_any_hour=at_once)
        owed.append(_tell(session, visit, one, _news_of(one, window, known), times, now))
    return owed


def would_be_told(
    session: Session, visit: Visit, told: tuple[datetime, datetime]
) -> list[Recipient]:
    """Who would be told, and how, if the visit now promised this window."""
    window, before = window_of(visit, *told), told_window(visit)
    return [
        one
        for one in recipients(visit, MessageKind.CHANGED)
        if known_window(session, visit, one.contact, before) != window
    ]


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
    for one in recipients(visit, MessageKind.CANCELLED):
        known = known_window(session, visit, one.contact, promised) or promised
        if known is None or known.until_at <= now:
            continue
        wished, manners = max(now, due_at or now), manners_for(session, visit, one.channel)
        at_once = known.from_at - now <= SHORTLY or (
            answers_customer and one.channel != Channel.CALL
        )
        times = politely(wished, known.until_at, manners, at_any_hour=at_once)
        news = News(MessageKind.CANCELLED, one.channel, instead_of=known)
        owed.append(_tell(session, visit, one, news, times, now))
    return owed


def owe_on_my_way(session: Session, visit: Visit, eta_at: datetime, now: datetime) -> list[Message]:
    """The arrival to expect, as the technician sets out; at any hour."""
    times = Times(now, max(eta_at, now + ON_ROAD_AT_LEAST), at_any_hour=True)
    kind = MessageKind.ON_MY_WAY
    return [
        owe(session, visit, one.contact, News(kind, one.channel, moment=eta_at), times, now)
        for one in recipients(visit, kind)
    ]


def owe_no_access(session: Session, visit: Visit, now: datetime) -> list[Message]:
    """That somebody stood before a closed door, and how to agree on a new time."""
    kind, moment = MessageKind.NO_ACCESS, visit.ended_at or now
    owed: list[Message] = []
    for one in recipients(visit, kind):
        times = politely(now, now, manners_for(session, visit, one.channel), at_any_hour=False)
        times = Times(times.due_at, (now if one.channel == Channel.SMS else times.due_at) + A_DAY)
        news = News(kind, one.channel, moment=moment)
        owed.append(owe(session, visit, one.contact, news, times, now))
    return owed


def _tell(
    session: Session,
    visit: Visit,
    one: Recipient,
    news: News,
    times: Times,
    now: datetime,
    *,
    at_first: bool = False,
) -> Message:
    """Owe the news; where no polite call comes in time, a person of the office is asked to."""
    if news.channel == Channel.CALL and not times.in_time:
        news = replace(news, channel=Channel.BY_HAND)
        times = Times(now, times.not_after)
    return owe(session, visit, one.contact, news, times, now, at_first=at_first)


def _fresh(
    session: Session,
    visit: Visit,
    one: Recipient,
    wished: datetime,
    begins: datetime,
    answers_customer: bool,
) -> Times:
    spoken = one.channel in SPOKEN
    manners = manners_for(session, visit, one.channel)
    polite = manners.next(wished)
    would_wake_to_it = polite > wished and begins - polite < AHEAD
    at_once = not spoken and (answers_customer or would_wake_to_it)
    due = politely(wished, begins, manners, at_any_hour=at_once).due_at
    if one.channel == Channel.BY_HAND:
        return Times(due, begins)
    # A telephone may rest from Saturday to Monday: its days count from when it may ring.
    return Times(due, min(begins, (due if spoken else wished) + FRESH), at_once)


def _news_of(one: Recipient, window: Window, known: Window | None) -> News:
    if known is None:
        return News(MessageKind.BOOKED, one.channel, tells=window)
    return News(MessageKind.CHANGED, one.channel, tells=window, instead_of=known)
