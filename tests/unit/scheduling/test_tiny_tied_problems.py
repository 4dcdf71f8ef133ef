"""Tiny problems whose routes depend on each other, held to every order there is."""

from __future__ import annotations

import random

from fieldservice.scheduling.problem import (
    After,
    Overtime,
    Problem,
    Shift,
    TimeWindow,
    Visit,
    Weights,
)
from fieldservice.scheduling.solve import Budget, solve
from tests.unit.scheduling.exhaustive import least_cost_together
from tests.unit.scheduling.instances import (
    HOUR,
    LUNCH,
    MINUTE,
    a_problem,
    a_shift,
    a_visit,
    between,
)

PROBLEMS, BEST_AT_LEAST = 30, 28
"""The rounds are no proof: most of the tiny problems, not all, are solved to the best."""


def any_visit(number: int, chance: random.Random) -> Visit:
    windows: tuple[TimeWindow, ...] = ()
    if chance.random() < 0.4:
        opens = chance.randrange(8, 15) * HOUR
        windows = between(opens, opens + chance.choice((1, 2, 4)) * HOUR)
    after: tuple[After, ...] = ()
    if number > 1 and chance.random() < 0.4:
        delay, latest = chance.choice((0, HOUR)), chance.choice((None, 2 * HOUR))
        after = (After(chance.randrange(1, number), delay, latest, chance.random() < 0.3),)
    told = chance.randrange(8, 15) * HOUR
    return a_visit(
        number,
        chance.randrange(60),
        chance.choice((30, 60, 120)) * MINUTE,
        windows=windows,
        penalty=chance.randrange(1, 6) * HOUR,
        group=chance.choice((None, None, 1)),
        after=after,
        together=frozenset({1}) if chance.random() < 0.3 else frozenset(),
        tools=frozenset({1}) if chance.random() < 0.3 else frozenset(),
        told=TimeWindow(told, told + 2 * HOUR) if chance.random() < 0.3 else None,
    )


def any_shift(number: int, steps: tuple[int, ...], chance: random.Random) -> Shift:
    return a_shift(
        number,
        start=chance.randrange(60),
        breaks=(LUNCH,) if chance.random() < 0.5 else (),
        overtime=Overtime(HOUR, 2) if chance.random() < 0.3 else None,
        steps=steps,
        starts=tuple(chance.randrange(8, 16) * HOUR for _ in steps),
    )


def any_problem(seed: int) -> Problem:
    chance = random.Random(seed)
    visits = [any_visit(number, chance) for number in (1, 2, 3)]
    order = [1, 2, 3]
    chance.shuffle(order)
    shifts = [any_shift(1, (order[0],), chance), any_shift(2, tuple(order[1:]), chance)]
    weights = Weights(
        1, chance.choice((0, 0, 1)), chance.choice((0, 600, 3600)), chance.choice((0, 1800))
    )
    return a_problem(
        visits, *shifts, tools={1: 1}, weights=weights, max_changes=chance.choice((None, 1, 2))
    )


def test_no_plan_is_cheaper_than_the_best_and_most_are_the_best() -> None:
    best = 0
    for seed in range(PROBLEMS):
        problem = any_problem(seed)
        least, found = least_cost_together(problem), solve(problem, Budget(iterations=10)).cost
        assert found >= least, f"the tiny problem {seed} costs less than any order of it"
        best += found == least
    assert best >= BEST_AT_LEAST
