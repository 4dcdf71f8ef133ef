"""All routes within a gap are met, and with them bound and plan come together."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldservice.scheduling.bound.columns import Columns
from fieldservice.scheduling.bound.cuts import Cuts
from fieldservice.scheduling.bound.day import Day
from fieldservice.scheduling.bound.effort import Effort
from fieldservice.scheduling.bound.enumeration import Enumeration
from fieldservice.scheduling.bound.fields import UNIT
from fieldservice.scheduling.bound.lower_bound import prove
from fieldservice.scheduling.bound.prices import Prices
from fieldservice.scheduling.bound.pricing import Pricing
from fieldservice.scheduling.bound.relaxing import relax
from fieldservice.scheduling.check import check, check_route
from fieldservice.scheduling.plan import build_plan
from fieldservice.scheduling.problem import Overtime, Problem
from fieldservice.scheduling.solve import Budget, solve
from fieldservice.scheduling.timing import time_route

from .exhaustive import least_cost
from .instances import HOUR, LUNCH, MINUTE, a_problem, a_shift, a_visit, between

ENOUGH = 20_000_000
few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def days(draw: st.DrawFn) -> Problem:
    """Five visits along a road and two unlike shifts, with lunch, overtime and windows."""
    visits = []
    for number in range(1, 6):
        opens = draw(st.integers(8, 14)) * HOUR
        visits.append(
            a_visit(
                number,
                draw(st.integers(1, 50)),
                draw(st.integers(30, 150)) * MINUTE,
                windows=between(opens, opens + 2 * HOUR) if draw(st.booleans()) else (),
                penalty=draw(st.integers(1000, 20_000)),
            )
        )
    second = draw(st.integers(1, 50))
    return a_problem(
        visits,
        a_shift(1, breaks=(LUNCH,), overtime=Overtime(HOUR, 2), fixed_cost=600),
        a_shift(2, start=second, end=second),
    )


def empty(problem: Problem) -> dict[int, tuple[int, ...]]:
    return {shift.id: () for shift in problem.shifts}


@few
@given(days())
def test_a_small_day_is_closed_and_its_best_plan_found(problem: Problem) -> None:
    proof = prove(problem, empty(problem), Effort(work=ENOUGH))
    least = least_cost(problem)
    assert proof.bound is not None
    assert proof.bound.cost == least
    plan = build_plan(problem, proof.orders or empty(problem))
    assert plan.cost == least
    assert check(problem, plan).introduced == ()


@few
@given(days(), st.integers(0, 9000), st.lists(st.integers(0, 6000), min_size=5, max_size=5))
def test_no_route_within_the_gap_is_missing(problem: Problem, spare: int, worth: list[int]) -> None:
    relaxed = relax(problem)
    assert relaxed is not None
    day = Day.of(problem, relaxed)
    cuts = Cuts(5, triples=[(0, 1, 2)])
    visits = np.minimum(UNIT * np.array(worth), np.array(day.most))
    prices = Prices(visits, np.array([0, -9 * UNIT]), np.array([100 * UNIT]))
    met, effort = Columns(), Effort(work=ENOUGH)
    Enumeration(Pricing(day, effort, cuts)).within(UNIT * spare, prices, cuts, met)
    for group, shift in enumerate(problem.shifts):
        for count in range(1, 4):
            for rows in permutations(range(5), count):
                route = time_route(problem, shift, [day.packed.visits[c].id for c in rows])
                priced = sum(int(visits[c]) for c in rows) + int(prices.use[group])
                above = UNIT * route.cost - priced + cuts.charged(rows, prices.charges)
                if above < UNIT * spare and not check_route(problem, route).introduced:
                    number = met.number(group, rows)
                    assert number is not None
                    assert met.cost[number] <= UNIT * route.cost


def test_a_plan_is_the_best_for_certain_and_says_so() -> None:
    visits = [
        a_visit(n, 7 * n % 40, HOUR, windows=between((8 + n % 4) * HOUR, (10 + n % 4) * HOUR))
        for n in range(1, 11)
    ]
    problem = a_problem(visits, a_shift(1), a_shift(2, start=30, end=30), a_shift(3, fixed_cost=9))
    plan = solve(problem, Budget(iterations=1000, bounded=True))
    assert plan.gap == 0
    plain = solve(problem, Budget(iterations=1000))
    assert plan.cost <= plain.cost


def test_a_proof_cut_short_still_holds_and_never_harms_the_plan() -> None:
    visits = [a_visit(n, 5 * n % 40, HOUR, penalty=9000) for n in range(1, 13)]
    problem = a_problem(visits, a_shift(1), a_shift(2, start=30, end=30))
    whole = prove(problem, empty(problem), Effort(work=ENOUGH))
    assert whole.bound is not None
    for work in (30_000, 100_000, 300_000, 1_000_000, 3_000_000):
        proof = prove(problem, empty(problem), Effort(work=work))
        assert proof.bound is None or proof.bound.cost <= whole.bound.cost
        plan = build_plan(problem, proof.orders or empty(problem))
        assert plan.cost >= whole.bound.cost
