"""The satisfaction call: its score, its words, and what follows when it brought none."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message
from fieldservice.models.surveys import CallStep, FollowUp, SurveyCall
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from fieldservice.notify.voice.line import Call
from fieldservice.notify.voice.survey import Survey
from fieldservice.operations.calls.rows import ended
from fieldservice.operations.messages.follow_ups import LOW_SCORE, SPOKEN_COMMENT
from fieldservice.operations.messages.surveys import (
    answer_survey,
    response_of,
    try_again_or_write,
)
from fieldservice.operations.messages.surveys_owed import owe_survey_text


def survey_script(session: Session, message: Message) -> Survey:
    """The script of this call."""
    territory = session.get_one(Territory, message.territory_id)
    return Survey(message.body, message.language, territory.records_calls)


def begin_survey(
    session: Session, message: Message, token: str, now: datetime, *, answered: bool
) -> SurveyCall:
    """Somebody picked up, or nobody did."""
    row = SurveyCall(message_id=message.id, attempt_token=token, started_at=now)
    row.answered = answered
    if not answered:
        row.step, row.ended_at = CallStep.HUNG_UP, now
    session.add(row)
    session.flush()
    return row


def follow_survey(session: Session, row: SurveyCall, after: Call, now: datetime) -> None:
    """Keep the score as soon as it is pressed: the line may go dead any moment."""
    visit_id = row.message.visit_id
    if after.score is not None and row.score is None and visit_id is not None:
        answer_survey(session, visit_id, after.score, None, Channel.CALL, now)


def close_survey(session: Session, row: SurveyCall, now: datetime) -> None:
    """The call is over: its words stand beside the score; without a score a text asks."""
    ended(session, row.attempt_token, True, now)
    visit = row.message.visit
    if visit is None:
        return
    if row.score is None:
        if response_of(session, visit.id) is None:
            owe_survey_text(session, visit, now)
    elif row.comment:
        add_comment(session, visit, row.comment)


def survey_not_answered(session: Session, row: SurveyCall, because: str, now: datetime) -> None:
    """Try once more, then write."""
    ended(session, row.attempt_token, False, now, because)
    try_again_or_write(session, row.message, now)


def add_comment(session: Session, visit: Visit, words: str) -> None:
    """What was said on the telephone stands beside its score, unless something does already."""
    response = response_of(session, visit.id)
    if response is None or response.channel != Channel.CALL or response.comment:
        return
    response.comment = words
    session.execute(
        update(FollowUp)
        .where(FollowUp.visit_id == visit.id, FollowUp.reason.in_((LOW_SCORE, SPOKEN_COMMENT)))
        .values(note=words)
    )
