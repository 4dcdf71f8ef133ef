"""The outlook of a service day's working plan: how likely each promise is kept as things stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.clock import local_day
from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import ENDED, UPCOMING
from fieldservice.operations.outlook.experience import experience
from fieldservice.operations.plans.facts import VisitFacts
from fieldservice.operations.plans.problems import DayProblem, has_begun, read_problem
from fieldservice.operations.plans.workplan import orders_read, plan_of
from fieldservice.scheduling.outlook.learning import Experience
from fieldservice.scheduling.outlook.simulate import Outlook, simulate
from fieldservice.scheduling.outlook.spreads import LateStart, Shocks, Spread, Spreads
from fieldservice.scheduling.problem import TimeWindow

SURE_ENOUGH = 0.85
"""A promise less likely to be kept than this is at risk."""
LATE_START = LateStart(0.1, 600)
"""Taken as it is: of one shift in ten, ten minutes on average."""


@dataclass(frozen=True, slots=True)
class Chance:
    """A share of simulated days, as people read it."""

    chance: float

    @property
    def at_risk(self) -> bool:
        """Whether somebody should look at it."""
        return self.chance < SURE_ENOUGH

    @property
    def percent(self) -> int:
        """In whole percent; 100 only where no simulated day failed."""
        return _down(100 * self.chance)

    @property
    def of_ten(self) -> int:
        """On how many days of ten."""
        return _down(10 * self.chance)


@dataclass(frozen=True, slots=True)
class Promise(Chance):
    """How likely an arrival window told is kept, and when the technician comes on most days."""

    visit_id: int
    told_from: datetime
    told_until: datetime
    early: datetime
    late: datetime
    """Arrivals that one day in ten comes before, or goes beyond."""


@dataclass(frozen=True, slots=True)
class Homecoming(Chance):
    """How likely a shift is over by its end."""

    shift_id: int


@dataclass(frozen=True, slots=True)
class DayOutlook:
    """The promises of a day that are still open, by visit, and its shifts, by shift."""

    promises: Mapping[int, Promise]
    homecomings: Mapping[int, Homecoming]

    @property
    def at_risk(self) -> int:
        """How many promises are less likely than they should be."""
        return sum(1 for one in self.promises.values() if one.at_risk)


NOTHING = DayOutlook({}, {})


def day_outlook(session: Session, day: ServiceDay, now: datetime) -> DayOutlook:
    """The chances of the working plan, the same for whoever looks at the same moment."""
    territory = session.get_one(Territory, day.territory_id)
    today = local_day(now, territory.zone)
    if day.day < today:
        return NOTHING
    at = read_problem(session, day, now)
    learned = experience(session, territory.id, today)
    outlook = simulate(
        at.problem,
        plan_of(at.problem, orders_read(at)),
        spreads_for(at, learned, now),
        promises=_told(at),
        now=at.clockface.seconds(now) if day.day == today else None,
    )
    return DayOutlook(_promises(at, outlook), _homecomings(outlook))


def spreads_for(at: DayProblem, learned: Experience, now: datetime) -> Spreads:
    """What was learned, for the visits and technicians of this day as it stands."""
    visits = at.facts.visits
    strays = {visit.id: learned.work(visit.work.value, visit.product_id) for visit in visits}
    fixed = {-one.id: Spread() for one in at.facts.activities}
    fixed |= {visit.id: Spread() for visit in visits if visit.state in ENDED}
    elapsed = {visit.id: _elapsed(visit, now) for visit in visits if _is_fact(at, visit)}
    elapsed |= {-one.id: 0 for one in at.facts.activities if one.starts_at <= now}
    return Spreads(
        work=learned.work("", None),
        travel=learned.travel,
        visits=strays | fixed,
        shift_ratios={
            route.shift.id: learned.pace(route.shift.lead.technician_id)
            for route in at.facts.routes
        },
        elapsed=elapsed,
        shocks=Shocks(traffic=learned.traffic, late_start=LATE_START),
    )


def _is_fact(at: DayProblem, visit: VisitFacts) -> bool:
    """Whether the planner was given its start as it was, or as it was told on the way."""
    if not has_begun(visit) or not at.problem.has_visit(visit.id):
        return False
    pin = at.problem.visit(visit.id).pin
    return pin is not None and pin.start is not None


def _elapsed(visit: VisitFacts, now: datetime) -> int:
    if visit.arrived_at is None:
        return 0
    return max(0, int(((visit.ended_at or now) - visit.arrived_at).total_seconds()))


def _told(at: DayProblem) -> dict[int, TimeWindow]:
    return {
        visit.id: TimeWindow(
            at.clockface.seconds(visit.told_from), at.clockface.seconds(visit.told_until)
        )
        for visit in at.facts.visits
        if visit.told_from is not None and visit.told_until is not None
    }


def _promises(at: DayProblem, outlook: Outlook) -> dict[int, Promise]:
    found = {}
    for visit in at.facts.visits:
        lived = outlook.visits.get(visit.id)
        if lived is None or visit.told_from is None or visit.told_until is None:
            continue
        if visit.state in UPCOMING:
            early, _, late = (at.clockface.moment(second) for second in lived.arrival)
            found[visit.id] = Promise(
                lived.chance, visit.id, visit.told_from, visit.told_until, early, late
            )
    return found


def _homecomings(outlook: Outlook) -> dict[int, Homecoming]:
    return {shift_id: Homecoming(one.chance, shift_id) for shift_id, one in outlook.routes.items()}


def _down(number: float) -> int:
    """The whole part, where 0.29 times a hundred is 29."""
    return int(number + 1e-9)
