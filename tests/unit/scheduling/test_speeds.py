"""Roads that are slow at some hours: whoever leaves later never arrives sooner."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldservice.errors import Refused
from fieldservice.scheduling.check import check
from fieldservice.scheduling.disruptions import Snow, disrupted
from fieldservice.scheduling.outlook.simulate import simulate
from fieldservice.scheduling.outlook.spreads import Spreads
from fieldservice.scheduling.plan import Plan, build_plan
from fieldservice.scheduling.problem import Break, Problem, Rule, Shift, TimeWindow, Visit
from fieldservice.scheduling.search import rush
from fieldservice.scheduling.solve import Budget, solve
from fieldservice.scheduling.speeds import AT_USUAL_SPEED, USUAL, Speeds
from fieldservice.scheduling.timing import time_route

from .instances import HOUR, MINUTE, NOON, a_problem, a_shift, a_visit, between, on_a_line
from .test_any_problem import problems, slow_is_fine, speeds

RUSH = Speeds(((8 * HOUR, 50), (9 * HOUR, 100), (17 * HOUR, 80)))
moments = st.integers(-3000, 40_000)
ways = st.integers(0, 900_000)


def at(speeds: Speeds, *visits: Visit, shift: Shift | None = None, **rules: Any) -> Problem:
    problem = a_problem(visits, shift or a_shift(), **rules)
    return replace(problem, travel={"car": replace(on_a_line(), speeds=speeds)})


@given(speeds(), moments, ways)
def test_it_is_there_at_the_first_second_that_suffices(
    roads: Speeds, leaving: int, way: int
) -> None:
    there = roads.reach(leaving, way)
    assert roads.driven(leaving, there) >= way
    assert there == leaving or roads.driven(leaving, there - 1) < way


@given(speeds(), moments, st.integers(0, 4000), ways)
def test_who_leaves_later_never_arrives_sooner(
    roads: Speeds, leaving: int, later: int, way: int
) -> None:
    assert roads.reach(leaving, way) <= roads.reach(leaving + later, way)


@given(speeds(), moments, ways)
def test_the_last_departure_is_the_last_that_arrives_in_time(
    roads: Speeds, arriving: int, way: int
) -> None:
    leaving = roads.leave(arriving, way)
    assert roads.reach(leaving, way) <= arriving < roads.reach(leaving + 1, way)


@given(moments, st.integers(0, 9000), st.lists(moments, max_size=4, unique=True))
def test_the_usual_speed_at_every_hour_changes_nothing(
    leaving: int, seconds: int, starts: list[int]
) -> None:
    roads = Speeds(tuple((start, USUAL) for start in sorted(starts)))
    assert roads == AT_USUAL_SPEED
    assert roads.reach(leaving, seconds * USUAL) == leaving + seconds
    assert roads.leave(leaving, seconds * USUAL) == leaving - seconds


@given(speeds(), moments, ways)
def test_all_days_at_once_drive_like_one(roads: Speeds, leaving: int, way: int) -> None:
    there = roads.reach_all(np.array([leaving, leaving + 0.5]), np.array([way, way]))
    assert there[0] == pytest.approx(roads.reach(leaving, way), abs=1.01)
    back = roads.driven_by_all(np.array([leaving, leaving + 0.5]), there)
    assert back == pytest.approx([way, way], abs=1)


@slow_is_fine
@given(st.lists(speeds(), min_size=1, max_size=3), moments, ways)
def test_kernels_drive_as_fast(roads: list[Speeds], second: int, way: int) -> None:
    pace = rush.pace_of(roads)
    for by, one in enumerate(roads):
        if pace is not None:
            assert rush._reach(pace, by, second, way) == one.reach(second, way)
            assert rush._leave(pace, by, second, way) == one.leave(second, way)
            assert rush.gone(pace, by, second + way) - rush.gone(pace, by, second) == one.driven(
                second, second + way
            )


def test_a_drive_into_the_rush_hour_is_slow_from_then_on() -> None:
    early = at(RUSH, a_visit(1, 20), shift=a_shift(window=TimeWindow(7 * HOUR + 50 * MINUTE, NOON)))
    (stop,) = time_route(early, early.shifts[0], [1]).stops
    # Ten minutes at full speed, the other ten at half of it.
    assert stop.travel_before == 30 * MINUTE
    assert stop.start == 8 * HOUR + 20 * MINUTE


def test_it_leaves_as_late_as_the_hour_allows() -> None:
    visit = a_visit(1, 20, windows=between(9 * HOUR + 10 * MINUTE, 10 * HOUR))
    problem = at(RUSH, visit)
    route = time_route(problem, problem.shifts[0], [1])
    assert route.departure == 8 * HOUR + 40 * MINUTE
    assert (route.stops[0].travel_before, route.stops[0].waiting) == (30 * MINUTE, 0)


def test_driving_costs_the_usual_seconds_however_long_it_takes() -> None:
    problem = at(RUSH, a_visit(1, 20))
    plan = build_plan(problem, {1: [1]})
    route = plan.routes[0]
    assert (route.travel, route.driving) == (40 * MINUTE, 60 * MINUTE)
    assert plan.cost == 40 * MINUTE
    assert check(problem, plan).introduced == ()


def test_a_break_is_put_off_to_rest_through_the_slow_hour() -> None:
    jam = Speeds(((9 * HOUR, 10), (10 * HOUR, 100)))
    rest = Break(1, HOUR, (TimeWindow(8 * HOUR, 8 * HOUR), TimeWindow(9 * HOUR, 9 * HOUR)))
    problem = at(jam, a_visit(1, 59), shift=a_shift(breaks=(rest,)))
    stops = time_route(problem, problem.shifts[0], [1]).stops
    assert [(stop.break_id, stop.start) for stop in stops] == [(1, 9 * HOUR), (None, 10 * HOUR)]


def a_rush_hour_day() -> tuple[Problem, Plan]:
    visits = [a_visit(1, 20, penalty=9000), a_visit(2, 40, penalty=9000)]
    lunch = Break(1, 30 * MINUTE, (TimeWindow(9 * HOUR + 50 * MINUTE, 10 * HOUR),))
    problem = at(Speeds(((8 * HOUR, 50), (NOON, 100))), *visits, shift=a_shift(breaks=(lunch,)))
    return problem, build_plan(problem, {1: [1, 2]})


def with_stop(plan: Plan, place: int, **changes: Any) -> Plan:
    route = plan.routes[0]
    stops = list(route.stops)
    stops[place] = replace(stops[place], **changes)
    return replace(plan, routes=(replace(route, stops=tuple(stops)),))


def introduced(problem: Problem, plan: Plan) -> set[Rule]:
    return {violation.rule for violation in check(problem, plan).introduced}


def test_a_day_in_the_rush_hour_is_sound_and_splits_a_slow_drive() -> None:
    problem, plan = a_rush_hour_day()
    assert introduced(problem, plan) == set()
    drives = [(stop.break_id, stop.travel_before) for stop in plan.routes[0].stops]
    assert drives == [(None, 40 * MINUTE), (1, 10 * MINUTE), (None, 30 * MINUTE)]


@pytest.mark.parametrize("place", [0, 2])
def test_the_usual_seconds_do_not_suffice_at_a_slow_hour(place: int) -> None:
    problem, plan = a_rush_hour_day()
    stop = plan.routes[0].stops[place]
    sooner = with_stop(plan, place, travel_before=stop.travel_before - 1)
    assert Rule.TRAVEL in introduced(problem, sooner)
    assert Rule.TRAVEL in introduced(replace(problem, travel={"car": on_a_line()}), plan)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_nobody_drives_longer_than_the_hour_takes(place: int) -> None:
    problem, plan = a_rush_hour_day()
    longer = plan.routes[0].stops[place].travel_before + 60
    assert Rule.TRAVEL in introduced(problem, with_stop(plan, place, travel_before=longer))


def test_a_way_home_too_quick_for_its_hour() -> None:
    problem, plan = a_rush_hour_day()
    route = plan.routes[0]
    quick = replace(plan, routes=(replace(route, finish=route.finish - 1),))
    assert Rule.TRAVEL in introduced(problem, quick)


def test_snow_makes_slow_hours_slower() -> None:
    problem = at(RUSH, a_visit(1, 20))
    snowed = disrupted(problem, [Snow(2.0)])
    assert snowed.travel["car"].speeds == RUSH
    arrivals = [
        time_route(one, one.shifts[0], [1]).stops[0].travel_before for one in (problem, snowed)
    ]
    assert arrivals == [40 * MINUTE, 70 * MINUTE]


def test_a_visit_that_only_the_usual_speed_could_reach_is_proved_impossible() -> None:
    visit = a_visit(1, 30, windows=between(8 * HOUR, 8 * HOUR + 45 * MINUTE), penalty=9000)
    assert solve(at(AT_USUAL_SPEED, visit), Budget(iterations=5)).unassigned == ()
    plan = solve(at(RUSH, visit), Budget(iterations=5))
    reason = plan.unassigned[0].reasons[0]
    assert (reason.rule, reason.proved) == (Rule.WINDOW, True)


def test_simulated_days_know_the_slow_hours() -> None:
    visit = a_visit(1, 30, windows=between(8 * HOUR, 9 * HOUR))
    problem = at(RUSH, visit)
    outlook = simulate(problem, build_plan(problem, {1: [1]}), Spreads())
    assert outlook.visits[1].arrival[1] == 9 * HOUR


@pytest.mark.parametrize(
    "steps", [((0, 0),), ((0, 501),), ((10, 50), (10, 60)), ((10, 50), (0, 60))]
)
def test_speeds_that_cannot_be_are_refused(steps: Any) -> None:
    with pytest.raises(Refused):
        Speeds(steps)


@slow_is_fine
@given(problems(most=3))
def test_a_shift_that_opens_later_is_over_no_sooner(problem: Problem) -> None:
    shift = problem.shifts[0]
    order = [visit.id for visit in problem.visits if visit.pin is None and not visit.max_lateness]
    hours = TimeWindow(shift.window.start - 900, shift.window.end)
    sooner, later = (
        time_route(problem, one, order) for one in (replace(shift, window=hours), shift)
    )
    assert later.faults or (sooner.faults, sooner.finish) <= (0, later.finish)
