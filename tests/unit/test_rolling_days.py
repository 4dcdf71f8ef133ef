"""Rolling days: the same calls for every way to book, and measures that add up."""

from __future__ import annotations

import pytest

from benchmarks.rolling.booking import POLICIES, Past, first_available
from benchmarks.rolling.calls import WINDOWS, Call, World
from benchmarks.rolling.diary import Day
from benchmarks.rolling.disruption import happen, take_in
from benchmarks.rolling.measures import Measures, table
from benchmarks.rolling.rolling import Rolling
from fieldservice.scheduling.check import check
from fieldservice.scheduling.plan import build_plan

SMALL = World(seed=3, technicians=2, calls_a_day=5)


def a_booked_day() -> Day:
    day = Day(SMALL, 1)
    for call in SMALL.calls(0):
        opening = next(iter(day.openings(call)), None)
        if opening:
            day.book(call, opening)
    return day


def test_the_same_seed_brings_the_same_calls() -> None:
    again = World(seed=3, technicians=2, calls_a_day=5)
    assert SMALL.calls(4) == again.calls(4)
    assert SMALL.calls(4) != World(seed=4, technicians=2, calls_a_day=5).calls(4)
    assert [call.suits(2, WINDOWS[0]) for call in SMALL.calls(4)] == [
        call.suits(2, WINDOWS[0]) for call in again.calls(4)
    ]


def test_what_is_booked_can_be_kept() -> None:
    day = a_booked_day()
    assert day.called
    plan = build_plan(day.problem, day.orders)
    assert not plan.unassigned
    assert not check(day.problem, plan).introduced


def test_first_available_is_the_first_day_that_fits() -> None:
    days = [Day(SMALL, number) for number in (1, 2, 3)]
    for call in SMALL.calls(0):
        opening = first_available(SMALL, days, Past(), call)
        suiting = [
            day.number for day in days if any(call.suits(day.number, each) for each in WINDOWS)
        ]
        assert (opening.day if opening else None) == (suiting[0] if suiting else None)


def test_nobody_is_sent_where_the_day_has_begun_already() -> None:
    day = a_booked_day()
    before = dict(day.orders)
    missed = take_in(SMALL, day)
    emergencies = {call.id for call in SMALL.emergencies(1)} - {call.id for call in missed}
    for shift, order in day.orders.items():
        kept = tuple(one for one in order if one not in emergencies)
        assert kept == before.get(shift, ())
    assert emergencies <= set(day.called)


def test_each_visit_of_a_day_is_finished_once() -> None:
    day = a_booked_day()
    measures = Measures()
    happen(SMALL, day, measures)
    assert measures.visits == len(day.called)
    assert len(measures.waited) == measures.visits
    assert 0 < measures.kept <= 1


def test_the_sick_leave_their_visits_to_the_others() -> None:
    day = a_booked_day()
    booked = len(day.called)
    left = day.without(frozenset({0}), 1)
    assert len(left) + len(day.called) == booked
    assert 0 not in day.orders
    assert day.without(frozenset({1}), 1)
    assert day.called == {}


@pytest.mark.parametrize("name", POLICIES)
def test_every_way_to_book_gets_through_the_days(name: str) -> None:
    rolling = Rolling(SMALL, POLICIES[name], warm_up=1)
    measures = rolling.run(2)
    assert measures.visits > 0
    assert name in table({name: [measures]})


def test_a_table_holds_means_over_the_worlds() -> None:
    found = [Measures(driving=600, visits=1, in_time=1), Measures(driving=1800, visits=1)]
    assert "| one | 20.00 | 50.0% |" in table({"one": found})


def test_a_call_is_for_tomorrow_or_later() -> None:
    calls: list[Call] = [call for day in range(3) for call in SMALL.calls(day)]
    assert len({call.id for call in calls}) == len(calls)
