"""Service days over the API: their working plan, and giving it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import NotFound, Refused
from fieldservice.models.api import Scope
from fieldservice.models.customers import Channel
from fieldservice.models.plans import Route, ServiceDay, Stop
from fieldservice.models.territories import Territory
from fieldservice.operations.dispatching import publishing, unpublishing
from fieldservice.operations.dispatching.publishing import PublishPreview, Telling
from fieldservice.operations.plans.days import day_by_id, loaded_day, service_day
from fieldservice.web.api.again import written
from fieldservice.web.api.frame import Asked, Resource, answers, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.schemas.plans import (
    DayWanted,
    PlanSchema,
    PublicationSchema,
    PublishWanted,
    ServiceDaysAsked,
    ServiceDaysSchema,
)

blueprint = Resource("plans", "Service days: their routes, and giving them out.")

LONGEST = timedelta(days=92)
UNKNOWN = "This service day is not known. Open it first, or list the days there are."


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A route with who drives it."""

    route: Route
    shift_id: int
    technician_ids: tuple[int, ...]
    starts_at: datetime
    ends_at: datetime
    departs_at: datetime | None
    returns_at: datetime | None
    travel_seconds: int
    overtime_seconds: int
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A day as it is told."""

    id: int
    territory_id: int
    day: date
    version: int
    published_at: datetime | None
    published_version: int | None
    routes: tuple[RouteRow, ...]


@dataclass(frozen=True, slots=True)
class TellingRow:
    """Who is told which window."""

    visit: Any
    window_from: datetime
    window_until: datetime
    contacts: int


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """What publishing does."""

    service_day_id: int
    version: int
    shift_ids: list[int]
    texts: int
    calls: int
    emails: int
    by_hand: int
    tellings: list[TellingRow]
    broken: Any
    unassigned_visit_ids: list[int]
    hold_minutes: int


@blueprint.get("/service-days")
@needs(Scope.PLANS_READ)
@takes(ServiceDaysAsked, "query")
@answers(200, ServiceDaysSchema)
def list_days(asked: Asked) -> Any:
    """List the days of a span that are open."""
    if asked["last"] < asked["first"] or asked["last"] - asked["first"] > LONGEST:
        raise Refused("Ask for at most 92 days, the first one first.", "until")
    query = select(ServiceDay).where(
        ServiceDay.territory_id == asked["territory_id"],
        ServiceDay.day.between(asked["first"], asked["last"]),
    )
    return {"items": db.session.scalars(query.order_by(ServiceDay.day)).all()}


@blueprint.post("/service-days")
@needs(Scope.PLANS_WRITE)
@takes(DayWanted)
@answers(200, PlanSchema)
def open_day(asked: Asked) -> Response:
    """Have a day open: everybody with usual hours on it gets a shift. Open already, it stays so."""

    def deed(session: Session) -> PlanRow:
        territory = session.get(Territory, asked["territory_id"])
        if territory is None:
            raise Refused("There is no such territory. List them to see their ids.", "territory_id")
        today = clock.local_day(clock.now(), territory.zone)
        if not today <= asked["day"] <= today + LONGEST * 4:
            raise Refused("Open today or a day of the year to come.", "day")
        return _plan(session, service_day(session, territory.id, asked["day"]))

    return written(deed, PlanSchema)


@blueprint.get("/service-days/<int:service_day_id>")
@needs(Scope.PLANS_READ)
@answers(200, PlanSchema)
def show_day(service_day_id: int) -> Any:
    """Read a day with its routes and stops."""
    return _plan(db.session(), _known(service_day_id))


@blueprint.get("/service-days/<int:service_day_id>/publication")
@needs(Scope.PLANS_READ)
@answers(200, PublicationSchema)
def preview(service_day_id: int) -> Any:
    """See what publishing the day now would do: who is told what, and which routes change."""
    found = publishing.preview(db.session(), _known(service_day_id), clock.now())
    return _publication(service_day_id, found)


@blueprint.post("/service-days/<int:service_day_id>/publication")
@needs(Scope.PLANS_WRITE)
@takes(PublishWanted)
@answers(200, PublicationSchema)
def publish(asked: Asked, service_day_id: int) -> Response:
    """Give the routes out, and owe the texts after the territory's pause for undoing."""
    now, actor_id = clock.now(), caller().user_id

    def deed(session: Session) -> PublicationRow:
        day = day_by_id(session, service_day_id)
        done = publishing.publish(session, day, now, actor_id, asked.get("version"))
        return _publication(service_day_id, done)

    return written(deed, PublicationSchema)


@blueprint.delete("/service-days/<int:service_day_id>/publication")
@needs(Scope.PLANS_WRITE)
@answers(200, PlanSchema)
def unpublish(service_day_id: int) -> Response:
    """Take the last publication back while its texts still wait."""
    now, actor_id = clock.now(), caller().user_id

    def deed(session: Session) -> PlanRow:
        day = day_by_id(session, service_day_id)
        unpublishing.undo_publish(session, day, now, actor_id)
        return _plan(session, day)

    return written(deed, PlanSchema)


def _known(service_day_id: int) -> ServiceDay:
    found = db.session.get(ServiceDay, service_day_id)
    if found is None:
        raise NotFound(UNKNOWN)
    return found


def _plan(session: Session, day: ServiceDay) -> PlanRow:
    session.flush()
    day = loaded_day(session, day)
    return PlanRow(
        id=day.id,
        territory_id=day.territory_id,
        day=day.day,
        version=day.version,
        published_at=day.published_at,
        published_version=day.published_version,
        routes=tuple(_route(route) for route in day.routes),
    )


def _route(route: Route) -> RouteRow:
    return RouteRow(
        route=route,
        shift_id=route.shift_id,
        technician_ids=tuple(member.technician_id for member in route.shift.members),
        starts_at=route.shift.starts_at,
        ends_at=route.shift.ends_at,
        departs_at=route.departs_at,
        returns_at=route.returns_at,
        travel_seconds=route.travel_seconds,
        overtime_seconds=route.overtime_seconds,
        stops=tuple(sorted(route.stops, key=lambda stop: stop.position)),
    )


def _publication(service_day_id: int, found: PublishPreview) -> PublicationRow:
    ways = found.ways
    return PublicationRow(
        service_day_id=service_day_id,
        version=found.version,
        shift_ids=[news.route.shift_id for news in found.routes],
        texts=ways[Channel.SMS],
        calls=ways[Channel.CALL],
        emails=ways[Channel.EMAIL],
        by_hand=ways[Channel.BY_HAND],
        tellings=[_telling(one) for one in found.tellings],
        broken=found.broken,
        unassigned_visit_ids=[visit.id for visit in found.unassigned],
        hold_minutes=found.hold_minutes,
    )


def _telling(one: Telling) -> TellingRow:
    return TellingRow(one.visit, one.window[0], one.window[1], one.contacts)
