"""Large plans by parts, and several searches side by side."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fieldservice.scheduling import solve as solving
from fieldservice.scheduling.check import check
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.search import parting
from fieldservice.scheduling.search.packing import pack
from fieldservice.scheduling.search.parting import divide, joined
from fieldservice.scheduling.search.parts import Parts
from fieldservice.scheduling.search.searching import Search
from fieldservice.scheduling.solve import Budget, solve

from .instances import LUNCH, MINUTE, a_problem, a_shift, a_visit
from .test_any_problem import problems

a_few_are_enough = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=30)


@pytest.fixture(autouse=True)
def two_routes_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parting, "ROUTES_A_PART", 2)
    monkeypatch.setattr(solving, "LARGE", 2)


def a_wide_country(places: int = 60, technicians: int = 7) -> Problem:
    visits = [a_visit(n, (11 * n) % 50, 40 * MINUTE, penalty=9000) for n in range(places)]
    shifts = [a_shift(n, breaks=(LUNCH,)) for n in range(technicians)]
    return a_problem(visits, *shifts)


@a_few_are_enough
@given(problems(), st.integers(0, 5))
def test_parts_hold_everything_once_and_cost_together_what_the_whole_costs(
    problem: Problem, seed: int
) -> None:
    whole = Search(problem, {}, seed)
    assume(not whole.is_trivial)
    whole.construct()
    parts = list(divide(whole.packed, whole.orders, np.random.default_rng(seed)))
    visits = Counter(visit.id for part in parts for visit in part.packed.visits)
    shifts = Counter(shift.id for part in parts for shift in part.packed.shifts)
    assert visits == Counter(visit.id for visit in whole.packed.visits)
    assert shifts == Counter(shift.id for shift in whole.packed.shifts)
    searches = [Search.on(part.packed, part.orders, seed) for part in parts]
    assert sum(search.cost for search in searches) == whole.cost
    assert joined(whole.orders, [search.orders for search in searches]) == whole.orders


@a_few_are_enough
@given(problems())
def test_a_plan_found_by_parts_breaks_no_rule(problem: Problem) -> None:
    plan = solve(problem, Budget(iterations=3, threads=2))
    assert not check(problem, plan).introduced


def by_parts(problem: Problem, threads: int) -> Parts:
    start = Search(problem, {}, seed=1)
    start.construct()
    parts = Parts(start.packed, start.orders, 1, threads)
    parts.cool(None, 3000, lambda: False, lambda: None)
    assert parts.cost < start.cost
    return parts


def test_parts_find_the_same_on_one_core_as_on_two() -> None:
    problem = a_wide_country()
    one, two = by_parts(problem, 1), by_parts(problem, 2)
    assert one.cost == two.cost == Search.on(one.packed, one.orders, 1).cost
    assert one.orders == two.orders


def test_one_told_to_stop_keeps_what_it_has() -> None:
    problem = a_wide_country()
    packed = pack(problem, {})
    parts = Parts(packed, Search(problem, {}, 1).orders, 1, 2)
    rounds: list[int] = []
    parts.cool(None, 10**9, lambda: True, lambda: rounds.append(parts.cost))
    assert len(rounds) == 1


def test_two_searches_side_by_side_find_the_same_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "LARGE", 1000)
    problem, budget = a_wide_country(), Budget(iterations=40, threads=2)
    one, other = solve(problem, budget), solve(problem, budget)
    assert (one.cost, one.sequences) == (other.cost, other.sequences)


def test_the_one_behind_goes_on_from_the_better_plan() -> None:
    problem = a_wide_country()
    good, bad = Search(problem, {}, 1), Search(problem, {}, 2)
    good.construct()
    good.run(500, 0, 1)
    bad.go_on_from(good.orders)
    assert (bad.cost, bad.orders, bad.unserved) == (good.cost, good.orders, good.unserved)
    bad.run(200, 0, 1)
    assert bad.cost <= good.cost
