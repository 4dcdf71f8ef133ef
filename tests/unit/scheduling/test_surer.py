"""Risk weighed: the planner drives further for a promise where that is worth it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldservice.errors import Refused
from fieldservice.scheduling.check import check
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.exchange import plan_document, problem_document, read_problem
from fieldservice.scheduling.outlook.simulate import simulate
from fieldservice.scheduling.outlook.spreads import Spread, Spreads
from fieldservice.scheduling.outlook.surer import DAYS, risk_cost, surer
from fieldservice.scheduling.plan import build_plan
from fieldservice.scheduling.problem import Problem, Visit, Weights
from fieldservice.scheduling.solve import Budget, solve

from .instances import HOUR, MINUTE, a_problem, a_shift, a_visit, between

TEN = 10 * HOUR
UNSURE = Spreads(work=Spread(1.0, 0.4), travel=Spread(1.0, 0.2))


def a_tight_day(risk: int) -> Problem:
    """Next to a long repair a promise that only the colleague far away keeps surely."""
    visits = [
        a_visit(1, 10, 2 * HOUR, windows=between(8 * HOUR, 9 * HOUR)),
        a_visit(2, 11, HOUR, windows=between(TEN, TEN + 40 * MINUTE)),
    ]
    shifts = [a_shift(1), a_shift(2, start=30, end=30)]
    weights = Weights(risk=risk)
    return a_problem(visits, *shifts, spreads=UNSURE, weights=weights)


def test_a_promise_at_risk_is_given_to_who_keeps_it_where_that_is_worth_the_drive() -> None:
    careless = solve(a_tight_day(0), Budget(iterations=1))
    careful = solve(a_tight_day(200), Budget(iterations=1))
    assert careless.sequences == {1: (1, 2)}
    assert sorted(careful.sequences.values()) == [(1,), (2,)]
    assert careful.cost > careless.cost
    sure, unsure = (
        simulate(a_tight_day(0), plan, UNSURE).visits[2].chance for plan in (careful, careless)
    )
    assert sure > 0.95 > unsure


def test_a_small_risk_is_taken_rather_than_a_long_drive() -> None:
    assert solve(a_tight_day(1), Budget(iterations=1)).sequences == {1: (1, 2)}


def test_the_order_on_a_route_is_changed_where_that_is_surer() -> None:
    visits = [
        a_visit(1, 10, 3 * HOUR),
        a_visit(2, 12, 30 * MINUTE, windows=between(8 * HOUR, 11 * HOUR + 30 * MINUTE)),
    ]
    problem = a_problem(visits, spreads=UNSURE, weights=Weights(risk=60))
    assert surer(problem, {1: (1, 2)}, 1) == {1: (2, 1)}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(8, 15), st.integers(10, 90)),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 100),
)
def test_what_is_made_surer_costs_no_more_in_all_and_breaks_nothing(
    asked: list[tuple[int, int, int]], risk: int
) -> None:
    visits = [
        Visit(n, place, length * MINUTE, windows=between(hour * HOUR, (hour + 1) * HOUR))
        for n, (place, hour, length) in enumerate(asked)
    ]
    problem = a_problem(visits, a_shift(1), a_shift(2, start=30, end=30), spreads=UNSURE)
    draft = Draft(problem)
    draft.insert_all(problem.visits)
    before = build_plan(problem, draft.orders)
    weighed = replace(problem, weights=Weights(risk=risk))
    orders = surer(weighed, before.sequences, 1)
    after = build_plan(weighed, orders)
    assert not check(weighed, after).introduced
    assert {i for order in orders.values() for i in order} == {
        i for order in before.sequences.values() for i in order
    }
    worth = [
        plan.cost + risk_cost(weighed, simulate(weighed, plan, UNSURE, days=DAYS))
        for plan in (before, after)
    ]
    assert worth[1] <= worth[0] + 1e-6


def test_an_answer_tells_the_risk_beside_the_cost() -> None:
    problem = a_tight_day(200)
    plan = solve(problem, Budget(iterations=1))
    answer = plan_document(problem, plan, check(problem, plan), simulate(problem, plan, UNSURE))
    assert answer["summary"]["cost"] == plan.cost
    assert answer["summary"]["risk"] >= 0
    assert read_problem(json.dumps(problem_document(problem))).weights.risk == 200


@pytest.mark.parametrize("change", [{"spreads": None}, {"balance": 1}, {"group": 1}])
def test_risk_is_refused_where_it_cannot_be_weighed(change: dict[str, Any]) -> None:
    document = problem_document(a_tight_day(5))
    if "spreads" in change:
        del document["spreads"]
    elif "balance" in change:
        document["objective"] |= change
    else:
        document["jobs"][0] |= change
        document["jobs"][1] |= change
    with pytest.raises(Refused) as refused:
        read_problem(json.dumps(document))
    assert refused.value.field == "objective.risk"
