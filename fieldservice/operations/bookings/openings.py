"""Where one more visit truly fits into a day's working plan.

Stricter than the planner: an opening uses no overtime and makes nobody else late, because what
is promised from it must still hold when the day turns out a little worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.operations.bookings.prepared_days import PreparedDay, prepared_days
from fieldservice.operations.bookings.windows import ArrivalWindow
from fieldservice.operations.bookings.wishes import Wish
from fieldservice.operations.plans.facts import CrewMember
from fieldservice.operations.plans.one_route import is_whole
from fieldservice.operations.plans.problem_visits import PREFERENCE_COST
from fieldservice.operations.plans.problems import DayProblem, read_problem
from fieldservice.operations.plans.road_speeds import straight_line
from fieldservice.operations.plans.workplan import Sequences
from fieldservice.scheduling import problem as planner
from fieldservice.scheduling.insertion import Insertion
from fieldservice.scheduling.problem import Location, Problem, TimeWindow

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
    prepared: PreparedDay

    @property
    def at(self) -> DayProblem:
        """The day in the planner's terms."""
        return self.prepared.at

    @property
    def orders(self) -> Sequences:
        """The working order of each shift."""
        return self.prepared.orders

    @property
    def lead_of(self) -> Mapping[int, CrewMember]:
        """Who drives each shift."""
        return self.prepared.lead_of

    @property
    def shifts(self) -> tuple[planner.Shift, ...]:
        """The vans that are out on that day."""
        return self.at.problem.shifts


def trial_days(
    session: Session,
    territory: Territory,
    days: Sequence[date],
    wish: Wish,
    now: datetime,
    own_holds: Mapping[int, int],
) -> list[TrialDay]:
    """Those of the days that are open, without the visits to be moved and one's own holds."""
    found = prepared_days(session, territory, days, now, own_holds)
    return [TrialDay(day, _without(wish.moving, prepared)) for day, prepared in found]


def trial_route(
    session: Session, day: ServiceDay, shift_id: int, now: datetime, but_hold: int | None = None
) -> TrialDay | None:
    """One route of the day by itself; None where it must be looked at with all the others."""
    at = read_problem(session, day, now, but_hold=but_hold, shift_id=shift_id)
    return TrialDay(day, PreparedDay.of(at)) if is_whole(at, shift_id) else None


def _without(gone: frozenset[int], prepared: PreparedDay) -> PreparedDay:
    problem = prepared.at.problem
    if not any(problem.has_visit(visit_id) for visit_id in gone):
        return prepared
    staying = tuple(visit for visit in problem.visits if visit.id not in gone)
    waivers = frozenset(one for one in problem.waivers if one.visit_id not in gone)
    left = replace(problem, visits=staying, waivers=waivers)
    return PreparedDay.of(replace(prepared.at, problem=left))


def openings(
    trial: TrialDay, territory: Territory, wish: Wish, candidates: Sequence[Candidate]
) -> list[Opening]:
    """The best place for each of the candidates that has one, cheapest first.

    They differ in their windows only.
    """
    if not candidates or not trial.shifts:
        return []
    prepared = trial.prepared
    visits = _visits(trial, wish, candidates)
    problem = _asked(trial, prepared.strict, territory, wish, visits)
    around = prepared.gaps.around(problem, visits[0])
    found = [
        _opening(trial, candidate, place)
        for candidate, visit in zip(candidates, visits, strict=True)
        if (place := around.cheapest(visit))
    ]
    return sorted(found, key=lambda one: (one.cost, one.starts_at))


def _opening(trial: TrialDay, candidate: Candidate, place: Insertion) -> Opening:
    return Opening(
        candidate=candidate,
        shift_id=place.shift_id,
        position=place.position,
        starts_at=trial.at.clockface.moment(place.start),
        cost=place.cost,
        extra_seconds=place.added,
    )


def with_candidates(
    trial: TrialDay,
    territory: Territory,
    wish: Wish,
    candidates: Sequence[Candidate],
    visit_id: int | None = None,
) -> Problem:
    """The day's problem with each candidate in it; `visit_id` names a single one for good."""
    visits = _visits(trial, wish, candidates, visit_id)
    return _asked(trial, trial.at.problem, territory, wish, visits)


def _asked(
    trial: TrialDay,
    problem: Problem,
    territory: Territory,
    wish: Wish,
    visits: Sequence[planner.Visit],
) -> Problem:
    here = Location(lon=wish.lon, lat=wish.lat)
    grown = straight_line(territory).with_one_more(
        problem.travel["car"], trial.prepared.places, here
    )
    return problem.asked(visits, here, {"car": grown})


def _visits(
    trial: TrialDay, wish: Wish, candidates: Sequence[Candidate], visit_id: int | None = None
) -> list[planner.Visit]:
    place = len(trial.at.problem.locations)
    wanted = frozenset(
        shift_id
        for shift_id, lead in trial.lead_of.items()
        if lead.technician_id == wish.preferred_technician_id
        and trial.at.problem.has_shift(shift_id)
    )
    return [
        _visit(trial, wish, candidate, place, visit_id or CANDIDATE - number, wanted)
        for number, candidate in enumerate(candidates)
    ]


def _visit(
    trial: TrialDay,
    wish: Wish,
    candidate: Candidate,
    location: int,
    visit_id: int,
    wanted: frozenset[int],
) -> planner.Visit:
    clockface = trial.at.clockface
    first, last = wish.allowed_in(candidate.window)
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
