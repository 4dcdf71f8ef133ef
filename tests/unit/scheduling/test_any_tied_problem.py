"""Whatever ties routes together: no rule broken, every visit served or explained, measures true."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldservice.scheduling.exchange import problem_document, read_problem
from fieldservice.scheduling.problem import After, Problem, Shift, TimeWindow, Visit, Weights
from tests.unit.scheduling.test_any_problem import (
    Draw,
    is_planned_soundly,
    lengths,
    problems,
    slow_is_fine,
)

delays = st.integers(0, 8000)
fewer = settings(slow_is_fine, max_examples=40)
"""A tied problem is searched in a dozen rounds."""


@st.composite
def waits(draw: Draw, earlier: list[int]) -> tuple[After, ...]:
    if not earlier or draw(st.integers(0, 2)):
        return ()
    delay = draw(delays)
    latest = draw(st.none() | st.integers(delay, delay + 8000))
    return (After(draw(st.sampled_from(earlier)), delay, latest, draw(st.booleans())),)


told_windows = st.builds(
    lambda begins, lasts: TimeWindow(begins, begins + lasts),
    st.integers(0, 20_000),
    st.integers(0, 8000),
)


@st.composite
def tied_visits(draw: Draw, visits: tuple[Visit, ...]) -> tuple[Visit, ...]:
    tied: list[Visit] = []
    for visit in visits:
        earlier = [one.id for one in tied]
        tied.append(
            replace(
                visit,
                group=draw(st.none() | st.integers(1, 2)),
                after=draw(waits(earlier)),
                together=draw(st.frozensets(st.integers(1, 2), max_size=2)),
                tools=draw(st.frozensets(st.integers(1, 2), max_size=1)),
                told=draw(st.none() | told_windows),
            )
        )
    return tuple(tied)


@st.composite
def carrying(draw: Draw, shifts: tuple[Shift, ...], visits: tuple[Visit, ...]) -> tuple[Shift, ...]:
    """The shifts with a plan to start from, and some of them of one technician."""
    order = draw(st.permutations([visit.id for visit in visits]))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), min_size=2, max_size=2)))
    parts = (order[: cuts[0]], order[cuts[0] : cuts[1]], order[cuts[1] :])
    found = []
    for shift, steps in zip(shifts, parts, strict=True):
        starts = tuple(draw(st.none() | st.integers(0, 20_000)) for _ in steps)
        found.append(
            replace(
                shift,
                steps=tuple(steps),
                starts=starts if draw(st.booleans()) else (),
                technician=draw(st.none() | st.just(1)),
                rest=draw(lengths),
            )
        )
    return tuple(found)


@st.composite
def tied_problems(draw: Draw) -> Problem:
    problem = draw(problems())
    weights = st.integers(0, 3)
    visits = draw(tied_visits(problem.visits))
    return replace(
        problem,
        visits=visits,
        shifts=draw(carrying(problem.shifts, visits)),
        weights=Weights(1, draw(weights), draw(st.integers(0, 900)), draw(st.integers(0, 900))),
        tools=draw(st.dictionaries(st.integers(1, 2), st.integers(0, 2))),
        max_changes=draw(st.none() | st.integers(0, 4)),
    )


@fewer
@given(tied_problems(), st.integers(0, 3))
def test_no_tied_plan_introduces_a_violation_or_loses_a_visit(problem: Problem, seed: int) -> None:
    is_planned_soundly(problem, seed)


@slow_is_fine
@given(tied_problems())
def test_a_tied_problem_reads_back_as_it_was_written(problem: Problem) -> None:
    again = read_problem(json.dumps(problem_document(problem)))
    assert again == replace(problem, locations=again.locations)
