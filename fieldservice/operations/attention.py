"""What waits for a dispatcher: everything that does not go on by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from fieldservice.clock import local_day
from fieldservice.models.conversations import Thread
from fieldservice.models.customers import Customer, PlaceQuality, Site
from fieldservice.models.events import WebhookEndpoint
from fieldservice.models.imports import ImportedRow, ImportKind
from fieldservice.models.messages import Message
from fieldservice.models.plans import Publication, Route, ServiceDay, Stop
from fieldservice.models.surveys import FollowUp
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import UPCOMING, Visit, VisitState
from fieldservice.operations.messages.breaker import closed_carriers
from fieldservice.operations.messages.correspondence import needs_a_person
from fieldservice.operations.messages.hand_list import count_by_hand
from fieldservice.operations.messages.waiting import what_waits

UNSEEN_AFTER = timedelta(minutes=10)
"""How long a technician may take to see a change before somebody should call."""


@dataclass(frozen=True, slots=True)
class Attention:
    """How many of each thing wait in a territory."""

    conversations: int
    follow_ups: int
    requests: int
    """What was asked for one by one."""
    lists: int
    """Imported lists of which something is without an appointment."""
    unassigned: int
    stuck_messages: int
    unseen_routes: int
    by_hand: int
    to_place: int
    stopped_webhooks: int = 0
    """Systems that are told nothing more, of the whole house."""
    stopped_carriers: int = 0
    """Carriers that take no messages, of the whole house."""
    waiting_messages: int = 0
    """Due messages that wait for a sender or for tomorrow's budget."""

    @property
    def total(self) -> int:
        """All of them; estimated places can wait and do not count."""
        return (
            self.conversations
            + self.follow_ups
            + self.requests
            + self.lists
            + self.unassigned
            + self.stuck_messages
            + self.unseen_routes
            + self.by_hand
            + self.stopped_webhooks
            + self.stopped_carriers
            + self.waiting_messages
        )


def attention(session: Session, territory: Territory, now: datetime) -> Attention:
    """Count what waits, as of now."""
    here = Visit.territory_id == territory.id
    waits = Thread.waiting_since.is_not(None)
    asked_for = _asked_for(session, territory)
    return Attention(
        conversations=_count(
            session, select(Thread.id).where(Thread.territory_id == territory.id, waits)
        ),
        follow_ups=_count(
            session,
            select(FollowUp.id).join(Visit).where(here, FollowUp.closed_at.is_(None)),
        ),
        requests=asked_for.pop(None, 0),
        lists=len(asked_for),
        unassigned=_count(session, _unassigned(territory, now)),
        stuck_messages=_count(
            session,
            select(Message.id).where(Message.territory_id == territory.id, needs_a_person()),
        ),
        unseen_routes=_count(session, _unseen(territory, now)),
        by_hand=count_by_hand(session, territory, now),
        to_place=_count(session, _to_place(territory)),
        stopped_carriers=len(closed_carriers(session, now)),
        waiting_messages=what_waits(session, territory.id).total,
        stopped_webhooks=_count(
            session,
            select(WebhookEndpoint.id).where(
                WebhookEndpoint.active.is_(False), WebhookEndpoint.disabled_because.is_not(None)
            ),
        ),
    )


def _count(session: Session, rows: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _asked_for(session: Session, territory: Territory) -> dict[datetime | None, int]:
    """How many visits without an appointment each list brought, and how many came by themselves."""
    rows = (
        select(ImportedRow.imported_at, func.count())
        .select_from(Visit)
        .outerjoin(
            ImportedRow,
            (ImportedRow.record_id == Visit.id) & (ImportedRow.kind == ImportKind.VISITS),
        )
        .where(Visit.territory_id == territory.id, Visit.state == VisitState.REQUESTED)
        .group_by(ImportedRow.imported_at)
    )
    return {row[0]: row[1] for row in session.execute(rows)}


def _unassigned(territory: Territory, now: datetime) -> Select[int]:
    """Promised visits of today or later that are on nobody's route."""
    placed = select(Stop.visit_id).where(Stop.visit_id.is_not(None))
    return select(Visit.id).where(
        Visit.territory_id == territory.id,
        Visit.state.in_(UPCOMING),
        Visit.told_from.is_not(None),
        Visit.service_on >= local_day(now, territory.zone),
        Visit.id.not_in(placed),
    )


def _unseen(territory: Territory, now: datetime) -> Select[int]:
    """Newest changed publications of today or later that nobody has looked at in time."""
    newest = select(func.max(Publication.id)).group_by(Publication.shift_id)
    return (
        select(Publication.id)
        .join(ServiceDay, ServiceDay.id == Publication.service_day_id)
        .join(Route, Route.shift_id == Publication.shift_id)
        .where(
            ServiceDay.territory_id == territory.id,
            ServiceDay.day >= local_day(now, territory.zone),
            Publication.id.in_(newest),
            Publication.changes_previous,
            Publication.seen_at.is_(None),
            Publication.published_at <= now - UNSEEN_AFTER,
        )
    )


def _to_place(territory: Territory) -> Select[int]:
    return (
        select(Site.id)
        .join(Customer)
        .where(
            Customer.territory_id == territory.id,
            Site.place_quality.in_((PlaceQuality.ESTIMATED, PlaceQuality.MISSING)),
        )
    )
