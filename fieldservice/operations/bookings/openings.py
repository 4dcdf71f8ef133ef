"""Where one more visit truly fits into a day's working plan.

Stricter than the planner: an opening uses no overtime and makes nobody else late, because what
is promised from it must still hold when the day turns out a little worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.operations.bookings.windows import ArrivalWindow
from fieldservice.operations.bookings.wishes import Wish
from fieldservice.operations.plans.one_route import is_whole
from fieldservice.operations.plans.problem_visits import PREFERENCE_COST
from fieldservice.operations.plans.problems import DayProblem, read_problem
from fieldservice.operations.plans.workplan import Sequences, orders_read
from fieldservice.scheduling import problem as planner
from fieldservice.scheduling.insertion import Place, cheapest_of, inserted
from fieldservice.scheduling.problem import Location, Problem, TimeWindow
from fieldservice.scheduling.standing import Standing
from fieldservice.scheduling.timing import time_route, travel_along
from fieldservice.scheduling.travel import StraightLine

LEAD = timedelta(hours=1)
"""How long before its window begins a visit can still be promised."""
CANDIDATE = -2_000_000_000
"""Visits that are only being tried out get this id, less one each."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The wanted visit, tried out in one window; `shifts` are the only ones that may serve it."""

    window: ArrivalWindow
    minutes: int
    shifts: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A place for the visit: where, when it would start, and what it adds."""

    candidate: Candidate
    shift_id: int
    position: int
    starts_at: datetime
    cost: int
    extra_seconds: int


@dataclass(frozen=True, slots=True)
class TrialDay:
    """A service day, or one route of it, as a wish finds it: what gives way is already gone."""

    day: ServiceDay
    at: DayProblem
    orders: Sequences
    lead_of: dict[int, int]
    """Who drives each shift."""

    @property
    def shifts(self) -> tuple[planner.Shift, ...]:
        """The vans that are out on that day."""
        return self.at.problem.shifts


def trial_day(
    session: Session, day: ServiceDay, wish: Wish, now: datetime, but_hold: int | None = None
) -> TrialDay:
    """The day without the visits that are to be moved and without one's own hold."""
    at = read_problem(session, day, now, but_hold=but_hold)
    staying = tuple(visit for visit in at.problem.visits if visit.id not in wish.moving)
    waivers = frozenset(one for one in at.problem.waivers if one.visit_id not in wish.moving)
    problem = replace(at.problem, visits=staying, waivers=waivers)
    return _trial(day, replace(at, problem=problem))


def trial_route(
    session: Session, day: ServiceDay, shift_id: int, now: datetime, but_hold: int | None = None
) -> TrialDay | None:
    """One route of the day by itself; None where it must be looked at with all the others."""
    at = read_problem(session, day, now, but_hold=but_hold, shift_id=shift_id)
    return _trial(day, at) if is_whole(at, shift_id) else None


def _trial(day: ServiceDay, at: DayProblem) -> TrialDay:
    leads = {route.shift.id: route.shift.lead.technician_id for route in at.facts.routes}
    return TrialDay(day, at, orders_read(at), leads)


def openings(
    trial: TrialDay, territory: Territory, wish: Wish, candidates: Sequence[Candidate]
) -> list[Opening]:
    """The best place for each of the candidates that has one, cheapest first."""
    problem = _strict(with_candidates(trial, territory, wish, candidates))
    standings = [Standing.of(problem, shift, trial.orders) for shift in problem.shifts]
    found: list[Opening] = []
    for number, candidate in enumerate(candidates):
        visit = problem.visit(CANDIDATE - number)
        place = cheapest_of(problem, standings, visit)
        if place:
            found.append(_opening(problem, trial, candidate, visit, place))
    return sorted(found, key=lambda one: (one.cost, one.starts_at))


def _opening(
    problem: Problem, trial: TrialDay, candidate: Candidate, visit: planner.Visit, place: Place
) -> Opening:
    shift, order = problem.shift(place.shift_id), trial.orders.get(place.shift_id, ())
    grown = inserted(order, place.position, visit.id)
    stops = time_route(problem, shift, grown).stops
    starts = next(stop.start for stop in stops if stop.visit_id == visit.id)
    before, after = ([problem.visit(one) for one in ids] for ids in (order, grown))
    return Opening(
        candidate=candidate,
        shift_id=place.shift_id,
        position=place.position,
        starts_at=trial.at.clockface.moment(starts),
        cost=place.cost,
        extra_seconds=travel_along(problem, shift, after) - travel_along(problem, shift, before),
    )


def with_candidates(
    trial: TrialDay,
    territory: Territory,
    wish: Wish,
    candidates: Sequence[Candidate],
    visit_id: int | None = None,
) -> Problem:
    """The day's problem with each candidate in it; `visit_id` names a single one for good."""
    problem = trial.at.problem
    # Whatever a service day holds is on the map.
    known = tuple(place for place in problem.locations if place)
    here = Location(lon=wish.lon, lat=wish.lat)
    line = StraightLine(territory.travel_base_seconds, territory.travel_seconds_per_km)
    tried = [
        _visit(trial, wish, candidate, len(known), visit_id or CANDIDATE - number)
        for number, candidate in enumerate(candidates)
    ]
    return replace(
        problem,
        visits=(*problem.visits, *tried),
        locations=(*known, here),
        travel={"car": line.with_one_more(problem.travel["car"], known, here)},
    )


def _visit(
    trial: TrialDay, wish: Wish, candidate: Candidate, location: int, visit_id: int
) -> planner.Visit:
    clockface = trial.at.clockface
    first, last = wish.allowed_in(candidate.window)
    wanted = frozenset(
        shift_id
        for shift_id, lead in trial.lead_of.items()
        if lead == wish.preferred_technician_id and trial.at.problem.has_shift(shift_id)
    )
    return planner.Visit(
        id=visit_id,
        location=location,
        service=candidate.minutes * 60,
        windows=(TimeWindow(clockface.seconds(first), clockface.seconds(last)),),
        skill_levels=dict(wish.skills),
        preferred_shifts=wanted,
        preference_cost=PREFERENCE_COST if wanted else 0,
        allowed_shifts=candidate.shifts,
    )


def _strict(problem: Problem) -> Problem:
    if not any(shift.overtime for shift in problem.shifts) and not any(
        visit.max_lateness for visit in problem.visits
    ):
        return problem
    return replace(
        problem,
        shifts=tuple(
            replace(shift, overtime=None) if shift.overtime else shift for shift in problem.shifts
        ),
        visits=tuple(
            replace(visit, max_lateness=0) if visit.max_lateness else visit
            for visit in problem.visits
        ),
    )
