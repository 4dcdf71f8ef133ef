"""Asking how a visit was: the score once, and what follows from it or from its absence."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message
from fieldservice.models.surveys import SurveyResponse
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.notify.voice.line import COMMENT_LENGTH
from fieldservice.notify.voice.survey import HIGHEST, LOW, LOWEST
from fieldservice.operations import audit
from fieldservice.operations.messages.follow_ups import LOW_SCORE, open_follow_up
from fieldservice.operations.messages.surveys_owed import owe_call, owe_survey_text

TRIES = 2
BETWEEN_TRIES = timedelta(hours=2)


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
