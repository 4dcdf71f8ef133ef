"""What a customer's text leads to: a plain answer is acted on, all else waits for the office."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.conversations import InboundText, Meaning, Question, Reason, Thread
from fieldservice.models.customers import Channel
from fieldservice.models.messages import MessageKind
from fieldservice.models.work_orders import Visit
from fieldservice.notify.reply_words import LETTERS, choices_of, meaning_of
from fieldservice.operations import audit
from fieldservice.operations.bookings.confirming import confirm, doubt
from fieldservice.operations.messages import opting_replies
from fieldservice.operations.messages.answering import (
    answer,
    answers_for,
    language_of,
    visits_listed,
    window_said,
)
from fieldservice.operations.messages.opting import has_opted_out
from fieldservice.operations.messages.owing import told_window
from fieldservice.operations.messages.standing import Told, last_said, told_visits
from fieldservice.operations.messages.threads import wait

STAYS_ASKED = timedelta(hours=24)
"""How long a letter is taken as the answer to our question."""
TWICE = timedelta(minutes=2)
"""The same said again so soon needs no second answer."""
NEEDS_NO_ANSWER = (MessageKind.ON_MY_WAY, MessageKind.CANCELLED)
"""Who says OK to these has heard them, and that is all."""
ABOUT_VISITS = (Meaning.CONFIRM, Meaning.MOVE, Meaning.CALL_OFF)

Deed = Callable[[Session, Thread, InboundText, datetime], None]


def understand(
    session: Session, thread: Thread, text: InboundText, now: datetime, opt_out_type: str = ""
) -> None:
    """Note what a text means and do what follows; `opt_out_type` is Twilio's own reading."""
    text.meaning = _meaning(session, thread, text, now, opt_out_type)
    thread.last_at = now
    session.flush()
    audit.record(session, now, None, "text.received", text, meaning=text.meaning.value)
    if text.meaning in ABOUT_VISITS and _answers_a_person(session, thread, text):
        text.meaning = Meaning.OTHER
    _DEEDS[text.meaning](session, thread, text, now)


def _meaning(
    session: Session, thread: Thread, text: InboundText, now: datetime, opt_out_type: str
) -> Meaning:
    by_provider = {"STOP": Meaning.STOP, "START": Meaning.START, "HELP": Meaning.HELP}
    if opt_out_type.upper() in by_provider:
        return by_provider[opt_out_type.upper()]
    if text.media:
        return Meaning.OTHER
    if _is_asked(thread, now) and choices_of(text.body, len(thread.asks_among or [])) is not None:
        return Meaning.CHOICE
    meaning = meaning_of(text.body)
    if meaning == Meaning.CONFIRM and has_opted_out(session, thread.address, Channel.SMS):
        # “Yes” is what Twilio itself takes for wanting texts again.
        return Meaning.START if opting_replies.is_started(text) else Meaning.OTHER
    return meaning


def _is_asked(thread: Thread, now: datetime) -> bool:
    return bool(thread.asks and thread.asked_at and now - thread.asked_at <= STAYS_ASKED)


def _answers_a_person(session: Session, thread: Thread, text: InboundText) -> bool:
    """Whether the last thing they had read was written by the office, not by a reminder."""
    last = last_said(session, thread.address, text.received_at)
    return last is not None and last.kind == MessageKind.REPLY


def _confirm(session: Session, thread: Thread, text: InboundText, now: datetime) -> None:
    told = told_visits(session, thread.address, now, text.received_at)
    waiting = [one for one in told if one.is_open]
    if not _is_about(session, thread, told, text):
        _without_visit(session, thread, text, now)
    elif len({one.visit.work_order_id for one in waiting}) > 1:
        visits = [one.visit for one in waiting]
        words = answers_for(thread).confirm_which
        _ask(session, thread, text, Question.CONFIRM_WHICH, visits, words, now)
    elif waiting:
        _confirmed(session, thread, text, waiting, now)
    else:
        _known_already(session, thread, text, told[0], now)


def _known_already(
    session: Session, thread: Thread, text: InboundText, told: Told, now: datetime
) -> None:
    text.visit, text.message = told.visit, told.message
    if not _said_just_now(session, thread, text, now):
        window = window_said(told.visit, language_of(thread))
        words = answers_for(thread).confirmed_already
        answer(session, thread, text, words, now, visit=told.visit, window=window)


def _confirmed(
    session: Session, thread: Thread, text: InboundText, told: list[Told], now: datetime
) -> None:
    outdated = next((one for one in told if not one.still_holds), None)
    if outdated is not None:
        _asked_anew(session, thread, text, outdated, now)
        return
    for one in told:
        confirm(session, one.visit, now, "sms", one.message.contact)
    text.visit, text.message = told[0].visit, told[0].message
    thread.visit = told[0].visit
    thread.asks = None
    windows = "; ".join(window_said(one.visit, language_of(thread)) for one in told)
    words = answers_for(thread).confirmed
    answer(session, thread, text, words, now, visit=told[0].visit, window=windows)


def _asked_anew(
    session: Session, thread: Thread, text: InboundText, told: Told, now: datetime
) -> None:
    """They said yes to a window that was changed since: that confirms nothing."""
    text.visit, text.message = told.visit, told.message
    thread.visit, thread.asks = told.visit, None
    words, tells = answers_for(thread).changed_meanwhile, told_window(told.visit)
    window = window_said(told.visit, language_of(thread))
    asked = answer(session, thread, text, words, now, visit=told.visit, tells=tells, window=window)
    if asked is None:
        _leave(session, thread, text, Reason.WROTE, told.visit, now)


