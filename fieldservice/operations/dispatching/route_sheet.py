"""A technician's day on paper, and a whole day as rows for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from fieldservice.clock import wall
from fieldservice.errors import NotFound
from fieldservice.models.plans import Route, ServiceDay, Stop
from fieldservice.models.technicians import Shift, ShiftMember
from fieldservice.models.work_orders import Visit, WorkOrder, WorkOrderContact

RISKY = re.compile(r'(\A|[;\t\r\n])([\s"]*)(?=[=+\-@＝＋－＠])|\A(?=[\t\r])')
"""Where a cell begins that a spreadsheet would run.

Where the comma is the decimal sign, spreadsheets divide a line at semicolons, inside quotes too.
"""
HEADERS = (
    "technician",
    "position",
    "start",
    "end",
    "window_from",
    "window_until",
    "reference",
    "kind",
    "state",
    "customer",
    "street",
    "postcode",
    "municipality",
    "driving_minutes",
    "summary",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One van's stops in order, with all that is needed at each door."""

    shift: Shift
    stops: tuple[Stop, ...]


def route_sheet(session: Session, day: ServiceDay, shift_id: int) -> Sheet:
    """The sheet of that van."""
    route = next((one for one in _routes(session, day) if one.shift_id == shift_id), None)
    if route is None:
        raise NotFound("There is no such route on this day.")
    return Sheet(route.shift, tuple(sorted(route.stops, key=lambda stop: stop.position)))


def day_as_csv(session: Session, day: ServiceDay, zone: str) -> str:
    """All stops of the day, one a line; a cell that a spreadsheet would run is made text."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(HEADERS)
    for route in _routes(session, day):
        for stop in sorted(route.stops, key=lambda one: one.position):
            rows.writerow([harmless(cell) for cell in _cells(route, stop, zone)])
    return written.getvalue()


def harmless(cell: str) -> str:
    """The cell as text, whatever it begins with and wherever a spreadsheet divides it."""
    return RISKY.sub(lambda found: f"{found[0]}'", cell)


def _routes(session: Session, day: ServiceDay) -> list[Route]:
    order = selectinload(Route.stops).joinedload(Stop.visit).joinedload(Visit.work_order)
    contacts = order.selectinload(WorkOrder.contacts).joinedload(WorkOrderContact.contact)
    members = joinedload(Route.shift).selectinload(Shift.members)
    routes = session.scalars(
        select(Route)
        .where(Route.service_day_id == day.id)
        .options(
            order.joinedload(WorkOrder.customer),
            order.joinedload(WorkOrder.site),
            order.joinedload(WorkOrder.asset),
            contacts,
            selectinload(Route.stops).joinedload(Stop.activity),
            members.joinedload(ShiftMember.technician),
        )
    ).all()
    return sorted(routes, key=lambda route: route.shift.lead.name)


def _cells(route: Route, stop: Stop, zone: str) -> Iterator[str]:
    visit, activity = stop.visit, stop.activity
    order = visit.work_order if visit else None
    yield route.shift.lead.name
    yield str(stop.position + 1)
    yield _time(stop.starts_at, zone)
    yield _time(stop.ends_at, zone)
    yield _time(visit.told_from if visit else None, zone)
    yield _time(visit.told_until if visit else None, zone)
    yield order.reference if order else ""
    yield order.kind.value if order else stop.kind.value
    yield visit.state.value if visit else ""
    yield order.customer.name if order else (activity.title if activity else "")
    yield order.site.street if order else (activity.place if activity else "")
    yield (order.site.postcode or "") if order else ""
    yield order.site.municipality if order else ""
    yield str(round(stop.travel_seconds / 60))
    yield order.summary if order else ""


def _time(moment: datetime | None, zone: str) -> str:
    return f"{wall(moment, zone):%H:%M}" if moment else ""
