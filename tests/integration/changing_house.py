"""An office under way, and whatever can happen to it that changes which times can be offered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.customers import Site
from fieldservice.models.disruptions import Disruption, DisruptionKind
from fieldservice.models.plans import Hold, Route, Stop, Waiver
from fieldservice.models.technicians import Absence, Activity, Shift, Technician, TechnicianSkill
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import UPCOMING, Visit, WorkOrder
from fieldservice.operations.bookings.booking import move
from fieldservice.operations.bookings.cancelling import cancel
from fieldservice.operations.bookings.offers import Offer, offers
from fieldservice.operations.bookings.wishes import Wish, wish_for_visits
from fieldservice.operations.bookings.work_orders import wish_of
from fieldservice.operations.dispatching.publishing import publish
from fieldservice.operations.plans.days import service_day
from fieldservice.scheduling.problem import Rule
from tests.factories import NOW, TODAY, TOMORROW, a_skill, a_technician, at
from tests.integration.booking_office import SECRET, an_office, an_order, asked, booked

DAYS = 4


@dataclass
class House:
    """An office under way: its wish to be offered times, and what the clock says."""

    session: Session
    office: Territory
    wish: Wish
    chance: Random
    now: datetime = NOW

    def offered(self, wish: Wish | None = None) -> list[Offer]:
        """What is offered now."""
        return offers(self.session, self.office, wish or self.wish, self.now, SECRET)

    def visit(self) -> Visit:
        """One of the visits that are booked."""
        booked = select(Visit).where(Visit.state.in_(UPCOMING)).order_by(Visit.id)
        return self.chance.choice(self.session.scalars(booked).all())

    def shift(self) -> Shift:
        """One of tomorrow's shifts."""
        there = select(Shift).where(Shift.service_on == TOMORROW).order_by(Shift.id)
        return self.chance.choice(self.session.scalars(there).all())


def a_house(session: Session, chance: Random) -> House:
    """Three technicians, four days with five visits on them, and a wish for a repair."""
    office = an_office(session, offer_days=DAYS)
    for _ in range(2):
        a_technician(session, office, skills=("gas",))
    for day in range(DAYS):
        service_day(session, office.id, TODAY + timedelta(days=day))
    house = House(session, office, wish_of(session, an_order(session, office)), chance)
    for _ in range(5):
        book_another(house)
    return house


def book_another(house: House) -> None:
    """Somebody else takes one of the times."""
    wanted = an_order(house.session, house.office)
    found = house.offered(wish_of(house.session, wanted))
    if found:
        booked(house.session, wanted, house.chance.choice(found).token, house.now)


def move_one(house: House) -> None:
    """A customer asks for another time."""
    visit = house.visit()
    found = house.offered(wish_for_visits([visit]))
    if found:
        token = house.chance.choice(found).token
        move(house.session, visit.id, visit.version, token, asked(house.now))


def cancel_one(house: House) -> None:
    """A customer calls off."""
    visit = house.visit()
    cancel(house.session, visit.id, visit.version, "", asked(house.now))


def publish_tomorrow(house: House) -> None:
    """Tomorrow is given out, where anything is on a route and nobody is asked for too much."""
    day = service_day(house.session, house.office.id, TOMORROW)
    with suppress(Refused), house.session.begin_nested():
        publish(house.session, day, house.now, None, None)


def be_away(house: House) -> None:
    """Somebody is ill in the morning."""
    lead = house.shift().lead
    lead.absences.append(Absence(starts_at=at(TOMORROW, 7), ends_at=at(TOMORROW, 12), reason="ill"))


def end_sooner(house: House) -> None:
    """A shift is cut, and no version says so."""
    ends = at(TOMORROW, 15)
    house.session.execute(update(Shift).where(Shift.id == house.shift().id).values(ends_at=ends))


def be_a_trainee(house: House) -> None:
    """Somebody cannot work alone any more."""
    who = house.shift().lead.id
    trainee = update(Technician).where(Technician.id == who).values(is_trainee=True)
    house.session.execute(trainee)