def _move(session: Session, thread: Thread, text: InboundText, now: datetime) -> None:
    told = told_visits(session, thread.address, now, text.received_at)
    if not _is_about(session, thread, told, text):
        _without_visit(session, thread, text, now)
    elif len({one.visit.work_order.customer_id for one in told}) > 1:
        visits = [one.visit for one in told]
        words = answers_for(thread).move_which
        _ask(session, thread, text, Question.MOVE_WHICH, visits, words, now)
    else:
        _led_to_times(session, thread, text, told[0], now)


def _is_about(session: Session, thread: Thread, told: list[Told], text: InboundText) -> bool:
    """Whether the newest text they had read is about one of these visits.

    “OK” to a technician on the way says nothing about a visit next week.
    """
    last = last_said(session, thread.address, text.received_at)
    return last is not None and last.id in {one.message.id for one in told}


def _led_to_times(
    session: Session, thread: Thread, text: InboundText, told: Told, now: datetime
) -> None:
    text.visit, text.message = told.visit, told.message
    thread.visit, thread.asks = told.visit, None
    _doubted(session, [told], now)
    words = answers_for(thread)
    calls_off = text.meaning == Meaning.CALL_OFF
    answer(
        session, thread, text, words.call_off if calls_off else words.move, now, visit=told.visit
    )
    if calls_off:
        _leave(session, thread, text, Reason.CALL_OFF, told.visit, now)


def _doubted(session: Session, told: list[Told], now: datetime) -> None:
    for one in (one for one in told if one.still_holds):
        doubt(session, one.visit, now, "sms", one.message.contact)


def _ask(
    session: Session,
    thread: Thread,
    text: InboundText,
    question: Question,
    visits: list[Visit],
    words: str,
    now: datetime,
) -> None:
    visits = visits[: len(LETTERS)]
    thread.asks, thread.asked_at = question, now
    thread.asks_among = [visit.id for visit in visits]
    choices = visits_listed(visits, language_of(thread))
    if answer(session, thread, text, words, now, choices=choices) is None:
        _leave(session, thread, text, Reason.WROTE, None, now)


def _choose(session: Session, thread: Thread, text: InboundText, now: datetime) -> None:
    ids = list(thread.asks_among or [])
    chosen = [ids[place] for place in choices_of(text.body, len(ids)) or []]
    if thread.asks == Question.STOP_WHOM:
        opting_replies.chosen(session, thread, text, chosen, now)
        return
    # A letter stands for what the question said, so for what was told by then.
    known = told_visits(session, thread.address, now, thread.asked_at or text.received_at)
    told = [one for one in known if one.visit.id in chosen]
    if not told:
        _without_visit(session, thread, text, now)
    elif thread.asks == Question.CONFIRM_WHICH:
        _confirmed(session, thread, text, told, now)
    elif len(told) > 1:
        _doubted(session, told, now)
        _leave(session, thread, text, Reason.MOVE, told[0].visit, now)
    else:
        _led_to_times(session, thread, text, told[0], now)


def _without_visit(session: Session, thread: Thread, text: InboundText, now: datetime) -> None:
    """Nothing to come is known to this number: the visit is over, or was told another way."""
    last = last_said(session, thread.address, text.received_at)
    about = last.visit if last else None
    text.visit, text.message = about, last
    heard = last is not None and last.kind in NEEDS_NO_ANSWER
    if heard and text.meaning == Meaning.CONFIRM:
        return
    _leave(session, thread, text, Reason.TOO_LATE if about else Reason.WROTE, about, now)
    answer(session, thread, text, answers_for(thread).nothing_open, now)


def _said_just_now(session: Session, thread: Thread, text: InboundText, now: datetime) -> bool:
    same = select(InboundText.id).where(
        InboundText.thread_id == thread.id,
        InboundText.id != text.id,
        InboundText.meaning.in_((Meaning.CONFIRM, Meaning.CHOICE)),
        InboundText.visit_id == (text.visit.id if text.visit else None),
        InboundText.received_at > now - TWICE,
    )
    return session.scalar(same.limit(1)) is not None


def _leave(
    session: Session,
    thread: Thread,
    text: InboundText,
    reason: Reason,
    visit: Visit | None,
    now: datetime,
) -> None:
    text.reason = reason
    wait(session, thread, reason, visit, now, since=text.received_at)


def _to_office(session: Session, thread: Thread, text: InboundText, now: datetime) -> None:
    last = last_said(session, thread.address, text.received_at)
    text.visit = last.visit if last else None
    _leave(session, thread, text, Reason.WROTE, text.visit, now)


def _nothing(session: Session, thread: Thread, text: InboundText, now: datetime) -> None:
    """Thanks need no answer."""


_DEEDS: dict[Meaning, Deed] = {
    Meaning.CONFIRM: _confirm,
    Meaning.MOVE: _move,
    Meaning.CALL_OFF: _move,
    Meaning.CHOICE: _choose,
    Meaning.STOP: opting_replies.stop,
    Meaning.START: opting_replies.start,
    Meaning.HELP: opting_replies.help_them,
    Meaning.THANKS: _nothing,
    Meaning.OTHER: _to_office,
}
