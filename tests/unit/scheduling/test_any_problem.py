"""Whatever the problem: no rule broken, every visit served or explained, every measure true."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldservice.scheduling.check import check
from fieldservice.scheduling.exchange import problem_document, read_problem
from fieldservice.scheduling.insertion import inserted, insertions
from fieldservice.scheduling.plan import build_plan
from fieldservice.scheduling.problem import (
    Break,
    Location,
    Overtime,
    Pin,
    Polygon,
    Problem,
    Rule,
    Shift,
    TimeWindow,
    Visit,
    Waiver,
)
from fieldservice.scheduling.solve import Budget, solve
from fieldservice.scheduling.speeds import AT_USUAL_SPEED, Speeds
from fieldservice.scheduling.timing import price
from fieldservice.scheduling.travel import TravelMatrix

Draw = st.DrawFn
PLACES = 6
SHIFTS = (1, 2, 3)

TYPES = ("", "master", "trainee")
MAP = tuple(Location(place % 3, place // 3) for place in range(PLACES))

moments = st.integers(-2000, 30_000)
lengths = st.integers(0, 6000)
shift_sets = st.frozensets(st.sampled_from(SHIFTS))
skill_sets = st.frozensets(st.integers(1, 2), max_size=2)


def seldom(usual: Any, strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly the usual, so that problems keep something to plan."""
    return st.integers(0, 3).flatmap(lambda chance: st.just(usual) if chance else strategy)


levels = st.dictionaries(st.integers(1, 2), st.integers(1, 3), max_size=2)
by_type = st.dictionaries(st.sampled_from(TYPES), lengths, max_size=2)


@st.composite
def polygons(draw: Draw) -> Polygon:
    west, south = draw(st.integers(-1, 2)), draw(st.integers(-1, 1))
    east, north = west + draw(st.integers(1, 3)), south + draw(st.integers(1, 2))
    corners = ((west, south), (east, south), (east, north), (west, north))
    return Polygon(tuple(Location(*corner) for corner in corners))


@st.composite
def windows(draw: Draw, least: int = 0) -> tuple[TimeWindow, ...]:
    starts = draw(st.lists(st.tuples(moments, lengths), min_size=least, max_size=3))
    return tuple(TimeWindow(start, start + length) for start, length in starts)


@st.composite
def speeds(draw: Draw) -> Speeds:
    """Hours at any speed; lengths of seconds make what rounds show."""
    starts = sorted(draw(st.sets(moments, max_size=4)))
    return Speeds(tuple((start, draw(st.integers(20, 300))) for start in starts))


@st.composite
def visits(draw: Draw, number: int, *, priced: bool) -> Visit:
    rules: dict[str, Any] = {}
    if draw(st.integers(0, 2)) == 0:
        rules["skills"] = draw(skill_sets)
        rules["skill_levels"] = draw(seldom({}, levels))
        rules["allowed_shifts"] = draw(st.none() | shift_sets)
        rules["forbidden_shifts"] = draw(shift_sets)
    if draw(st.booleans()):
        preferred = draw(st.frozensets(st.sampled_from(SHIFTS), min_size=1))
        rules |= {"preferred_shifts": preferred, "preference_cost": draw(st.integers(1, 900))}
    if draw(st.integers(0, 3)) == 0:
        rules["pin"] = Pin(draw(st.sampled_from(SHIFTS)), draw(st.none() | moments))
    if draw(st.booleans()):
        rules["max_lateness"] = draw(lengths)
        rules["lateness_cost_per_second"] = draw(st.integers(0, 3))
    if draw(st.booleans()):
        rules["service_per_type"], rules["setup_per_type"] = draw(by_type), draw(by_type)
        rules[draw(st.sampled_from(("movable", "urgent")))] = draw(st.booleans())
    optional = draw(st.integers(0, 3)) == 0
    priced = draw(st.booleans()) if optional else priced
    return Visit(
        id=number,
        optional=optional,
        location=draw(st.integers(0, PLACES - 1)),
        service=draw(lengths),
        setup=draw(st.integers(0, 600)),
        windows=draw(windows()),
        priority=draw(st.integers(0, 100)),
        penalty=draw(st.integers(0, 20_000)) if priced else None,
        delivery=draw(st.just(()) | st.tuples(st.integers(0, 3))),
        **rules,
    )


