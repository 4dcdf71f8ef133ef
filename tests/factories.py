"""Builders of records with sensible defaults: a test names only what its story needs.

Each takes the session first, adds and flushes, and returns the record with its id.
Whatever a builder needs and is not given, it builds too.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.models import Base
from fieldservice.models.assets import Asset, Product
from fieldservice.models.customers import Channel, Contact, Customer, Site
from fieldservice.models.kinds import Kind, Language
from fieldservice.models.messages import Message, MessageKind
from fieldservice.models.plans import Publication, Route, ServiceDay, Stop, StopKind
from fieldservice.models.technicians import (
    Shift,
    ShiftMember,
    Skill,
    Technician,
    TechnicianSkill,
    WorkingHours,
)
from fieldservice.models.territories import Territory
from fieldservice.models.users import Role, RoleName, User
from fieldservice.models.work_orders import RequiredSkill, Visit, VisitState, WorkOrder

NOW = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)
"""A Tuesday, half past eight on the wall in Andorra, far from any change of the clock."""
TODAY = date(2026, 3, 10)
TOMORROW = date(2026, 3, 11)
ZONE = "Europe/Andorra"
PASSWORD = "correct horse battery staple"

_numbers = itertools.count(1)

Record = TypeVar("Record", bound=Base)


def at(day: date, hour: int, minute: int = 0, zone: str = ZONE) -> datetime:
    """The instant of a wall time on a local day."""
    return clock.instant(day, time(hour, minute), zone)


def _add(session: Session, record: Record) -> Record:
    session.add(record)
    session.flush()
    return record


def a_territory(session: Session, **changes: Any) -> Territory:
    """Postvenda Andorra, or another one when `slug` says so."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": "Postvenda Andorra",
        "slug": f"andorra-{number}",
        "zone": ZONE,
        "country": "AD",
        "phone": "+376800100",
        "default_language": "ca",
    }
    return _add(session, Territory(**{**values, **changes}))


def a_skill(session: Session, name: str = "gas") -> Skill:
    """The skill of that name, made if nobody knows it yet."""
    known = session.scalar(select(Skill).where(Skill.name == name))
    return known or _add(session, Skill(name=name))


def a_technician(
    session: Session,
    territory: Territory | None = None,
    *,
    skills: Sequence[str] = (),
    works: tuple[time, time] | None = (time(8), time(17)),
    **changes: Any,
) -> Technician:
    """Somebody who works Monday to Friday with an hour of lunch; `works=None` for no hours."""
    territory = territory or a_territory(session)
    values: dict[str, Any] = {
        "name": f"Technician {next(_numbers)}",
        "phone": "+376331100",
        "home_lat": 42.5063,
        "home_lon": 1.5218,
    }
    technician = Technician(territory_id=territory.id, **{**values, **changes})
    technician.skills = [TechnicianSkill(skill=a_skill(session, name)) for name in skills]
    if works:
        technician.working_hours = [_usual_day(weekday, *works) for weekday in range(5)]
    return _add(session, technician)


def _usual_day(weekday: int, starts: time, ends: time) -> WorkingHours:
    return WorkingHours(
        weekday=weekday,
        starts=starts,
        ends=ends,
        lunch_from=time(12, 30),
        lunch_until=time(14),
        lunch_minutes=60,
        overtime_minutes=60,
    )


def a_customer(
    session: Session,
    territory: Territory | None = None,
    *,
    name: str | None = None,
    language: Language = Language.CATALAN,
    phone: str | None = None,
    lat: float | None = 42.5078,
    lon: float | None = 1.5211,
    **changes: Any,
) -> Customer:
    """A household with one contact, who gets texts, and one site."""
    territory = territory or a_territory(session)
    number = next(_numbers)
    name = name or f"Maria Puig {number}"
    street = f"Carrer Major {number}"
    customer = Customer(
        territory_id=territory.id,
        **{"name": name, "folded_name": name.casefold(), "created_at": NOW, **changes},
    )
    customer.contacts = [
        Contact(
            name=name,
            phone=phone or f"+3763{number:05d}",
            language=language,
            language_confirmed=True,
        )
    ]
    customer.sites = [
        Site(
            street=street,
            postcode="AD500",
            municipality="Andorra la Vella",
            folded_address=f"{street} ad500 andorra la vella".casefold(),
            lat=lat,
            lon=lon,
            zone=territory.zone,
        )
    ]
    return _add(session, customer)


def a_product(session: Session, **changes: Any) -> Product:
    """A boiler with two years of warranty."""
    values = {"name": "Caldera 24", "brand": "Calor", "warranty_months": 24}
    return _add(session, Product(**{**values, **changes}))


def an_asset(session: Session, customer: Customer | None = None, **changes: Any) -> Asset:
    """A boiler at the customer's first site, still under warranty."""
    customer = customer or a_customer(session)
    values: dict[str, Any] = {
        "customer_id": customer.id,
        "site_id": customer.sites[0].id,
        "serial": f"SN-{next(_numbers):06d}",
        "installed_on": date(2025, 6, 2),
        "warranty_until": date(2027, 6, 1),
    }
    if "product_id" not in changes:
        values["product_id"] = a_product(session).id
    return _add(session, Asset(**{**values, **changes}))


