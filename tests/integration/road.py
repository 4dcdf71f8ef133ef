"""A technician's day for the tests of fieldwork: three visits, published and driven from home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from fieldservice.models.plans import Route
from fieldservice.models.technicians import Technician
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from fieldservice.operations.road.fieldwork import Crew
from tests.factories import (
    TODAY,
    a_customer,
    a_publication,
    a_service_day,
    a_shift,
    a_stop,
    a_technician,
    a_territory,
    a_visit,
    a_work_order,
)


@dataclass(frozen=True)
class Road:
    """The ids a story needs."""

    territory_id: int
    technician_id: int
    shift_id: int
    service_day_id: int
    visit_ids: tuple[int, ...]

    @property
    def crew(self) -> Crew:
        """The technician, acting without an account."""
        return Crew(self.technician_id, None)


def a_road(session: Session, day: date = TODAY, *, published: bool = True) -> Road:
    """One technician with visits promised from 10, 12 and 15 o'clock on, planned to the minute."""
    territory = a_territory(session)
    technician = a_technician(session, territory)
    route = a_route(session, technician, day)
    for lat, told, hour in ((42.52, 10, 10), (42.53, 12, 12), (42.54, 15, 15)):
        customer = a_customer(session, territory, lat=lat, lon=1.53)
        visit = a_visit(session, a_work_order(session, customer), day=day, told=(told, told + 2))
        a_stop(session, route, visit, hour)
    if published:
        a_publication(session, route)
    return road_of(technician, route)


def a_route(session: Session, technician: Technician, day: date) -> Route:
    """An empty route of a shift from eight to five."""
    territory = session.get_one(Territory, technician.territory_id)
    shift = a_shift(session, technician, day)
    service_day = a_service_day(session, territory, day, [shift])
    return service_day.routes[0]


def road_of(technician: Technician, route: Route) -> Road:
    """The ids of a route and its visits, in order."""
    return Road(
        territory_id=technician.territory_id,
        technician_id=technician.id,
        shift_id=route.shift_id,
        service_day_id=route.service_day_id,
        visit_ids=tuple(stop.visit_id for stop in route.stops if stop.visit_id is not None),
    )


def visit_of(session: Session, visit_id: int) -> Visit:
    """The visit as it is now."""
    return session.get_one(Visit, visit_id)
