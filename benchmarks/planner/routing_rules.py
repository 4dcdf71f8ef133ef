"""The rules as OR-Tools' routing model understands them: one rule, one method, in order.

The model approximates: setting up is always counted, breaks shorten the shift at its end, only the
last of several windows may be passed late. What it proposes is therefore timed and mended exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldservice.scheduling.eligibility import refusal
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.pins import pinned_sequence
from fieldservice.scheduling.problem import Problem, Shift, Visit
from fieldservice.scheduling.timing import Route, preference_cost, time_route

UNLIMITED = 2**40


@dataclass
class RoutingRules:
    """Writes a problem into an empty model with one node per visit, shift start and shift end."""

    problem: Problem
    manager: Any
    model: Any

    def add_all(self) -> None:
        """Add every rule."""
        self.travel_costs()
        self.fixed_costs()
        self.time()
        self.visit_windows()
        self.pinned_starts()
        self.shift_hours()
        self.overtime()
        self.wanted_shifts()
        self.preferences()
        self.capacity()
        self.max_tasks()
        self.max_travel_time()
        self.unserved()

    def travel_costs(self) -> None:
        """Charge each drive at the hourly cost of the shift."""
        for vehicle, shift in self.each_shift:
            rate = shift.cost_per_hour * self.problem.weights.travel
            costs = (self.drives(shift) * rate + 1800) // 3600
            key = ("cost", shift.profile, shift.speed_factor, rate)
            self.model.SetArcCostEvaluatorOfVehicle(self.registered(key, costs), vehicle)

    def fixed_costs(self) -> None:
        """Charge a shift for being used at all."""
        for vehicle, shift in self.each_shift:
            self.model.SetFixedCostOfVehicle(shift.fixed_cost, vehicle)

    def time(self) -> None:
        """Let time pass from the start of one service to the start of the next."""
        evaluators = []
        for _, shift in self.each_shift:
            key = ("time", shift.profile, shift.speed_factor)
            if key not in self.evaluators:
                passing = self.drives(shift) + self.occupied[:, None]
                self.registered(key, self.squeezed(passing))
            evaluators.append(self.evaluators[key])
        self.model.AddDimensionWithVehicleTransits(evaluators, UNLIMITED, UNLIMITED, False, "time")

    def visit_windows(self) -> None:
        """Start each service inside a window, or late at a cost where lateness is allowed."""
        for node, visit in self.each_visit:
            windows = self.problem.windows(visit)
            if not windows or visit.pin:
                continue
            index = self.manager.NodeToIndex(node)
            cumul = self.clock.CumulVar(index)
            last = max(window.end for window in windows)
            self.between(cumul, windows[0].start, last + visit.max_lateness)
            closed_from = windows[0].end + 1
            for window in windows[1:]:
                if window.start > closed_from:
                    cumul.RemoveInterval(
                        self.since_origin(closed_from), self.since_origin(window.start - 1)
                    )
                closed_from = max(closed_from, window.end + 1)
            if visit.max_lateness:
                self.clock.SetCumulVarSoftUpperBound(
                    index, self.since_origin(last), visit.lateness_cost_per_second
                )

    def pinned_starts(self) -> None:
        """Hold what is pinned in time where the pins of its shift alone put it."""
        for route in self.pinned_routes.values():
            for stop in route.stops:
                if stop.visit_id is None:
                    continue
                visit = self.problem.visit(stop.visit_id)
                cumul = self.clock.CumulVar(self.manager.NodeToIndex(self.node[visit.id]))
                windows = self.problem.windows(visit)
                if visit.pin and visit.pin.start is not None:
                    self.between(cumul, stop.start, stop.start)
                elif windows and not route.faults:
                    last = max(window.end for window in windows)
                    self.between(cumul, windows[0].start, last + visit.max_lateness)

    def shift_hours(self) -> None:
        """Keep each route inside its shift, or inside what its pins need.

        Breaks only take their time off the end: as intervals they make the search ten times slower.
        """
        for vehicle, shift in self.each_shift:
            first = shift.window.start
            last = max(first, shift.latest_end - _resting(shift))
            pinned = self.pinned_routes.get(shift.id)
            if pinned:
                first = min([first, *(stop.start for stop in pinned.stops)])
                last = max(last, pinned.finish)
            self.between(self.clock.CumulVar(self.model.Start(vehicle)), first, last)
            self.between(self.clock.CumulVar(self.model.End(vehicle)), first, last)

    def overtime(self) -> None:
        """Charge each second past the end of the shift."""
        for vehicle, shift in self.each_shift:
            if shift.overtime:
                self.clock.SetCumulVarSoftUpperBound(
                    self.model.End(vehicle),
                    self.since_origin(shift.window.end - _resting(shift)),
                    shift.overtime.cost_per_second,
                )

    def wanted_shifts(self) -> None:
        """Open each visit to the shifts with the skills, leave and room for it."""
        for node, visit in self.each_visit:
            able = [
                vehicle
                for vehicle, shift in self.each_shift
                if not refusal(self.problem, shift, visit)
            ]
            if len(able) < len(self.problem.shifts):
                self.model.VehicleVar(self.manager.NodeToIndex(node)).SetValues([-1, *able])

    def preferences(self) -> None:
        """Charge each visit that another shift than a preferred one serves."""
        if not any(visit.preference_cost for visit in self.problem.visits):
            return
        evaluators = [
            self.unary([preference_cost(shift, visit) for visit in self.problem.visits])
            for shift in self.problem.shifts
        ]
        self.model.AddDimensionWithVehicleTransits(evaluators, 0, UNLIMITED, True, "preference")
        self.model.GetDimensionOrDie("preference").SetSpanCostCoefficientForAllVehicles(1)

    def capacity(self) -> None:
        """Load no more of any good than the shift can carry."""
        goods = max((len(shift.capacity) for shift in self.problem.shifts), default=0)
        for good in range(goods):
            loads = [visit.delivery[good] if visit.delivery else 0 for visit in self.problem.visits]
            limits = [s.capacity[good] if s.capacity else UNLIMITED for s in self.problem.shifts]
            self.model.AddDimensionWithVehicleCapacity(
                self.unary(loads), 0, limits, True, f"good {good}"
            )

    def max_tasks(self) -> None:
        """Make no more visits than the shift allows."""
        if all(shift.max_tasks is None for shift in self.problem.shifts):
            return
        limits = [UNLIMITED if s.max_tasks is None else s.max_tasks for s in self.problem.shifts]
        ones = self.unary([1] * len(self.problem.visits))
        self.model.AddDimensionWithVehicleCapacity(ones, 0, limits, True, "visits")

    def max_travel_time(self) -> None:
        """Drive no longer than the shift allows."""
        if all(shift.max_travel_time is None for shift in self.problem.shifts):
            return
        limits, evaluators = [], []
        for shift in self.problem.shifts:
            key = ("drive", shift.profile, shift.speed_factor)
            evaluators.append(self.registered(key, self.drives(shift)))
            limits.append(UNLIMITED if shift.max_travel_time is None else shift.max_travel_time)
        self.model.AddDimensionWithVehicleTransitAndCapacity(evaluators, 0, limits, True, "drive")

    def unserved(self) -> None:
        """Let every visit be left out at its penalty; a pinned one dearer than all the others."""
        penalties = Penalties.of(self.problem)
        costs = [penalties.cost(visit) for visit in self.problem.visits]
        pinned = min(2 * max(costs, default=0) + penalties.base, UNLIMITED * 1024)
        for (node, visit), cost in zip(self.each_visit, costs, strict=True):
            index = self.manager.NodeToIndex(node)
            self.model.AddDisjunction([index], pinned if visit.pin else cost)

    @property
    def clock(self) -> Any:
        """The time dimension."""
        return self.model.GetDimensionOrDie("time")

    @cached_property
    def each_visit(self) -> list[tuple[int, Visit]]:
        """Each visit behind its node."""
        return list(enumerate(self.problem.visits))

    @cached_property
    def each_shift(self) -> list[tuple[int, Shift]]:
        """Each shift behind its vehicle."""
        return list(enumerate(self.problem.shifts))

    @cached_property
    def node(self) -> dict[int, int]:
        """The node of each visit, by id."""
        return {visit.id: node for node, visit in self.each_visit}

    @cached_property
    def evaluators(self) -> dict[tuple[object, ...], int]:
        """What was registered with the model so far."""
        return {}

    @cached_property
    def pinned_routes(self) -> dict[int, Route]:
        """The route that its pins alone make, for each shift with pins."""
        pinned = {visit.pin.shift_id for visit in self.problem.visits if visit.pin}
        return {
            shift.id: time_route(self.problem, shift, pinned_sequence(self.problem, shift))
            for shift in self.problem.shifts
            if shift.id in pinned
        }

    @cached_property
    def occupied(self) -> NDArray[np.int64]:
        """Seconds at each node."""
        at_visits = [visit.service + visit.setup for visit in self.problem.visits]
        return np.array(at_visits + [0] * (2 * len(self.problem.shifts)), dtype=np.int64)

    @cached_property
    def origin(self) -> int:
        """The instant that the model calls 0: early enough for every pin."""
        instants = [shift.window.start for shift in self.problem.shifts]
        instants += [stop.start for route in self.pinned_routes.values() for stop in route.stops]
        return min(instants, default=0)

    def since_origin(self, instant: int) -> int:
        """Return model time, never negative."""
        return max(0, min(instant - self.origin, UNLIMITED))

    def between(self, cumul: Any, first: int, last: int) -> None:
        """Bound a time of the model; an empty span leaves the visit unserved."""
        if last < self.origin:
            return
        cumul.SetRange(self.since_origin(first), self.since_origin(last))

    def drives(self, shift: Shift) -> NDArray[np.int64]:
        """Return travel seconds between all nodes for that shift."""
        durations = np.array(self.problem.durations(shift), dtype=np.int64)
        nowhere = len(durations)
        padded = np.zeros((nowhere + 1, nowhere + 1), dtype=np.int64)
        padded[:nowhere, :nowhere] = durations
        places = [visit.location for visit in self.problem.visits]
        for _, other in self.each_shift:
            places.append(nowhere if other.start is None else other.start)
            places.append(nowhere if other.end is None else other.end)
        return padded[np.ix_(places, places)]

    def squeezed(self, passing: NDArray[np.int64]) -> NDArray[np.int64]:
        """Shorten the legs between pinned stops to what the pins leave for them."""
        for vehicle, shift in self.each_shift:
            if shift.id not in self.pinned_routes:
                continue
            here = len(self.problem.visits) + 2 * vehicle
            free = shift.window.start
            for stop in self.pinned_routes[shift.id].stops:
                if stop.visit_id is None:
                    continue
                there = self.node[stop.visit_id]
                passing[here, there] = min(passing[here, there], max(0, stop.start - free))
                here, free = there, stop.start
        return passing

    def registered(self, key: tuple[object, ...], matrix: NDArray[np.int64]) -> int:
        """Return the model's name for a matrix, registered once."""
        if key not in self.evaluators:
            self.evaluators[key] = self.model.RegisterTransitMatrix(matrix.tolist())
        return self.evaluators[key]

    def unary(self, at_visits: list[int]) -> int:
        """Return the model's name for an amount per visit."""
        amounts = at_visits + [0] * (2 * len(self.problem.shifts))
        evaluator: int = self.model.RegisterUnaryTransitVector(amounts)
        return evaluator


def _resting(shift: Shift) -> int:
    return sum(rest.duration for rest in shift.breaks)