def live_elsewhere(house: House) -> None:
    """Everybody's home moves."""
    house.session.execute(update(Technician).values(home_lat=Technician.home_lat + 0.02))


def forget_a_skill(house: House) -> None:
    """A certificate runs out."""
    runs_out = update(TechnicianSkill).values(expires_on=TODAY - timedelta(days=1))
    house.session.execute(runs_out)


def need_a_skill(house: House) -> None:
    """From now on the wish takes a skill."""
    gas = a_skill(house.session).id
    house.wish = replace(house.wish, skills=frozenset({(gas, 1)}))


def correct_places(house: House) -> None:
    """All sites are found to be elsewhere."""
    house.session.execute(update(Site).values(lat=Site.lat + 0.03))


def take_longer(house: House) -> None:
    """A visit is found to take two hours."""
    longer = update(Visit).where(Visit.id == house.visit().id).values(duration_minutes=120)
    house.session.execute(longer)


def be_due(house: House) -> None:
    """Work is due soon."""
    house.session.execute(update(WorkOrder).values(due_on=TOMORROW, priority=3))


def pin(house: House) -> None:
    """A stop is pinned, and another van keeps a visit it was given."""
    for said in ({"pinned": True}, {"committed": True}):
        stop = update(Stop).where(Stop.visit_id == house.visit().id)
        house.session.execute(stop.values(**said))


def waive(house: House) -> None:
    """A rule is waived for an hour."""
    visit = house.visit()
    known = select(Waiver.id).where(Waiver.visit_id == visit.id)
    if house.session.scalar(known) is None:
        until = house.now + timedelta(hours=1)
        house.session.add(
            Waiver(visit_id=visit.id, rule=Rule.WINDOW, given_at=house.now, until=until)
        )


def keep_free(house: House) -> None:
    """A window is held for five minutes."""
    shift = house.shift()
    route = house.session.scalars(select(Route).where(Route.shift_id == shift.id)).one()
    house.session.add(
        Hold(
            service_day_id=route.service_day_id,
            shift_id=shift.id,
            token=f"{house.chance.random()}",
            window_from=at(TOMORROW, 10),
            window_until=at(TOMORROW, 12),
            duration_minutes=60,
            lat=42.51,
            lon=1.53,
            created_at=house.now,
            expires_at=house.now + timedelta(minutes=5),
        )
    )


def meet(house: House) -> None:
    """A meeting is put onto a route."""
    house.session.add(
        Activity(
            shift_id=house.shift().id,
            title="Meeting",
            starts_at=at(TOMORROW, 14, 30),
            ends_at=at(TOMORROW, 16),
            lat=42.52,
            lon=1.52,
            place="Office",
        )
    )


def snow(house: House) -> None:
    """Roads are slow tomorrow."""
    day = service_day(house.session, house.office.id, TOMORROW)
    house.session.add(
        Disruption(service_day_id=day.id, kind=DisruptionKind.SNOW, percent=180, said_at=house.now)
    )


def other_settings(house: House) -> None:
    """Driving is guessed anew, and windows are of another length."""
    house.office.travel_seconds_per_km += 40
    house.office.window_minutes = house.chance.choice((60, 120, 180))


def wait_a_little(house: House) -> None:
    """Holds run out."""
    house.now += timedelta(minutes=6)


def wait_long(house: House) -> None:
    """Hours pass, until the next day it may be."""
    house.now += timedelta(hours=house.chance.choice((2, 7, 20)))


DEEDS: tuple[Callable[[House], None], ...] = (
    book_another,
    move_one,
    cancel_one,
    publish_tomorrow,
    be_away,
    end_sooner,
    be_a_trainee,
    live_elsewhere,
    forget_a_skill,
    need_a_skill,
    correct_places,
    take_longer,
    be_due,
    pin,
    waive,
    keep_free,
    meet,
    snow,
    other_settings,
    wait_a_little,
    wait_long,
)
