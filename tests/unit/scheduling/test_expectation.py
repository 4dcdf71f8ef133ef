"""What a place will have cost when its day comes: neighbours, empty days, far areas, full days."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldservice.errors import Refused
from fieldservice.scheduling.demand import Demand, Neighbours
from fieldservice.scheduling.exchange import problem_document, read_problem
from fieldservice.scheduling.expectation import (
    CROWDED_OUT,
    Added,
    Ahead,
    chance_of_more_than,
    expected_costs,
)
from fieldservice.scheduling.insertion import Insertion, insertions
from fieldservice.scheduling.problem import Problem, TimeWindow

from .instances import HOUR, MINUTE, a_problem, a_shift, a_visit

SECONDS = st.lists(st.integers(0, 7200), min_size=1, max_size=12)


def around(*drives: float, per_day: float = 1.0) -> Neighbours:
    return Neighbours(np.array(drives, np.float64), np.full(len(drives), per_day))


def detour(neighbours: Neighbours, extra: float, to_come: float) -> float:
    return float(neighbours.detours(np.array([extra]), to_come)[0])


@given(SECONDS, st.integers(-600, 7200), st.floats(0, 30))
def test_expecting_neighbours_never_makes_a_drive_longer(
    drives: list[int], extra: int, to_come: float
) -> None:
    expected = detour(around(*drives), extra, to_come)
    assert min(extra, 0) <= expected <= max(extra, 0)
    assert detour(around(*drives), extra, to_come + 1) <= expected


@given(SECONDS, st.floats(0.1, 10))
def test_a_detour_is_that_of_thrown_dice(drives: list[int], to_come: float) -> None:
    chance = np.random.default_rng(len(drives))
    counts = chance.poisson(to_come / len(drives), (4000, len(drives)))
    nearest = np.where(counts > 0, np.array(drives, np.float64), np.inf).min(axis=1)
    thrown = np.minimum(3600, nearest).mean()
    assert detour(around(*drives), 3600, to_come) == pytest.approx(thrown, abs=200)


def test_where_nobody_else_will_come_the_whole_way_is_paid() -> None:
    assert detour(around(60, 120), 3000, to_come=0) == 3000
    assert detour(around(2900, 2950), 3000, to_come=9) > 2800


def test_the_chance_of_more_visits_is_poissons() -> None:
    assert chance_of_more_than(-1, 2.0) == 1
    assert chance_of_more_than(0, 2.0) == pytest.approx(1 - np.exp(-2))
    assert chance_of_more_than(2.9, 2.0) == pytest.approx(1 - 5 * np.exp(-2))
    assert chance_of_more_than(110, 100.0) == pytest.approx(
        chance_of_more_than(110, 100.1), abs=0.01
    )
    assert chance_of_more_than(10**6, 5000.0) == 0


def ahead(**stands: Any) -> Ahead:
    return Ahead(**{"booked": 0, "unused": 0, "part": 1.0, "wanted": 0, "free": 10**9, **stands})


def test_the_last_hour_where_more_is_wanted_is_dear() -> None:
    place, near = [Added(cost=0, driving_cost=0, driving=0)], around(300, per_day=8)
    (full,) = ahead(booked=4, wanted=4, free=HOUR).expected(near, HOUR, place)
    (wide,) = ahead(booked=4, wanted=4, free=20 * HOUR).expected(near, HOUR, place)
    (met,) = ahead(booked=8, wanted=8, free=HOUR).expected(near, HOUR, place)
    assert CROWDED_OUT * 0.9 < full <= CROWDED_OUT
    assert wide < CROWDED_OUT * 0.01
    assert met == 0


def test_a_wish_missed_costs_the_same_whoever_comes() -> None:
    wished = Added(cost=900 + 600, driving_cost=600, driving=600)
    (cost,) = ahead().expected(around(0, per_day=1000), HOUR, [wished])
    assert cost == 900


def test_an_unused_shift_will_hardly_stay_so_where_many_will_come() -> None:
    opened = Added(cost=600, driving_cost=0, driving=0, opening=600)
    (soon,) = ahead(unused=2).expected(around(0, per_day=20), HOUR, [opened])
    (never,) = ahead(unused=2).expected(around(), HOUR, [opened])
    assert (soon, never) == (0, 600)


def test_a_crowded_morning_is_dear_and_its_afternoon_is_not() -> None:
    morning, afternoon = TimeWindow(8 * HOUR, 12 * HOUR), TimeWindow(13 * HOUR, 17 * HOUR)
    promised = [a_visit(n, 10, windows=(morning,)) for n in (1, 2, 3)]
    asked = [a_visit(n, 11, windows=(span,)) for n, span in ((8, morning), (9, afternoon))]
    problem = a_problem([*promised, *asked], a_shift(), demand=(Demand(10, 8.0),))
    orders = {1: (1, 2, 3)}
    cost = {}
    for visit in asked:
        (first, *_) = insertions(problem, orders, visit)
        cost[visit.id] = expected_costs(problem, orders, visit, [first])[first] - first.cost
    assert cost[8] > cost[9] + 150


TWO_DAYS = (
    a_shift(1, fixed_cost=600),
    a_shift(2, window=TimeWindow(32 * HOUR, 41 * HOUR), fixed_cost=600),
)


def offered(problem: Problem) -> dict[int, tuple[int, int]]:
    """Cost and expected cost of the best place on each shift for visit 9; visit 1 is on shift 1."""
    visit = problem.visit(9)
    best: dict[int, Insertion] = {}
    for one in insertions(problem, {1: (1,)}, visit):
        best.setdefault(one.shift_id, one)
    expected = expected_costs(problem, {1: (1,)}, visit, list(best.values()))
    return {shift_id: (one.cost, expected[one]) for shift_id, one in best.items()}


def test_an_empty_day_is_not_overpriced_where_neighbours_will_come() -> None:
    problem = a_problem([a_visit(1, 10), a_visit(9, 40)], *TWO_DAYS)
    alone = offered(problem)
    assert all(cost == expected for cost, expected in alone.values())
    assert alone[1][0] < alone[2][0]
    near = offered(replace(problem, demand=(Demand(41, 5.0),)))
    assert near[2][1] < 0.9 * near[2][0]


def test_demand_far_away_brings_no_neighbours() -> None:
    problem = a_problem([a_visit(1, 10), a_visit(9, 40)], *TWO_DAYS)
    far, near = (offered(replace(problem, demand=(Demand(at, 5.0),))) for at in (0, 41))
    assert far[2][1] > near[2][1] + 5 * MINUTE


def test_a_day_that_has_its_usual_visits_expects_no_more() -> None:
    problem = a_problem([a_visit(1, 10), a_visit(9, 40)], *TWO_DAYS, demand=(Demand(41, 1.0),))
    costs = offered(problem)
    assert costs[1][0] == costs[1][1]
    assert costs[2][1] < costs[2][0]


@pytest.mark.parametrize("per_day", [0, -1, 1001])
def test_demand_is_a_number_of_visits(per_day: float) -> None:
    with pytest.raises(Refused) as refused:
        Demand(1, per_day)
    assert refused.value.field == "per_day"


def test_demand_comes_from_a_known_place() -> None:
    with pytest.raises(Refused, match="place 60"):
        a_problem([a_visit(1)], demand=(Demand(60, 1.0),))


def test_demand_reads_back_the_same() -> None:
    problem = a_problem([a_visit(1)], demand=(Demand(3, 0.5), Demand(7, 2.0)))
    assert read_problem(json.dumps(problem_document(problem))).demand == problem.demand
