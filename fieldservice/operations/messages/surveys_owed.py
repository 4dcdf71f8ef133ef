"""What a completed visit owes: one call to ask how it was, or a text."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.models.customers import Channel, Contact
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.surveys import SurveyResponse
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from fieldservice.operations.messages.owing import News, manners_for, owe, zone_of
from fieldservice.operations.messages.recipients import recipients
from fieldservice.operations.messages.reminder_times import Times, politely

TO_PACK_UP = timedelta(minutes=30)
"""The customer is asked once the technician has left."""
WORTH_ASKING = timedelta(days=4)
SURVEYS = (MessageKind.SURVEY_CALL, MessageKind.SURVEY_TEXT)


def owe_survey(session: Session, visit: Visit, now: datetime) -> list[Message]:
    """One satisfaction call after a completed visit; a text to who takes none."""
    if _asked_already(session, visit):
        return []
    called = recipients(visit, MessageKind.SURVEY_CALL)
    if not called:
        return owe_survey_text(session, visit, now)
    return [owe_call(session, visit, called[0].contact, now, now + TO_PACK_UP, try_number=1)]


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
    kind = MessageKind.SURVEY_TEXT
    owed: list[Message] = []
    for one in recipients(visit, kind)[:1]:
        manners = manners_for(session, visit, one.channel)
        times = politely(now, now + WORTH_ASKING, manners, at_any_hour=False)
        owed.append(owe(session, visit, one.contact, News(kind, one.channel), times, now))
    return owed


def asked_over(session: Session, visit_id: int) -> Channel:
    """Over which channel the question was written."""
    asked = select(Message.channel).where(
        Message.visit_id == visit_id, Message.kind == MessageKind.SURVEY_TEXT
    )
    return session.scalar(asked.order_by(Message.id.desc()).limit(1)) or Channel.SMS


def _asked_already(session: Session, visit: Visit) -> bool:
    if session.scalar(select(SurveyResponse.id).where(SurveyResponse.visit_id == visit.id)):
        return True
    asked = select(Message.id).where(
        Message.visit_id == visit.id,
        Message.kind.in_(SURVEYS),
        Message.state.not_in((MessageState.VOID, MessageState.EXPIRED)),
    )
    return session.scalar(asked.limit(1)) is not None
