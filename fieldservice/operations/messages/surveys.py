"""Asking how a visit was: the call as it goes, the score once, and what follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, Message, MessageKind, MessageState
from fieldservice.models.surveys import CallStep, FollowUp, SurveyCall, SurveyResponse
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.notify import call_script
from fieldservice.notify.call_script import COMMENT_LENGTH, HIGHEST, LOW, LOWEST, Call
from fieldservice.notify.outbox import Claim, move
from fieldservice.operations import audit
from fieldservice.operations.messages.follow_ups import LOW_SCORE, open_follow_up
from fieldservice.operations.messages.reminders import owe_call, owe_survey_text

TRIES = 2
BETWEEN_TRIES = timedelta(hours=2)
LONG_OVER = timedelta(days=30)
"""Calls older than this are not looked for any more."""
RINGING = timedelta(minutes=10)
"""How long an unanswered call may stay without news before it counts as not answered."""


def answer_call(session: Session, token: str, now: datetime) -> SurveyCall:
    """The customer picked up; picking up again changes nothing."""
    message = _called(session, token)
    call = _call(session, token)
    if call is not None:
        return call
    call = SurveyCall(message_id=message.id, attempt_token=token, answered=True, started_at=now)
    session.add(call)
    session.flush()
    return call


def press_key(session: Session, token: str, key: str, now: datetime) -> SurveyCall:
    """A key of the keypad, or silence where it is empty."""
    row, call = _going_on(session, token)
    return _go_on(session, row, call_script.press(call, key), now)


def say(session: Session, token: str, words: str, now: datetime) -> SurveyCall:
    """Something said after the score."""
    row, call = _going_on(session, token)
    return _go_on(session, row, call_script.speak(call, words), now)


def hang_up(session: Session, token: str, now: datetime) -> SurveyCall:
    """The end of the line, wherever the call stands."""
    row, call = _going_on(session, token)
    return _go_on(session, row, call_script.hang_up(call), now)


def not_answered(session: Session, token: str, now: datetime) -> SurveyCall:
    """Nobody picked up, or a machine did: try once more, then write."""
    message = _called(session, token)
    known = _call(session, token)
    if known is not None:
        return known
    row = SurveyCall(
        message_id=message.id,
        attempt_token=token,
        step=CallStep.HUNG_UP,
        started_at=now,
        ended_at=now,
    )
    session.add(row)
    session.flush()
    _end(session, message, MessageState.UNDELIVERED, "not answered")
    try_again_or_write(session, message, now)
    return row


def give_up_ringing(session: Session, now: datetime) -> int:
    """Calls nothing was heard of for long count as not answered, or as hung up."""
    rung = (
        select(Attempt.token)
        .join(Message, Message.id == Attempt.message_id)
        .where(
            Message.kind == MessageKind.SURVEY_CALL,
            Message.state == MessageState.SENT,
            Message.due_at > now - LONG_OVER,
            Message.sent_at < now - RINGING,
            Attempt.provider_id.is_not(None),
        )
    )
    tokens = session.scalars(rung).all()
    for token in tokens:
        call = _call(session, token)
        if call is None:
            not_answered(session, token, now)
        elif call.ended_at is None:
            hang_up(session, token, now)
    return len(tokens)


def try_again_or_write(session: Session, message: Message, now: datetime) -> None:
    """After a call that brought no score: the second call, else one text."""
    visit = message.visit
    if visit is None or visit.state != VisitState.COMPLETED or response_of(session, visit.id):
        return
    contact = message.contact
    if message.try_number < TRIES and contact and contact.consents_to(Channel.CALL):
        next_try = message.try_number + 1
        owe_call(session, visit, contact, now, now + BETWEEN_TRIES, try_number=next_try)
    else:
        owe_survey_text(session, visit, now)


def response_of(session: Session, visit_id: int) -> SurveyResponse | None:
    """What the customer said about the visit, if anything."""
    return session.scalar(select(SurveyResponse).where(SurveyResponse.visit_id == visit_id))


def answer_survey(
    session: Session,
    visit_id: int,
    score: int,
    comment: str | None,
    channel: Channel,
    now: datetime,
) -> bool:
    """Keep the score of a visit; False where one was kept before, which stays."""
    if not LOWEST <= score <= HIGHEST:
        raise Refused("The score is missing. Choose one from 1 to 5.", "score")
    visit = session.get_one(Visit, visit_id)
    response = SurveyResponse(
        visit_id=visit_id,
        score=score,
        comment=(comment or "").strip()[:COMMENT_LENGTH] or None,
        channel=channel,
        answered_at=now,
    )
    try:
        with session.begin_nested():
            session.add(response)
    except IntegrityError:
        return False
    audit.record(session, now, None, "survey.answered", response, visit_id=visit_id, score=score)
    if score <= LOW:
        open_follow_up(session, visit, LOW_SCORE, response.comment, now)
    return True


def _called(session: Session, token: str) -> Message:
    message = session.scalar(
        select(Message)
        .join(Attempt, Attempt.message_id == Message.id)
        .where(Attempt.token == token, Message.kind == MessageKind.SURVEY_CALL)
        .with_for_update()
    )
    if message is None:
        raise NotFound("There is no such call.")
    return message


def _call(session: Session, token: str) -> SurveyCall | None:
    return session.scalar(select(SurveyCall).where(SurveyCall.attempt_token == token))


def _going_on(session: Session, token: str) -> tuple[SurveyCall, Call]:
    _called(session, token)
    row = _call(session, token)
    if row is None:
        raise Conflict("The call was not answered yet. Answer it first.")
    return row, Call(CallStep(row.step), row.misses, row.score, row.comment)


def _go_on(session: Session, row: SurveyCall, call: Call, now: datetime) -> SurveyCall:
    if row.ended_at is not None:
        return row
    visit_id = row.message.visit_id
    if call.score is not None and row.score is None and visit_id is not None:
        answer_survey(session, visit_id, call.score, None, Channel.CALL, now)
    row.step, row.misses, row.score, row.comment = call.step, call.misses, call.score, call.comment
    if call.is_over:
        row.ended_at = now
        _close(session, row, now)
    session.flush()
    return row


def _close(session: Session, row: SurveyCall, now: datetime) -> None:
    _end(session, row.message, MessageState.DELIVERED, None)
    visit = row.message.visit
    if visit is None:
        return
    if row.score is None:
        if response_of(session, visit.id) is None:
            owe_survey_text(session, visit, now)
    elif row.comment:
        _add_comment(session, visit, row)


def _add_comment(session: Session, visit: Visit, row: SurveyCall) -> None:
    response = response_of(session, visit.id)
    if response is None or response.channel != Channel.CALL or response.comment:
        return
    response.comment = row.comment
    session.execute(
        update(FollowUp)
        .where(FollowUp.visit_id == visit.id, FollowUp.reason == LOW_SCORE)
        .values(note=row.comment)
    )


def _end(session: Session, message: Message, state: MessageState, because: str | None) -> None:
    session.flush()
    held = Claim(message.id, message.fence)
    move(session, held, MessageState.SENT, state, ended_because=because)
