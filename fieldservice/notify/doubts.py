"""Messages nobody heard back about: ask the carrier; then send again, or ask people.

A report of the carrier with the request's token settles one at any time (`receipts`). Until
then it is looked up twice, a minute apart. What is there was sent. What is twice not there,
or cannot be looked up, is decided by what the message is for.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, AttemptOutcome, Message, MessageKind
from fieldservice.notify.attempts import Claim, end_attempt
from fieldservice.notify.channel import Answer
from fieldservice.notify.outbox import LOOK_UP_AFTER, State, move
from fieldservice.said import said

LOOK_UPS = 2
ASKED_FOR = timedelta(days=1)
"""How long at most a carrier that cannot be reached is asked again, before a person decides."""
OPEN_ENDED = (AttemptOutcome.STARTED, AttemptOutcome.UNKNOWN)


class Policy(enum.StrEnum):
    """What is done about a message of which nobody heard back, after two vain questions."""

    RATHER_TWICE = "rather_twice"
    """Sent again, once: it may arrive twice, which harms nobody; not at all would."""
    IF_NOT_THERE = "if_not_there"
    """Sent again where the carrier's own list does not hold it; else a person decides."""
    BY_A_PERSON = "by_a_person"
    """Never again by itself."""


POLICIES: dict[MessageKind, Policy] = {
    MessageKind.BOOKED: Policy.IF_NOT_THERE,
    MessageKind.REMINDER_DAY: Policy.IF_NOT_THERE,
    MessageKind.REMINDER_HOURS: Policy.IF_NOT_THERE,
    MessageKind.ON_MY_WAY: Policy.IF_NOT_THERE,
    MessageKind.CHANGED: Policy.IF_NOT_THERE,
    MessageKind.CANCELLED: Policy.IF_NOT_THERE,
    MessageKind.NO_ACCESS: Policy.IF_NOT_THERE,
    MessageKind.SURVEY_CALL: Policy.BY_A_PERSON,
    MessageKind.SURVEY_TEXT: Policy.IF_NOT_THERE,
    MessageKind.CODE: Policy.RATHER_TWICE,
    MessageKind.LINK: Policy.RATHER_TWICE,
    MessageKind.REPLY: Policy.IF_NOT_THERE,
    MessageKind.ANSWER: Policy.IF_NOT_THERE,
}
"""Every kind has its line; whatever is a call is a person's, since it may have rung."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A message of unknown outcome, and its latest request if one was ever made."""

    message: Claim
    token: str | None


def policy_for(kind: MessageKind, medium: Channel) -> Policy:
    """What is done about a message of this kind that nobody heard back about."""
    if medium == Channel.CALL:
        return Policy.BY_A_PERSON
    # No mail server can be asked afterwards, and a letter twice harms little.
    return Policy.RATHER_TWICE if medium == Channel.EMAIL else POLICIES[kind]


def doubts(session: Session, now: datetime, limit: int) -> list[Doubt]:
    """Messages whose outcome is to be asked for now."""
    rows = session.execute(
        select(Message.id, Message.fence)
        .where(Message.state == State.UNKNOWN, Message.next_try_at <= now)
        .order_by(Message.next_try_at)
        .limit(limit)
    ).all()
    return [Doubt(Claim(row.id, row.fence), _latest_token(session, row.id)) for row in rows]


