"""What is answered by itself: ordinary messages of the outbox, at any hour, for a short while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldservice.models.conversations import InboundText, Thread
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.work_orders import Visit
from fieldservice.notify.answers import ANSWERS, Answers
from fieldservice.notify.reply_words import LETTERS
from fieldservice.notify.texts import LINK, Window, window_words, work_words
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.owing import told_window

WORTH_ANSWERING = timedelta(hours=1)
AT_MOST = 6
"""Answers to one number within an hour; whoever writes more often is left to a person."""


def answers_for(thread: Thread) -> Answers:
    """The words for whoever writes here."""
    return ANSWERS[language_of(thread)]


def language_of(thread: Thread) -> Language:
    """The contact's language; the territory's own where nobody is known."""
    if thread.contact is not None:
        return thread.contact.language
    return Language(thread.territory.default_language)


def answer(
    session: Session,
    thread: Thread,
    text: InboundText,
    words: str,
    now: datetime,
    *,
    visit: Visit | None = None,
    tells: Window | None = None,
    **facts: str,
) -> Message | None:
    """Owe these words in answer to a text; None where this number got enough of them already.

    With `visit` they are only true while it stays as it is, and may lead to its page. `tells`
    is the window they ask to confirm.
    """
    if _answered_lately(session, thread, now) >= AT_MOST:
        return None
    language = language_of(thread)
    message = Message(
        territory_id=thread.territory_id,
        contact=thread.contact,
        visit=visit,
        visit_version=visit.version if visit else None,
        kind=MessageKind.ANSWER,
        channel=Channel.SMS,
        dedupe_key=f"{MessageKind.ANSWER}:{text.id}",
        to_address=thread.address,
        language=language,
        tells_from=tells and tells.from_at,
        tells_until=tells and tells.until_at,
        body=words.format(company=thread.territory.name, link=LINK, **facts),
        ignores_quiet_hours=True,
        due_at=now,
        not_after=now + WORTH_ANSWERING,
        created_at=now,
    )
    session.add(message)
    session.flush()
    return message


def window_said(visit: Visit, language: Language) -> str:
    """When a visit is, as its texts say it."""
    window = told_window(visit)
    return window_words(window, language) if window else ""


def visits_listed(visits: Sequence[Visit], language: Language) -> str:
    """The visits to choose among, each with its letter."""
    several = len({visit.work_order.customer_id for visit in visits}) > 1
    return _listed([_visit_said(visit, language, named=several) for visit in visits], language)


def people_listed(people: Sequence[Contact], language: Language) -> str:
    """The people to choose among, each with a letter."""
    return _listed([one.name for one in people], language)


def call_said(thread: Thread) -> str:
    """How to telephone the office, where it has a number."""
    phone = thread.territory.phone
    return answers_for(thread).help_call.format(phone=shown_phone(phone)) if phone else ""


def _visit_said(visit: Visit, language: Language, *, named: bool) -> str:
    work = work_words(visit.work_order.kind, language)
    who = f"{visit.work_order.customer.name}, " if named else ""
    return f"{who}{window_said(visit, language)} ({work})"


def _listed(choices: Sequence[str], language: Language) -> str:
    words = ANSWERS[language]
    lines = [
        words.choice.format(letter=letter.upper(), what=what)
        for letter, what in zip(LETTERS, choices, strict=False)
    ]
    return words.choice_joint.join(lines)


def _answered_lately(session: Session, thread: Thread, now: datetime) -> int:
    rows = select(func.count()).where(
        Message.to_address == thread.address,
        Message.kind == MessageKind.ANSWER,
        Message.state != MessageState.VOID,
        Message.created_at > now - WORTH_ANSWERING,
    )
    return session.scalar(rows.select_from(Message)) or 0
