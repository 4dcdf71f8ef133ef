"""A call as it goes, whichever script it follows and whoever carries it.

Every answer may come twice, late or out of order: one that names an earlier turn, or comes
when the call is over, changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.models.messages import MessageKind
from fieldservice.models.surveys import CallStep, SurveyCall
from fieldservice.notify.voice import line
from fieldservice.notify.voice.line import Call, Script, Turn
from fieldservice.operations.calls.inbound_calls import (
    close_inbound,
    follow_inbound,
    inbound_script,
)
from fieldservice.operations.calls.notice_calls import (
    begin_notice,
    close_notice,
    follow_notice,
    notice_not_answered,
    notice_script,
)
from fieldservice.operations.calls.rows import (
    Row,
    called_message,
    going_on,
    keep_state,
    known_row,
    state_of,
)
from fieldservice.operations.calls.survey_calls import (
    begin_survey,
    close_survey,
    follow_survey,
    survey_not_answered,
    survey_script,
)
from fieldservice.said import said

LONGEST = 40
"""Turns after which a call ends by itself, politely: nobody listens to so many."""
NOT_ANSWERED = said("not answered")

Step = Callable[[Script, Call], Call]


def pick_up(session: Session, token: str, now: datetime) -> Row:
    """Somebody answered our call; picking up again changes nothing."""
    message = called_message(session, token)
    known = known_row(session, token)
    if known is not None:
        return known
    begin = begin_survey if message.kind == MessageKind.SURVEY_CALL else begin_notice
    return begin(session, message, token, now, answered=True)


def press_key(
    session: Session, token: str, key: str, now: datetime, turn: int | None = None
) -> Row:
    """A key of the keypad, or silence where it is empty."""
    return _go_on(session, token, lambda script, call: script.press(call, key), now, turn)


def say(session: Session, token: str, words: str, now: datetime, turn: int | None = None) -> Row:
    """Something said, or recorded without words."""
    return _go_on(session, token, lambda script, call: script.speak(call, words), now, turn)


def connected(
    session: Session, token: str, spoken: bool, now: datetime, turn: int | None = None
) -> Row:
    """A call that was put through came back: whether somebody took it."""
    return _go_on(session, token, lambda script, call: script.connected(call, spoken), now, turn)


def hang_up(session: Session, token: str, now: datetime, seconds: float | None = None) -> Row:
    """The end of the line, wherever the call stands; after how many seconds, if that is known."""
    return _go_on(session, token, lambda _, call: line.hang_up(call), now, seconds=seconds)


def not_answered(session: Session, token: str, now: datetime, because: str = NOT_ANSWERED) -> Row:
    """Nobody picked up, or a machine did: what follows depends on what the call was for."""
    message = called_message(session, token)
    known = known_row(session, token)
    if known is not None:
        return known
    if message.kind == MessageKind.SURVEY_CALL:
        survey = begin_survey(session, message, token, now, answered=False)
        survey_not_answered(session, survey, because, now)
        return survey
    notice = begin_notice(session, message, token, now, answered=False)
    notice_not_answered(session, notice, because, now)
    return notice


def turn_of(session: Session, row: Row, now: datetime) -> Turn:
    """What the voice says at this point of the call."""
    return script_of(session, row, now).turn(state_of(row))


def script_of(session: Session, row: Row, now: datetime) -> Script:
    """The script this call follows."""
    if isinstance(row, SurveyCall):
        return survey_script(session, row.message)
    if row.message is not None:
        return notice_script(row.message)
    return inbound_script(session, row, now)


def _go_on(
    session: Session,
    token: str,
    step: Step,
    now: datetime,
    turn: int | None = None,
    seconds: float | None = None,
) -> Row:
    row = going_on(session, token)
    if row.ended_at is not None or (turn is not None and turn != row.turn):
        return row
    before = state_of(row)
    after = step(script_of(session, row, now), before)
    if row.turn >= LONGEST and not after.is_over:
        after = replace(after, step=CallStep.GOODBYE)
    after = _followed(session, row, after, now)
    keep_state(row, after)
    row.turn += 1
    if after.is_over:
        row.ended_at = now
        _close(session, row, before.step, seconds, now)
    session.flush()
    return row


def _followed(session: Session, row: Row, after: Call, now: datetime) -> Call:
    if isinstance(row, SurveyCall):
        follow_survey(session, row, after, now)
        return after
    follow = follow_notice if row.message is not None else follow_inbound
    return follow(session, row, after, now)


def _close(
    session: Session, row: Row, step_before: CallStep, seconds: float | None, now: datetime
) -> None:
    if isinstance(row, SurveyCall):
        close_survey(session, row, now)
    elif row.message is not None:
        close_notice(session, row, seconds, now)
    else:
        close_inbound(session, row, step_before, now)