def settle(session: Session, doubt: Doubt, answer: Answer | None, now: datetime) -> bool:
    """Note what was found out about a message; without an answer there was no request.

    `NOT_SENT` says that the carrier was asked and does not have it; `UNKNOWN` that it could
    not be asked now, if it says when to come again, or that it can never say.
    """
    attempt = _locked_attempt(session, doubt)
    if answer is None or attempt is None:
        return move(session, doubt.message, State.UNKNOWN, State.PENDING, next_try_at=now)
    if attempt.outcome not in OPEN_ENDED:
        # It was answered after all, late, while somebody else looked for it.
        answer = Answer(attempt.outcome, attempt.provider_id, attempt.error, attempt.code)
    match answer.outcome:
        case AttemptOutcome.SENT:
            return _was_sent(session, doubt, attempt, answer, now)
        case AttemptOutcome.REFUSED:
            return _was_refused(session, doubt, attempt, answer, now)
        case AttemptOutcome.UNKNOWN if answer.again_after is not None:
            return _come_again(session, doubt, attempt, now, answer.again_after)
    attempt.lookups += 1
    session.flush()
    if attempt.lookups < LOOK_UPS:
        return _ask_again_at(session, doubt, now + LOOK_UP_AFTER)
    return _decide(session, doubt, attempt, answer, now)


def _latest_token(session: Session, message_id: int) -> str | None:
    attempts = select(Attempt.token).where(Attempt.message_id == message_id)
    return session.scalar(attempts.order_by(Attempt.id.desc()).limit(1))


def _locked_attempt(session: Session, doubt: Doubt) -> Attempt | None:
    # The message first, as everybody else does.
    held = select(Message.id).where(Message.id == doubt.message.message_id).with_for_update()
    session.execute(held)
    found = select(Attempt).where(Attempt.token == doubt.token)
    return session.scalar(found.execution_options(populate_existing=True))


def _was_sent(
    session: Session, doubt: Doubt, attempt: Attempt, answer: Answer, now: datetime
) -> bool:
    end_attempt(session, attempt.token, answer, now)
    values = {"sent_at": attempt.started_at, "ended_because": None}
    return move(session, doubt.message, State.UNKNOWN, State.SENT, **values)


def _was_refused(
    session: Session, doubt: Doubt, attempt: Attempt, answer: Answer, now: datetime
) -> bool:
    _was_sent(session, doubt, attempt, answer, now)
    because = answer.error or said("the carrier could not deliver it")
    return move(session, doubt.message, State.SENT, State.FAILED, ended_because=because)


def _come_again(
    session: Session, doubt: Doubt, attempt: Attempt, now: datetime, after: timedelta
) -> bool:
    message = session.get_one(Message, doubt.message.message_id)
    if now > min(message.not_after, attempt.started_at + ASKED_FOR):
        return _leave_to_people(
            session, doubt, said("its carrier could not be asked what became of it")
        )
    return _ask_again_at(session, doubt, now + max(after, LOOK_UP_AFTER))


def _ask_again_at(session: Session, doubt: Doubt, moment: datetime) -> bool:
    later = update(Message).where(
        Message.id == doubt.message.message_id,
        Message.state == State.UNKNOWN,
        Message.fence == doubt.message.fence,
    )
    session.execute(later.values(next_try_at=moment))
    return True


def _decide(
    session: Session, doubt: Doubt, attempt: Attempt, answer: Answer, now: datetime
) -> bool:
    message = session.get_one(Message, doubt.message.message_id)
    not_there = answer.outcome == AttemptOutcome.NOT_SENT
    policy = policy_for(message.kind, message.channel)
    if not_there:
        end_attempt(session, attempt.token, answer, now)
    once_more = policy == Policy.RATHER_TWICE and _unheard_of(session, message) <= 1
    if once_more or (not_there and policy != Policy.BY_A_PERSON):
        return move(session, doubt.message, State.UNKNOWN, State.PENDING, next_try_at=now)
    if message.channel == Channel.CALL:
        return _leave_to_people(
            session, doubt, said("the call may have rung without being answered")
        )
    return _leave_to_people(session, doubt, said("nobody can say whether it arrived"))


def _unheard_of(session: Session, message: Message) -> int:
    open_ended = (Attempt.message_id == message.id, Attempt.outcome.in_(OPEN_ENDED))
    return session.scalar(select(func.count()).select_from(Attempt).where(*open_ended)) or 0


def _leave_to_people(session: Session, doubt: Doubt, because: str) -> bool:
    return move(session, doubt.message, State.UNKNOWN, State.NEEDS_HUMAN, ended_because=because)
