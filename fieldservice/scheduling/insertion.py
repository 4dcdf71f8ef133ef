"""Where one more visit fits into a plan, exactly, and what it adds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from fieldservice.scheduling.check import check_route
from fieldservice.scheduling.eligibility import over_limit, overload, refusal
from fieldservice.scheduling.labels import Along, Label, best_way_home, finished, onward
from fieldservice.scheduling.problem import Problem, Rule, Visit
from fieldservice.scheduling.speeds import USUAL
from fieldservice.scheduling.standing import Standing
from fieldservice.scheduling.timing import constant_cost, time_route, travel_cost


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position (visits before it) on a shift's route, and the cost it adds in seconds."""

    cost: int
    shift_id: int
    position: int


@dataclass(frozen=True, slots=True)
class Insertion:
    """A place for a visit with the second at which service would start.

    The cost includes that of the driving `added`, in seconds.
    """

    shift_id: int
    position: int
    start: int
    cost: int
    added: int = 0

    @property
    def place(self) -> Place:
        """The same for comparing costs."""
        return Place(self.cost, self.shift_id, self.position)


def insertions(
    problem: Problem, sequences: Mapping[int, Sequence[int]], visit: Visit
) -> list[Insertion]:
    """Return every insertion that breaks nothing new, cheapest first."""
    found = [
        one
        for shift in problem.shifts
        if not refusal(problem, shift, visit)
        for one in insertions_on(problem, Standing.of(problem, shift, sequences), visit)
    ]
    return sorted(found, key=lambda one: one.place)


def places_on(problem: Problem, standing: Standing, visit: Visit) -> Iterator[Place]:
    """Yield every place for the visit on that route."""
    return (one.place for one in insertions_on(problem, standing, visit))


def insertions_on(problem: Problem, standing: Standing, visit: Visit) -> Iterator[Insertion]:
    """Yield every place for the visit on that route, with the start there."""
    for added, position in _candidates(problem, standing, visit):
        found = tried(problem, standing, visit, position, added)
        if found:
            yield found


def cheapest_on(problem: Problem, standing: Standing, visit: Visit) -> Place | None:
    """Return the cheapest place for the visit on that route."""
    return cheapest_of(problem, [standing], visit)


def cheapest_of(problem: Problem, standings: Iterable[Standing], visit: Visit) -> Place | None:
    """Return the cheapest place for the visit on any of these routes, None where none takes it.

    The least detours are tried first, until no other can be cheaper.
    """
    candidates = [
        (travel_cost(problem, standing.shift, added), standing.shift.id, position, added, standing)
        for standing in standings
        for added, position in _candidates(problem, standing, visit)
    ]
    best: Place | None = None
    for least, _shift_id, position, added, standing in sorted(candidates, key=itemgetter(0, 1, 2)):
        if best and least > best.cost:
            break
        found = tried(problem, standing, visit, position, added)
        if found and (best is None or found.place < best):
            best = found.place
    return best


def cheapest_places(
    problem: Problem, routes: Iterable[Standing], visit: Visit, count: int
) -> list[Place]:
    """Return the cheapest places of all those routes, that many at most, cheapest first."""
    best: list[Place] = []
    for standing in routes:
        # The detour is the least a place costs, but for lateness and overtime that it saves.
        saved = standing.cost - constant_cost(
            problem, standing.shift, standing.visits, standing.travel
        )
        for added, position in sorted(_candidates(problem, standing, visit)):
            least = travel_cost(problem, standing.shift, added) - max(0, saved) - 1
            if len(best) == count and least > best[-1].cost:
                break
            found = tried(problem, standing, visit, position, added)
            if found:
                best = sorted([*best, found.place])[:count]
    return best


def inserted(sequence: Sequence[int], position: int, visit_id: int) -> tuple[int, ...]:
    """Return the order with one more visit in it."""
    return (*sequence[:position], visit_id, *sequence[position:])


def _candidates(problem: Problem, standing: Standing, visit: Visit) -> Iterator[tuple[int, int]]:
    """Yield (added travel seconds, position) where no bound that ignores breaks rules it out."""
    shift = standing.shift
    if not can_take(problem, standing, visit):
        return
    bounded = is_bounded(problem, standing, visit)
    speeds = problem.speeds(shift)
    for position, (before, after) in enumerate(standing.legs):
        there = problem.travel_time(shift, before, visit.location)
        onward_from = problem.travel_time(shift, visit.location, after)
        if bounded:
            start = _start(visit, speeds.reach(standing.free[position], there * USUAL))
            if start is None:
                continue
            setup = visit.setup_on(shift) if before != visit.location else 0
            over = start + setup + visit.service_on(shift)
            if speeds.reach(over, onward_from * USUAL) > standing.due[position]:
                continue
        if not standing.visits:
            yield there + onward_from, position
        else:
            yield there + onward_from - problem.travel_time(shift, before, after), position


def can_take(problem: Problem, standing: Standing, visit: Visit) -> bool:
    """Tell whether that shift may serve the visit and has room for it, whatever the hour."""
    shift = standing.shift
    return not (
        refusal(problem, shift, visit) or overload(problem, shift, [*standing.visits, visit])
    )


def is_bounded(problem: Problem, standing: Standing, visit: Visit) -> bool:
    """Tell whether what does not fit between the bounds of a gap fits there in no way."""
    return not (standing.unbounded or visit.pin or problem.waivers)


def tried(
    problem: Problem, standing: Standing, visit: Visit, position: int, added: int
) -> Insertion | None:
    """Follow the route with the visit there, which adds so much driving; None where it breaks."""
    shift = standing.shift
    most = math.inf if _has_waiver(problem, visit) else standing.faults
    along: Along | None = standing.along[position]
    for one in (visit, *standing.visits[position:]):
        along = onward(problem, shift, along, one, most) if along else None
    if along is None:
        return None
    home = best_way_home(problem, shift, along)
    faults, paid, _ = finished(problem, shift, home)
    visits = [*standing.visits[:position], visit, *standing.visits[position:]]
    if faults > most or over_limit(problem, shift, visits):
        return None
    order = tuple(one.id for one in visits)
    if faults and check_route(problem, time_route(problem, shift, order)).introduced:
        return None
    cost = paid + constant_cost(problem, shift, visits, standing.travel + added)
    return Insertion(shift.id, position, _begun(home[0], visit), cost - standing.cost, added)


def _begun(label: Label, visit: Visit) -> int:
    while label.visit is not visit:
        assert label.previous is not None
        label = label.previous
    return label.start


def _start(visit: Visit, arrival: int) -> int | None:
    if not visit.windows:
        return arrival
    open_still = [w.start for w in visit.windows if arrival <= w.end + visit.max_lateness]
    return max(arrival, min(open_still)) if open_still else None


def _has_waiver(problem: Problem, visit: Visit) -> bool:
    return bool(problem.waivers) and any(problem.waived(rule, visit.id) for rule in Rule)
