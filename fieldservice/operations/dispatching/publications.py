"""Routes as their technicians were given them, and what of that is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.plans import Publication, Route, ServiceDay, StopKind
from fieldservice.models.technicians import Shift
from fieldservice.models.work_orders import VisitState
from fieldservice.operations.audit import record
from fieldservice.operations.plans.days import loaded_day
from fieldservice.operations.road.own_routes import PublishedStop, stops_of

NOTICEABLE_SECONDS = 600
"""A start that moves by less is no change a technician must confirm."""


@dataclass(frozen=True, slots=True)
class RouteNews:
    """A route that technicians are given, or given anew."""

    route: Route
    stops: tuple[PublishedStop, ...]
    is_first: bool
    must_be_seen: bool

    @property
    def visits(self) -> int:
        """How many visits are on it."""
        return sum(1 for stop in self.stops if stop.kind is StopKind.VISIT)


def route_news(session: Session, day: ServiceDay) -> tuple[RouteNews, ...]:
    """The routes that are not, or not so, what their technicians were given."""
    given = newest_publications(session, day)
    news = []
    for route in day.routes:
        stops = published_stops(route)
        earlier = given.get(route.shift_id, [])
        if earlier and stops_of(earlier[-1]) == stops and _all_committed(route):
            continue
        if not earlier and not any(stop.kind is StopKind.VISIT for stop in stops):
            continue
        must_be_seen = bool(earlier) and _noticeable(known_stops(earlier), stops)
        news.append(RouteNews(route, stops, not earlier, must_be_seen))
    return tuple(news)


def known_stops(earlier: Sequence[Publication]) -> tuple[PublishedStop, ...]:
    """The route as its technician knows it: the last one seen, else the first one given."""
    for publication in reversed(earlier):
        if publication.seen_at is not None or not publication.changes_previous:
            return stops_of(publication)
    return stops_of(earlier[0])


def _noticeable(known: Sequence[PublishedStop], stops: Sequence[PublishedStop]) -> bool:
    old = [stop for stop in known if stop.kind is not StopKind.BREAK]
    new = [stop for stop in stops if stop.kind is not StopKind.BREAK]
    if [(s.visit_id, s.activity_id) for s in old] != [(s.visit_id, s.activity_id) for s in new]:
        return True
    return any(
        abs((is_now.starts_at - was.starts_at).total_seconds()) >= NOTICEABLE_SECONDS
        for was, is_now in zip(old, new, strict=True)
    )


def published_stops(route: Route) -> tuple[PublishedStop, ...]:
    """The route as it would be given out."""
    return tuple(
        PublishedStop(stop.kind, stop.visit_id, stop.activity_id, stop.starts_at, stop.ends_at)
        for stop in sorted(route.stops, key=lambda one: one.position)
    )


def _all_committed(route: Route) -> bool:
    return all(stop.committed for stop in route.stops if stop.kind is StopKind.VISIT)


def newest_publications(session: Session, day: ServiceDay) -> dict[int, list[Publication]]:
    """All that was published of the day, oldest first, by shift."""
    rows = session.scalars(
        select(Publication)
        .where(Publication.service_day_id == day.id)
        .order_by(Publication.published_at, Publication.id)
    )
    found: dict[int, list[Publication]] = {}
    for row in rows:
        found.setdefault(row.shift_id, []).append(row)
    return found


def undoable(session: Session, day: ServiceDay) -> list[Publication]:
    """What the last publishing of the day gave out, as long as it can tell how things stood."""
    rows = session.scalars(
        select(Publication).where(Publication.service_day_id == day.id).order_by(Publication.id)
    )
    return [row for row in rows if row.undo and row.undo["as_version"] == day.published_version]


def republish_shift(session: Session, shift: Shift, now: datetime) -> Publication | None:
    """Give one van of a published day its route anew, after a booking or a cancellation.

    None where nothing changed for it, or where its route also holds changes a dispatcher has
    not published yet: a visit must never be on two technicians' routes.
    """
    day = session.scalar(select(ServiceDay).join(Route).where(Route.shift_id == shift.id))
    if day is None or day.published_at is None:
        return None
    day = loaded_day(session, day)
    news = next((one for one in route_news(session, day) if one.route.shift_id == shift.id), None)
    if news is None or _mixed_up(session, day, news):
        return None
    commit(session, [news.route])
    publication = publication_of(day, news, now, undo=None)
    session.add(publication)
    record(session, now, None, "route.published", publication, shift_id=shift.id)
    session.flush()
    return publication


def commit(session: Session, routes: Sequence[Route]) -> None:
    """Make the stops of these routes what was published: no longer tentative."""
    for route in routes:
        for stop in route.stops:
            if stop.visit is None:
                continue
            stop.committed = True
            if stop.visit.state is VisitState.BOOKED:
                stop.visit.state = VisitState.PLANNED
    session.flush()


def publication_of(
    day: ServiceDay, news: RouteNews, now: datetime, undo: dict[str, Any] | None
) -> Publication:
    """What the technician is given."""
    return Publication(
        service_day_id=day.id,
        shift_id=news.route.shift_id,
        published_at=now,
        stops=[_kept(stop) for stop in news.stops],
        changes_previous=news.must_be_seen,
        undo=undo,
    )


def _kept(stop: PublishedStop) -> dict[str, Any]:
    return {
        "kind": stop.kind.value,
        "visit_id": stop.visit_id,
        "activity_id": stop.activity_id,
        "starts_at": stop.starts_at.isoformat(),
        "ends_at": stop.ends_at.isoformat(),
    }


def _mixed_up(session: Session, day: ServiceDay, news: RouteNews) -> bool:
    """Whether the route trades visits with another van's published or working route."""
    given = newest_publications(session, day)
    mine = {stop.visit_id for stop in news.stops if stop.visit_id}
    known = {s.visit_id for one in given.get(news.route.shift_id, [])[-1:] for s in stops_of(one)}
    elsewhere = {
        stop.visit_id
        for shift_id, some in given.items()
        if shift_id != news.route.shift_id
        for stop in stops_of(some[-1])
    }
    working = {
        stop.visit_id for route in day.routes if route is not news.route for stop in route.stops
    }
    gained, gone = mine - known, known - mine
    return bool(gained & elsewhere or gone & working - {None})
