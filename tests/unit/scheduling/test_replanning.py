"""The rest of a day under way, after whatever went wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldservice.scheduling.check import check
from fieldservice.scheduling.disruptions import (
    Away,
    Delayed,
    Disruption,
    Emergency,
    FinishedEarly,
    LeavesAt,
    Snow,
)
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.plan import Plan, build_plan
from fieldservice.scheduling.problem import Break, Overtime, Pin, Problem, TimeWindow
from fieldservice.scheduling.replanning import RestOfDay, UnderWay, rest_of_day
from fieldservice.scheduling.solve import Budget, solve
from fieldservice.scheduling.timing import time_route

from .instances import HOUR, LUNCH, MINUTE, NOON, a_problem, a_shift, a_visit, between


def planned(problem: Problem) -> Problem:
    """The day with a plan to start from, as an evening before would leave it."""
    draft = Draft(problem)
    draft.insert_all(problem.visits)
    shifts = (replace(shift, steps=draft.orders[shift.id]) for shift in problem.shifts)
    return replace(problem, shifts=tuple(shifts))


def at(problem: Problem, now: int, freeze: int = 0) -> UnderWay:
    """The planned day at that moment, everything having gone as planned so far."""
    plan = present(problem)
    starts = {
        stop.visit_id: (route.shift_id, stop.start)
        for route in plan.routes
        for stop in route.stops
        if stop.visit_id is not None and stop.start <= now
    }
    visits = (
        replace(one, pin=Pin(*starts[one.id])) if one.id in starts else one
        for one in problem.visits
    )
    return UnderWay(replace(problem, visits=tuple(visits)), now, frozenset(starts), freeze)


def present(problem: Problem) -> Plan:
    return build_plan(problem, {shift.id: shift.steps for shift in problem.shifts})


def answered(rest: RestOfDay) -> Plan:
    plan = solve(rest.problem, Budget(iterations=2))
    assert not check(rest.problem, plan).introduced
    return plan


def stops(plan: Plan) -> dict[int, tuple[int, int, int]]:
    """Shift, start and end of every visit on a route."""
    return {
        stop.visit_id: (route.shift_id, stop.start, stop.end)
        for route in plan.routes
        for stop in route.stops
        if stop.visit_id is not None
    }


def a_day(*more: Any) -> Problem:
    """Two technicians with three visits each, at opposite ends of the line."""
    near = [a_visit(n, 5 + n, windows=between(8 * HOUR, 17 * HOUR)) for n in (1, 2, 3)]
    far = [a_visit(n, 45 + n, windows=between(8 * HOUR, 17 * HOUR)) for n in (4, 5, 6)]
    shifts = a_shift(1), a_shift(2, start=55, end=55, overtime=Overtime(HOUR))
    return planned(a_problem([*near, *far, *more], *shifts))


def test_the_visits_of_somebody_ill_go_to_others_and_what_was_begun_stays() -> None:
    day = at(a_day(), 9 * HOUR)
    gone = [one for one in day.problem.shift(1).steps if one not in day.begun]
    rest = rest_of_day(day, [Away(1, day.now, 24 * HOUR)])
    found = stops(answered(rest))
    assert gone
    assert {found[one][0] for one in gone} == {2}
    for one in day.begun:
        pin = day.problem.visit(one).pin
        assert pin is not None
        if one in found:
            assert found[one][:2] == (pin.shift_id, pin.start)
        else:
            assert one in rest.history[pin.shift_id]


def test_a_pin_to_somebody_who_is_ill_binds_nobody() -> None:
    problem = a_day()
    pinned = problem.shift(1).steps[-1]
    visits = (replace(v, pin=Pin(1)) if v.id == pinned else v for v in problem.visits)
    day = UnderWay(replace(problem, visits=tuple(visits)), 7 * HOUR)
    rest = rest_of_day(day, [Away(1, 7 * HOUR, 24 * HOUR)])
    assert stops(answered(rest))[pinned][0] == 2


def test_nobody_works_overtime_into_an_absence() -> None:
    day = at(a_day(), 9 * HOUR)
    (shift,) = (s for s in rest_of_day(day, [LeavesAt(2, 15 * HOUR)]).problem.shifts if s.id == 2)
    assert shift.latest_end == 15 * HOUR


def test_a_van_back_in_the_afternoon_is_used_again() -> None:
    day = at(a_day(), 9 * HOUR)
    rest = rest_of_day(day, [Away(2, 11 * HOUR, 13 * HOUR)])
    for shift_id, start, end in stops(answered(rest)).values():
        if shift_id == 2 and start > day.now:
            assert end <= 11 * HOUR or start >= 13 * HOUR


def test_a_technician_running_late_begins_nothing_before_being_free() -> None:
    day = at(a_day(), 9 * HOUR)
    begun_last = max(
        (s for s in stops(present(day.problem)).items() if s[0] in day.begun and s[1][0] == 1),
        key=lambda item: item[1][1],
    )[0]
    rest = rest_of_day(day, [Delayed(1, 11 * HOUR)])
    found = stops(answered(rest))
    assert found[begun_last][2] == 11 * HOUR
    assert all(s[1] >= 11 * HOUR for one, s in found.items() if s[0] == 1 and one != begun_last)


def test_somebody_who_begins_late_keeps_the_lunch_that_is_still_possible() -> None:
    shift = a_shift(breaks=(LUNCH, Break(2, 600, LUNCH.windows)))
    problem = planned(a_problem([a_visit(1)], shift))
    rest = rest_of_day(UnderWay(problem, 8 * HOUR), [Delayed(1, NOON + 30 * MINUTE)])
    assert rest.problem.shift(1).breaks[0].windows == (TimeWindow(NOON + 30 * MINUTE, 13 * HOUR),)
    over = rest_of_day(UnderWay(problem, 8 * HOUR), [Delayed(1, 14 * HOUR)])
    assert not over.problem.shift(1).breaks


def test_a_lunch_that_was_taken_is_not_taken_again_and_one_that_is_due_still_is() -> None:
    problem = planned(a_problem([a_visit(n, 5) for n in range(1, 8)], a_shift(breaks=(LUNCH,))))
    morning, afternoon = rest_of_day(at(problem, 11 * HOUR)), rest_of_day(at(problem, 15 * HOUR))
    assert morning.problem.shift(1).breaks == (LUNCH,)
    assert afternoon.problem.shift(1).breaks == ()
    overdue = rest_of_day(at(problem, 11 * HOUR), [Delayed(1, 14 * HOUR)])
    assert overdue.problem.shift(1).breaks[0].windows == (TimeWindow(NOON, 14 * HOUR),)


def test_a_visit_finished_early_frees_its_technician() -> None:
    day = at(a_day(), 9 * HOUR)
    under_way = max(day.begun, key=lambda one: stops(present(day.problem))[one][1])
    shift_id, start, _ = stops(present(day.problem))[under_way]
    ended = start + 10 * MINUTE
    rest = rest_of_day(day, [FinishedEarly(under_way, ended)])
    assert stops(present(rest.problem))[under_way] == (shift_id, start, ended)


def test_snow_slows_only_the_drives_of_its_area() -> None:
    day = UnderWay(a_day(), 7 * HOUR)
    rest = rest_of_day(day, [Snow(1.5, frozenset({6}))])
    before, after = (one.travel["car"].durations for one in (day.problem, rest.problem))
    assert after[6][10] == 1.5 * before[6][10]
    assert after[10][6] == 1.5 * before[10][6]
    assert after[10][20] == before[10][20]
    everywhere = rest_of_day(day, [Snow(2)]).problem.travel["car"].durations
    assert (everywhere == 2 * before).all()


def test_an_emergency_is_served_at_once() -> None:
    day = at(a_day(a_visit(7, 30)), 9 * HOUR)
    unplanned = replace(
        day.problem,
        shifts=tuple(
            replace(s, steps=tuple(one for one in s.steps if one != 7)) for s in day.problem.shifts
        ),
    )
    rest = rest_of_day(replace(day, problem=unplanned), [Emergency(7, day.now)])
    found = stops(answered(rest))
    sooner = [one for one, s in found.items() if one not in day.begun and s[1] < found[7][1]]
    assert not [one for one in sooner if found[one][0] == found[7][0]]


def test_a_drive_quicker_than_the_matrix_leaves_its_technician_free_to_be_replanned() -> None:
    """Two visits begun in less than the drive between them: history, and no fault of the rest."""
    problem = a_day()
    first, second, third = problem.shift(1).steps
    starts = {first: 8 * HOUR + 300, second: 9 * HOUR + 301}
    visits = (replace(v, pin=Pin(1, starts[v.id])) if v.id in starts else v for v in problem.visits)
    day = UnderWay(replace(problem, visits=tuple(visits)), 9 * HOUR + 600, frozenset(starts))
    rest = rest_of_day(day, [Away(2, day.now, 24 * HOUR)])
    assert rest.history[1] == (first,)
    assert rest.problem.shift(1).steps == (second, third)
    assert {s[0] for one, s in stops(answered(rest)).items() if one > 3} == {1}
    assert rest.whole(rest.present)[1] == (first, second, third)


@st.composite
def days(draw: st.DrawFn) -> UnderWay:
    count = draw(st.integers(1, 9))
    visits = []
    for number in range(1, count + 1):
        begins = draw(st.integers(8, 15)) * HOUR
        rules: dict[str, Any] = {}
        if draw(st.booleans()):
            rules["windows"] = between(begins, begins + 2 * HOUR)
        if draw(st.booleans()):
            rules["told"] = TimeWindow(begins, begins + 2 * HOUR)
        visits.append(a_visit(number, draw(st.integers(0, 59)), 45 * MINUTE, **rules))
    overtime = Overtime(HOUR) if draw(st.booleans()) else None
    shifts = [
        a_shift(n, start=20 * n, end=20 * n, breaks=(LUNCH,), overtime=overtime) for n in (0, 1, 2)
    ]
    now = draw(st.integers(7 * 4, 17 * 4)) * 15 * MINUTE
    return at(planned(a_problem(visits, *shifts)), now, draw(st.sampled_from([0, 1800, 7200])))


@st.composite
def troubles(draw: st.DrawFn, now: int) -> list[Disruption]:
    shift_id = st.integers(0, 2)
    moment = st.integers(now, 18 * HOUR) if now < 18 * HOUR else st.just(now)
    kinds: st.SearchStrategy[Disruption] = st.one_of(
        st.builds(Away, shift_id, st.just(now), st.just(24 * HOUR)),
        st.builds(LeavesAt, shift_id, moment),
        st.builds(Delayed, shift_id, moment),
        st.builds(Snow, st.sampled_from([1.0, 1.5, 3.0])),
    )
    return draw(st.lists(kinds, max_size=2, unique_by=lambda one: getattr(one, "shift_id", -1)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_happens_nothing_begun_moves_and_nothing_begins_in_the_past(
    data: st.DataObject,
) -> None:
    day = data.draw(days())
    rest = rest_of_day(day, data.draw(troubles(day.now)))
    plan = answered(rest)
    found = stops(plan)
    for one in day.begun:
        pin = day.problem.visit(one).pin
        assert pin is not None
        assert one not in found or found[one][:2] == (pin.shift_id, pin.start)
    for one, (_, start, _) in found.items():
        assert one in day.begun or start >= day.now or not day.problem.visit(one).windows
    whole = rest.whole(plan.sequences)
    assert len({one for order in whole.values() for one in order}) == sum(map(len, whole.values()))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_cut_shift_holds_nothing_new_after_its_cut(data: st.DataObject) -> None:
    day = data.draw(days())
    cut = data.draw(st.integers(day.now, max(day.now, 18 * HOUR)))
    rest = rest_of_day(day, [LeavesAt(1, cut)])
    for one, (shift_id, _, end) in stops(answered(rest)).items():
        assert shift_id != 1 or one in day.begun or end <= cut


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_with_everything_frozen_and_no_disruption_the_plan_stays_as_it_is(
    data: st.DataObject,
) -> None:
    day = replace(data.draw(days()), freeze=24 * HOUR)
    before = stops(present(rest_of_day(day).problem))
    after = stops(answered(rest_of_day(day)))
    assert {one: after[one] for one in before} == before


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_more_is_changed_than_allowed_besides_what_must(data: st.DataObject) -> None:
    most = data.draw(st.integers(0, 2))
    day = replace(data.draw(days()), most_changes=most)
    rest = rest_of_day(day, data.draw(troubles(day.now)))
    left = rest.problem
    home = {one: shift.id for shift in left.shifts for one in shift.steps}
    as_it_goes = {
        stop.visit_id: stop.start
        for shift in left.shifts
        for stop in time_route(left, shift, shift.steps).stops
    }

    def is_changed(one: int, shift_id: int, start: int) -> bool:
        told = day.problem.visit(one).told
        if told is None:
            return home.get(one, shift_id) != shift_id
        kept_till_now = one in home and as_it_goes[one] in told
        return kept_till_now and start not in told

    found = stops(answered(rest))
    changed = [
        one for one, (shift_id, start, _) in found.items() if is_changed(one, shift_id, start)
    ]
    assert len([one for one in changed if not left.visit(one).pin]) <= most


@pytest.mark.parametrize("freeze", [0, HOUR])
def test_what_begins_within_the_horizon_keeps_technician_and_time(freeze: int) -> None:
    day = at(a_day(), 8 * HOUR + 40 * MINUTE, freeze)
    rest = rest_of_day(day)
    before = stops(present(rest.problem))
    near = {one for one, s in before.items() if one not in day.begun and s[1] < day.now + freeze}
    assert rest.frozen == near
    assert bool(near) == bool(freeze)
    after = stops(answered(rest))
    assert all(after[one] == before[one] for one in near)
