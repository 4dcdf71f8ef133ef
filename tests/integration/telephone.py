"""What tests of the telephone share: the account, calls of ours under way, a known caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.models.messages import (
    Attempt,
    AttemptOutcome,
    Message,
    MessageKind,
    MessageState,
)
from fieldservice.models.work_orders import Visit, VisitState
from tests.factories import (
    NOW,
    TODAY,
    TOMORROW,
    a_customer,
    a_message,
    a_visit,
    a_work_order,
    at,
)
from tests.integration.scripted_caller import (
    ScriptedCaller,
)

LANGUAGES = list(Language)
LOCALES = {
    Language.ENGLISH: "en-GB",
    Language.SPANISH: "es-ES",
    Language.CATALAN: "ca-ES",
    Language.HUNGARIAN: "hu-HU",
}
PHONE = "+376312345"
OFFICE_OPEN = at(TODAY, 11)
AT_NIGHT = at(TODAY, 22)


@dataclass(frozen=True)
class Ringing:
    """A call of ours under way."""

    token: str
    visit_id: int
    message_id: int
    text: str


def a_call(
    session: Session,
    caller: ScriptedCaller,
    kind: MessageKind,
    language: Language,
    *,
    visit: Visit | None = None,
    state: MessageState = MessageState.SENT,
    try_number: int = 1,
) -> Ringing:
    """The provider took the request and rings the customer."""
    survey = kind == MessageKind.SURVEY_CALL
    visit = visit or a_visit(
        session,
        a_work_order(session, a_customer(session, language=language, phone=PHONE)),
        state=VisitState.COMPLETED if survey else VisitState.BOOKED,
        day=TODAY if survey else TOMORROW,
    )
    text = f"News in {language.value}."
    message = a_message(
        session,
        visit,
        kind=kind,
        channel=Channel.CALL,
        state=state,
        language=language,
        body=text,
        tells_from=visit.told_from,
        tells_until=visit.told_until,
        not_after=NOW + timedelta(days=4),
        sent_at=NOW,
        try_number=try_number,
    )
    token = f"token-{message.id}"
    message.attempts.append(
        Attempt(
            token=token,
            started_at=NOW,
            outcome=AttemptOutcome.SENT,
            provider_id=caller.sid,
        )
    )
    session.flush()
    return Ringing(token, visit.id, message.id, text)


def message_of(session: Session, ringing: Ringing) -> Message:
    return session.get_one(Message, ringing.message_id)


def known_caller(
    session: Session, language: Language = Language.CATALAN, **visit: Any
) -> tuple[int, int]:
    """A customer with a visit tomorrow between ten and twelve; visit and contact."""
    customer = a_customer(session, language=language, phone=PHONE, name="Anna Puig")
    booked = a_visit(session, a_work_order(session, customer), **visit)
    return booked.id, customer.contacts[0].id
