"""STOP, START and HELP by text: done at once, and on a shared number asked for whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.models.conversations import InboundText, Question, Reason, Thread
from fieldservice.models.customers import Channel, Contact
from fieldservice.notify.reply_words import (
    LETTERS,
    is_started_by_provider,
    is_stopped_by_provider,
)
from fieldservice.operations.messages.answering import (
    answer,
    answers_for,
    call_said,
    language_of,
    people_listed,
)
from fieldservice.operations.messages.opting import contacts_at, opt_in, opt_out
from fieldservice.operations.messages.reminders import owe_reminders
from fieldservice.operations.messages.standing import told_visits
from fieldservice.operations.messages.threads import wait

BY_TEXT = "sms"


def is_started(text: InboundText) -> bool:
    """Whether Twilio itself takes this text for wanting texts again."""
    return is_started_by_provider(text.body)


def stop(session: Session, thread: Thread, text: InboundText, now: datetime) -> None:
    """Nothing more to this number; the office hears of it where a visit may be meant."""
    told = told_visits(session, thread.address, now, now)
    people = contacts_at(session, thread.address)
    opt_out(session, thread.address, Channel.SMS, text.body, BY_TEXT, now)
    thread.asks = None
    shared = len(people) > 1
    answered = False
    if not is_stopped_by_provider(text.body):
        # Where Twilio has closed the number, it says so itself and carries nothing of ours.
        answered = _ask_whom(session, thread, text, people, now) if shared else True
        if not shared:
            answer(session, thread, text, answers_for(thread).stopped, now)
    if told or (shared and not answered):
        text.reason = Reason.OPTED_OUT
        text.visit = told[0].visit if told else None
        text.message = told[0].message if told else None
        wait(session, thread, Reason.OPTED_OUT, text.visit, now, since=text.received_at)


def _ask_whom(
    session: Session, thread: Thread, text: InboundText, people: list[Contact], now: datetime
) -> bool:
    people = people[: len(LETTERS)]
    thread.asks, thread.asked_at = Question.STOP_WHOM, now
    thread.asks_among = [one.id for one in people]
    choices = people_listed(people, language_of(thread))
    words = answers_for(thread).stop_whom
    return answer(session, thread, text, words, now, choices=choices) is not None


def chosen(
    session: Session, thread: Thread, text: InboundText, chosen_ids: list[int], now: datetime
) -> None:
    """STOP was meant for these; whoever else shares the number is written to again."""
    thread.asks = None
    others = [one for one in contacts_at(session, thread.address) if one.id not in chosen_ids]
    if not others:
        answer(session, thread, text, answers_for(thread).stopped, now)
        return
    for one in others:
        opt_in(session, thread.address, Channel.SMS, text.body, BY_TEXT, now, only=one)
    _remind_again(session, thread, others, now)
    thread.contact = others[0]
    names = ", ".join(one.name for one in others)
    answer(session, thread, text, answers_for(thread).stays, now, names=names)


def start(session: Session, thread: Thread, text: InboundText, now: datetime) -> None:
    """Texts again, with the reminders that are still to come."""
    people = contacts_at(session, thread.address)
    opt_in(session, thread.address, Channel.SMS, text.body, BY_TEXT, now)
    thread.asks = None
    _remind_again(session, thread, people, now)
    answer(session, thread, text, answers_for(thread).started, now)


def help_them(session: Session, thread: Thread, text: InboundText, now: datetime) -> None:
    """Who writes here, and how to reach or to end it."""
    words, call = answers_for(thread).help, call_said(thread)
    answer(session, thread, text, words, now, call=call)


def _remind_again(session: Session, thread: Thread, people: list[Contact], now: datetime) -> None:
    wanted = {one.customer_id for one in people}
    for told in told_visits(session, thread.address, now, now):
        if told.visit.work_order.customer_id in wanted:
            owe_reminders(session, told.visit, now)