def a_work_order(
    session: Session,
    customer: Customer | None = None,
    *,
    kind: Kind = Kind.REPAIR,
    skills: Sequence[str] = (),
    **changes: Any,
) -> WorkOrder:
    """A repair at the customer's first site."""
    customer = customer or a_customer(session)
    values: dict[str, Any] = {
        "territory_id": customer.territory_id,
        "customer_id": customer.id,
        "site_id": customer.sites[0].id,
        "reference": f"WO-{next(_numbers):06d}",
        "summary": "The boiler does not heat.",
        "created_at": NOW,
    }
    work_order = WorkOrder(kind=kind, **{**values, **changes})
    work_order.skills = [RequiredSkill(skill=a_skill(session, name)) for name in skills]
    return _add(session, work_order)


def a_visit(
    session: Session,
    work_order: WorkOrder | None = None,
    *,
    state: VisitState = VisitState.BOOKED,
    day: date | None = TOMORROW,
    told: tuple[int, int] | None = (10, 12),
    **changes: Any,
) -> Visit:
    """An hour's visit, told tomorrow between ten and twelve; it has no stop yet.

    `day=None` leaves it waiting in the backlog as requested.
    """
    work_order = work_order or a_work_order(session)
    values: dict[str, Any] = {
        "state": state if day else VisitState.REQUESTED,
        "duration_minutes": 60,
        "service_on": day,
        "created_at": NOW,
    }
    if day and told:
        zone = work_order.site.zone
        window = {"from": at(day, told[0], zone=zone), "until": at(day, told[1], zone=zone)}
        values |= {"told_from": window["from"], "told_until": window["until"]}
        values |= {"earliest_at": window["from"], "latest_at": window["until"]}
    return _add(
        session,
        Visit(
            work_order_id=work_order.id,
            territory_id=work_order.territory_id,
            **{**values, **changes},
        ),
    )


def a_shift(
    session: Session, technician: Technician, day: date = TOMORROW, **changes: Any
) -> Shift:
    """One technician's van from eight to five, with lunch."""
    values: dict[str, Any] = {
        "territory_id": technician.territory_id,
        "service_on": day,
        "starts_at": at(day, 8),
        "ends_at": at(day, 17),
        "lunch_from_at": at(day, 12, 30),
        "lunch_until_at": at(day, 14),
        "lunch_minutes": 60,
        "overtime_minutes": 60,
    }
    shift = Shift(**{**values, **changes})
    shift.members = [ShiftMember(technician=technician)]
    return _add(session, shift)


def a_service_day(
    session: Session, territory: Territory, day: date = TOMORROW, shifts: Sequence[Shift] = ()
) -> ServiceDay:
    """A day with an empty route for each of the shifts."""
    service_day = ServiceDay(territory_id=territory.id, day=day)
    service_day.routes = [Route(shift_id=shift.id) for shift in shifts]
    return _add(session, service_day)


def a_stop(session: Session, route: Route, visit: Visit, hour: int = 10, **changes: Any) -> Stop:
    """The visit at the end of the route, served from that hour on."""
    day = visit.service_on or TOMORROW
    starts_at = at(day, hour)
    values: dict[str, Any] = {
        "position": len(route.stops),
        "kind": StopKind.VISIT,
        "crew_place": 1,
        "arrives_at": starts_at,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=visit.duration_minutes),
    }
    stop = Stop(route_id=route.id, visit_id=visit.id, **{**values, **changes})
    route.stops.append(stop)
    return _add(session, stop)


def a_publication(session: Session, route: Route, **changes: Any) -> Publication:
    """The route as it stands, given to its technician; its visits are planned now."""
    kept: list[dict[str, Any]] = []
    for stop in route.stops:
        if stop.visit_id and stop.visit is None:
            session.refresh(stop)
        if stop.visit and stop.visit.state is VisitState.BOOKED:
            stop.visit.state = VisitState.PLANNED
        kept.append(
            {
                "kind": stop.kind.value,
                "visit_id": stop.visit_id,
                "activity_id": stop.activity_id,
                "starts_at": stop.starts_at.isoformat(),
                "ends_at": stop.ends_at.isoformat(),
            }
        )
        stop.committed = True
    values: dict[str, Any] = {
        "service_day_id": route.service_day_id,
        "shift_id": route.shift_id,
        "published_at": NOW,
        "stops": kept,
    }
    return _add(session, Publication(**{**values, **changes}))


def a_message(session: Session, visit: Visit | None = None, **changes: Any) -> Message:
    """A text about a visit, owed to its customer's first contact, due now."""
    visit = visit or a_visit(session)
    contact = visit.work_order.customer.contacts[0]
    values: dict[str, Any] = {
        "territory_id": visit.territory_id,
        "contact_id": contact.id,
        "visit_id": visit.id,
        "visit_version": visit.version,
        "kind": MessageKind.BOOKED,
        "channel": Channel.SMS,
        "dedupe_key": f"booked:{visit.id}:{visit.version}:{contact.id}:{next(_numbers)}",
        "to_address": contact.phone,
        "language": contact.language,
        "body": "We visit you tomorrow.",
        "due_at": NOW,
        "not_after": NOW + timedelta(hours=4),
        "created_at": NOW,
    }
    return _add(session, Message(**{**values, **changes}))


def a_user(
    session: Session,
    role: RoleName = RoleName.DISPATCHER,
    *,
    technician_id: int | None = None,
    **changes: Any,
) -> User:
    """Somebody of the house who plays that part; `password` is a hash and none by default."""
    number = next(_numbers)
    known = session.scalar(select(Role).where(Role.name == role.value))
    values: dict[str, Any] = {
        "email": f"{role.value}-{number}@example.org",
        "name": f"{role.value.title()} {number}",
        "fs_uniquifier": f"key-of-{number}",
        "technician_id": technician_id,
        "created_at": NOW,
    }
    user = User(**{**values, **changes})
    user.roles = [known or Role(name=role.value)]
    return _add(session, user)
