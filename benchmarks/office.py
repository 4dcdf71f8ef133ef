"""A busy office to load: so many vans, ten working days with visits on every route, and offers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import instant
from fieldservice.models.customers import Contact, ContactRole, Customer, PlaceQuality, Site
from fieldservice.models.kinds import Kind, Language
from fieldservice.models.plans import Route, ServiceDay
from fieldservice.models.technicians import Technician, WorkingHours
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder, WorkOrderState
from fieldservice.operations.bookings.offer_tokens import Leg, seal
from fieldservice.operations.bookings.offers import horizon, open_horizon
from fieldservice.operations.bookings.windows import ArrivalWindow
from fieldservice.operations.bookings.wishes import Wish
from fieldservice.operations.bulk import Bulk
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import lay_out

ZONE = "Europe/Andorra"
CENTRE = (42.5063, 1.5218)
SPREAD = 0.03
"""Degrees around the centre: some three kilometres."""
WORKING_DAYS = 10
BUSY_HOURS = (8, 10, 14, 16)
"""Every route has one visit promised from each of these hours at the start."""
OFFERED_HOURS = (8, 10, 14, 8, 10, 14)
"""What is booked on top, on every route, at most."""
MINUTES = 30


@dataclass(frozen=True, slots=True)
class Booking:
    """One request to come: whose, where, and the offer taken."""

    customer_id: int
    site_id: int
    offer: str


def busy_office(session: Session, now: datetime, secret: str, vans: int) -> list[Booking]:
    """Fill an empty database; returns bookings that all fit, in an order that mixes the days."""
    chance = random.Random(7)
    territory = _territory(session, chance, vans)
    open_horizon(session, territory, horizon(territory, now))
    session.flush()
    days = _working_days(session, territory)
    customers = _Customers(session, territory, chance, now)
    for day in days:
        _fill(session, territory, day, customers, now)
    offered = list(_offered(days, territory, customers, now, secret))
    chance.shuffle(offered)
    customers.bulk.write()
    return offered


def _territory(session: Session, chance: random.Random, vans: int) -> Territory:
    territory = Territory(
        name="Postvenda Andorra",
        slug="andorra",
        zone=ZONE,
        country="AD",
        phone="+376800100",
        default_language="ca",
        offer_days=WORKING_DAYS // 5 * 7,
    )
    session.add(territory)
    session.flush()
    for number in range(vans):
        lat, lon = _somewhere(chance)
        session.add(
            Technician(
                territory_id=territory.id,
                name=f"Technician {number + 1}",
                home_lat=lat,
                home_lon=lon,
                working_hours=[_usual_day(weekday) for weekday in range(5)],
            )
        )
    session.flush()
    return territory


def _usual_day(weekday: int) -> WorkingHours:
    return WorkingHours(
        weekday=weekday,
        starts=time(7, 30),
        ends=time(18),
        lunch_from=time(12, 30),
        lunch_until=time(14),
        lunch_minutes=60,
    )


def _working_days(session: Session, territory: Territory) -> list[ServiceDay]:
    rostered = select(Route.id).where(Route.service_day_id == ServiceDay.id).exists()
    found = select(ServiceDay).where(ServiceDay.territory_id == territory.id, rostered)
    # Today's windows may be over, tomorrow's never are.
    return list(session.scalars(found.order_by(ServiceDay.day)))[1:]


class _Customers:
    """Households, each with one contact and one site, made as they are needed."""

    def __init__(
        self, session: Session, territory: Territory, chance: random.Random, now: datetime
    ) -> None:
        self.bulk, self.territory, self.chance, self.now = Bulk(session), territory, chance, now
        self.count = 0

    def one(self) -> tuple[int, int, tuple[float, float]]:
        """A new customer: its id, its site's id, and where that is."""
        self.count += 1
        name, street = f"Customer {self.count}", f"Carrer Major {self.count}"
        customer = self.bulk.add(
            Customer,
            territory_id=self.territory.id,
            name=name,
            folded_name=name.casefold(),
            created_at=self.now,
        )
        self.bulk.add(
            Contact,
            customer_id=customer,
            name=name,
            role=ContactRole.RESIDENT,
            phone=f"+3763{self.count:05d}",
            language=list(Language)[self.count % 4],
            language_confirmed=True,
        )
        lat, lon = _somewhere(self.chance)
        site = self.bulk.add(
            Site,
            customer_id=customer,
            street=street,
            municipality="Andorra la Vella",
            folded_address=f"{street} andorra la vella".casefold(),
            lat=lat,
            lon=lon,
            place_quality=PlaceQuality.EXACT,
            zone=ZONE,
        )
        return customer, site, (lat, lon)


def _somewhere(chance: random.Random) -> tuple[float, float]:
    lat, lon = CENTRE
    return lat + chance.uniform(-SPREAD, SPREAD), lon + chance.uniform(-SPREAD, SPREAD)


def _fill(
    session: Session,
    territory: Territory,
    day: ServiceDay,
    customers: _Customers,
    now: datetime,
) -> None:
    orders = {
        route.shift_id: [_promised(territory, day.day, hour, customers, now) for hour in BUSY_HOURS]
        for route in day.routes
    }
    customers.bulk.write()
    lay_out(session, day, problem_for(session, day, now), orders)


def _promised(
    territory: Territory, day: date, hour: int, customers: _Customers, now: datetime
) -> int:
    customer, site, _ = customers.one()
    window = _window(day, hour)
    order = customers.bulk.add(
        WorkOrder,
        territory_id=territory.id,
        customer_id=customer,
        site_id=site,
        reference=f"FILL-{customer:06d}",
        kind=Kind.MAINTENANCE,
        state=WorkOrderState.OPEN,
        summary="Yearly maintenance",
        priority=0,
        created_at=now,
    )
    return customers.bulk.add(
        Visit,
        work_order_id=order,
        territory_id=territory.id,
        sequence=1,
        state=VisitState.BOOKED,
        version=2,
        duration_minutes=MINUTES,
        service_on=day,
        told_from=window.from_at,
        told_until=window.until_at,
        created_at=now,
    )


def _window(day: date, hour: int) -> ArrivalWindow:
    begins = instant(day, time(hour), ZONE)
    return ArrivalWindow(begins, begins + timedelta(hours=2))


def _offered(
    days: list[ServiceDay],
    territory: Territory,
    customers: _Customers,
    now: datetime,
    secret: str,
) -> Iterator[Booking]:
    for day in days:
        for route in day.routes:
            for hour in OFFERED_HOURS:
                customer, site, (lat, lon) = customers.one()
                wish = Wish(f"site:{site}", Kind.REPAIR, lat, lon, MINUTES)
                leg = Leg(day.day, _window(day.day, hour), route.shift_id, MINUTES)
                yield Booking(customer, site, seal(secret, territory.id, wish, [leg], now))
