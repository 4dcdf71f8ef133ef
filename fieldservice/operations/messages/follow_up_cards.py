"""Follow-ups as a dispatcher reads them before calling the customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.surveys import FollowUp, SurveyResponse
from fieldservice.models.users import User
from fieldservice.operations.calls.recordings import Spoken, of_visits
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.follow_ups import LOW_SCORE, SPOKEN_COMMENT, follow_ups

A_PAGE = 20
SCORED = (LOW_SCORE, SPOKEN_COMMENT)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to call."""

    name: str
    phone: str
    shown: str
    language: str


@dataclass(frozen=True, slots=True)
class FollowUpCard:
    """One follow-up with the visit it came from."""

    id: int
    reason: str
    note: str | None
    score: int | None
    customer_id: int
    customer: str
    reference: str
    kind: str
    summary: str
    zone: str
    visited_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    outcome: str | None
    people: tuple[Person, ...]
    spoken: tuple[Spoken, ...]
    """What the customer said on the telephone."""


def cards(session: Session, territory_id: int, *, closed: bool, page: int) -> list[FollowUpCard]:
    """A page of them."""
    offset = (page - 1) * A_PAGE
    found = follow_ups(session, territory_id, closed=closed, limit=A_PAGE, offset=offset)
    scored = select(SurveyResponse.visit_id, SurveyResponse.score).where(
        SurveyResponse.visit_id.in_([one.visit_id for one in found])
    )
    scores = {row.visit_id: row.score for row in session.execute(scored)}
    spoken = of_visits(session, [one.visit_id for one in found])
    return [
        _card(session, one, scores.get(one.visit_id), spoken.get(one.visit_id, ())) for one in found
    ]


def _card(
    session: Session, one: FollowUp, score: int | None, spoken: Sequence[Spoken]
) -> FollowUpCard:
    visit, order = one.visit, one.visit.work_order
    closer = session.get(User, one.closed_by_id) if one.closed_by_id else None
    people = [
        Person(contact.name, contact.phone, shown_phone(contact.phone), contact.language.value)
        for contact in order.customer.contacts
        if contact.phone
    ]
    return FollowUpCard(
        id=one.id,
        reason=one.reason,
        note=one.note,
        score=score if one.reason in SCORED else None,
        customer_id=order.customer_id,
        customer=order.customer.name,
        reference=order.reference,
        kind=order.kind.value,
        summary=order.summary,
        zone=order.site.zone,
        visited_at=visit.ended_at,
        opened_at=one.opened_at,
        closed_at=one.closed_at,
        closed_by=closer.name if closer else None,
        outcome=one.outcome,
        people=tuple(people),
        spoken=tuple(spoken),
    )