@st.composite
def shifts(draw: Draw, number: int) -> Shift:
    narrow = st.tuples(st.integers(-1000, 15_000), st.integers(0, 25_000))
    start, hours = draw(st.just((0, 30_000)) | narrow)
    breaks = draw(st.lists(st.tuples(lengths, windows(least=1)), max_size=2))
    place = st.none() | st.integers(0, PLACES - 1)
    return Shift(
        id=number,
        start=draw(place),
        end=draw(place),
        window=TimeWindow(start, start + hours),
        breaks=tuple(Break(place, *rest) for place, rest in enumerate(breaks)),
        skills=draw(skill_sets),
        skill_levels=draw(levels),
        type=draw(st.sampled_from(TYPES)),
        area=draw(seldom((), st.lists(polygons(), min_size=1, max_size=2).map(tuple))),
        max_leg_time=draw(seldom(None, st.integers(0, 3000))),
        last_departure=draw(seldom(None, st.integers(-1000, 30_000))),
        reserve=draw(seldom(0, lengths)),
        overtime=draw(st.none() | st.builds(Overtime, lengths, st.integers(0, 3))),
        capacity=draw(st.just(()) | st.tuples(st.integers(0, 6))),
        speed_factor=draw(st.sampled_from((0.7, 1.0, 1.1, 2.0))),
        max_tasks=draw(st.none() | st.integers(0, 4)),
        max_travel_time=draw(st.none() | st.integers(0, 9000)),
        fixed_cost=draw(st.integers(0, 500)),
        cost_per_hour=draw(st.sampled_from((0, 1000, 3600))),
    )


@st.composite
def problems(draw: Draw, most: int = 7) -> Problem:
    priced = draw(st.booleans())
    called = [
        draw(visits(number, priced=priced)) for number in range(1, draw(st.integers(0, most)) + 1)
    ]
    cells = st.lists(st.integers(0, 2500), min_size=PLACES**2, max_size=PLACES**2)
    durations = np.array(draw(cells)).reshape(PLACES, PLACES)
    waivers = draw(
        st.frozensets(
            st.builds(Waiver, st.sampled_from(Rule), st.sampled_from([v.id for v in called])),
            max_size=2,
        )
        if called
        else st.just(frozenset[Waiver]())
    )
    return Problem(
        tuple(called),
        tuple(draw(shifts(number)) for number in SHIFTS),
        {"car": TravelMatrix(durations, draw(seldom(AT_USUAL_SPEED, speeds())))},
        locations=MAP,
        waivers=waivers,
    )


def is_planned_soundly(problem: Problem, seed: int) -> None:
    """Plan it: no rule is broken, what is left out has reasons, every measure is true."""
    plan = solve(problem, Budget(iterations=3), seed)
    assert check(problem, plan).introduced == ()
    assert all(left_out.reasons for left_out in plan.unassigned)
    explained = {left_out.visit_id: left_out for left_out in plan.unassigned}
    assert build_plan(problem, plan.sequences, explained) == plan


slow_is_fine = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=100)


@slow_is_fine
@given(problems(), st.integers(0, 3))
def test_no_plan_introduces_a_violation_or_loses_a_visit(problem: Problem, seed: int) -> None:
    is_planned_soundly(problem, seed)


@slow_is_fine
@given(problems())
def test_every_insertion_offered_keeps_the_plan_sound(problem: Problem) -> None:
    plan = solve(problem, Budget(iterations=1))
    for left_out in plan.unassigned:
        visit = problem.visit(left_out.visit_id)
        for found in insertions(problem, plan.sequences, visit):
            order = inserted(plan.sequences.get(found.shift_id, ()), found.position, visit.id)
            grown = build_plan(problem, {**plan.sequences, found.shift_id: order})
            assert check(problem, grown).introduced == ()
            routes = sum(route.cost for route in grown.routes)
            assert routes - sum(route.cost for route in plan.routes) == found.cost


@slow_is_fine
@given(problems(), st.randoms(use_true_random=False))
def test_any_order_is_timed_without_overlap_and_adds_up(problem: Problem, chance: Any) -> None:
    order = [visit.id for visit in problem.visits]
    chance.shuffle(order)
    plan = build_plan(problem, {2: order})
    structural = {Rule.OVERLAP, Rule.MEASURE, Rule.DURATION, Rule.UNKNOWN}
    findings = check(problem, plan)
    assert not structural & {one.rule for one in (*findings.introduced, *findings.accepted)}
    for route in plan.routes:
        assert price(problem, problem.shift(2), order) == (route.faults, route.cost)


@slow_is_fine
@given(problems())
def test_a_problem_reads_back_as_it_was_written(problem: Problem) -> None:
    again = read_problem(json.dumps(problem_document(problem)))
    assert again == replace(problem, locations=again.locations)
    for shift in problem.shifts:
        for visit in problem.visits:
            assert again.covers(shift, visit) == problem.covers(shift, visit)
