from __future__ import annotations

from dataclasses import replace

from fieldservice.scheduling.insertion import insertions
from fieldservice.scheduling.pins import pinned_sequence
from fieldservice.scheduling.problem import Pin, Problem, Rule, TimeWindow, Visit, Waiver

from .instances import HOUR, LUNCH, MINUTE, a_problem, a_shift, a_stretch, a_visit, between


def shifts_found(problem: Problem, visit: Visit) -> set[int]:
    return {found.shift_id for found in insertions(problem, {}, visit)}


def test_the_place_on_the_way_comes_first() -> None:
    visits = [a_visit(1, 10), a_visit(2, 30), a_visit(3, 20)]
    problem = a_problem(visits, a_shift(1), a_shift(2))
    first = insertions(problem, {1: [1, 2]}, visits[2])[0]
    assert (first.shift_id, first.position, first.cost) == (1, 1, 0)
    assert first.start == 8 * HOUR + 10 * MINUTE + HOUR + 10 * MINUTE


def test_a_full_afternoon_has_no_place() -> None:
    visits = [a_visit(1, 10, 8 * HOUR), a_visit(2, 10, HOUR)]
    problem = a_problem(visits)
    assert insertions(problem, {1: [1]}, visits[1]) == []


def test_nobody_else_is_made_late() -> None:
    tight = a_visit(1, 10, HOUR, windows=between(8 * HOUR, 9 * HOUR))
    problem = a_problem([tight, a_visit(2, 10, HOUR)])
    found = insertions(problem, {1: [1]}, problem.visit(2))
    assert [one.position for one in found] == [1]


def test_a_visit_with_a_second_window_makes_way_for_another() -> None:
    windows = (*between(8 * HOUR, 9 * HOUR), *between(15 * HOUR, 16 * HOUR))
    visits = [a_visit(1, 10, HOUR, windows=windows), a_visit(2, 10, 4 * HOUR)]
    found = insertions(a_problem(visits), {1: [1]}, visits[1])
    assert {one.position for one in found} == {0, 1}


def test_lunch_is_kept_free() -> None:
    shift = a_shift(breaks=(LUNCH,), window=TimeWindow(8 * HOUR, 16 * HOUR))
    visits = [a_visit(1, 10, 6 * HOUR), a_visit(2, 10, 80 * MINUTE)]
    assert insertions(a_problem(visits, shift), {1: [1]}, visits[1]) == []
    assert insertions(a_problem(visits, replace(shift, breaks=())), {1: [1]}, visits[1])


def test_only_the_skilled_the_allowed_and_the_roomy_are_offered() -> None:
    visit = a_visit(
        1,
        skills=frozenset({7}),
        delivery=(2,),
        allowed_shifts=frozenset({1, 2, 3, 4, 5}),
        forbidden_shifts=frozenset({2}),
    )
    able = {"skills": frozenset({7})}
    shifts = [
        a_shift(1, **able),
        a_shift(2, **able),
        a_shift(3),
        a_shift(4, **able, capacity=(1,)),
        a_shift(5, **able, max_tasks=0),
        a_shift(6, **able),
    ]
    assert shifts_found(a_problem([visit], *shifts), visit) == {1}


def test_a_pinned_visit_goes_to_its_shift_alone() -> None:
    visit = a_visit(1, pin=Pin(2), skills=frozenset({9}))
    assert shifts_found(a_problem([visit], a_shift(1), a_shift(2)), visit) == {2}


def test_a_drive_too_long_for_the_shift_is_no_place() -> None:
    visit = a_visit(1, 10)
    assert shifts_found(a_problem([visit], a_shift(max_travel_time=19 * MINUTE)), visit) == set()
    assert shifts_found(a_problem([visit], a_shift(max_travel_time=20 * MINUTE)), visit) == {1}


def test_only_who_works_there_and_is_good_enough_is_offered() -> None:
    visit = a_visit(1, 10, skills=frozenset({7}), skill_levels={8: 2})
    good = {"skill_levels": {7: 1, 8: 3}}
    shifts = [
        a_shift(1, **good, area=(a_stretch(5, 10),)),
        a_shift(2, **good, area=(a_stretch(11, 20),)),
        a_shift(3, skill_levels={7: 3, 8: 1}),
        a_shift(4, skill_levels={8: 2}),
    ]
    assert shifts_found(a_problem([visit], *shifts), visit) == {1}


def test_a_stretch_too_long_or_a_departure_too_late_is_no_place() -> None:
    visit = a_visit(1, 10)
    shifts = [
        a_shift(1, max_leg_time=10 * MINUTE - 1),
        a_shift(2, max_leg_time=10 * MINUTE),
        a_shift(3, last_departure=9 * HOUR + 10 * MINUTE - 1),
        a_shift(4, last_departure=9 * HOUR + 10 * MINUTE),
    ]
    assert shifts_found(a_problem([visit], *shifts), visit) == {2, 4}


def test_a_long_way_is_a_place_with_a_stop_in_the_middle() -> None:
    visits = [a_visit(1, 10, MINUTE), a_visit(2, 20, MINUTE)]
    problem = a_problem(visits, a_shift(max_leg_time=15 * MINUTE, end=20))
    assert insertions(problem, {}, visits[1]) == []
    assert [found.position for found in insertions(problem, {1: [1]}, visits[1])] == [1]


def test_an_emergency_takes_the_reserve_that_maintenance_leaves() -> None:
    shift = a_shift(reserve=4 * HOUR)
    standing = a_visit(1, 10, 4 * HOUR, movable=True)
    visits = [
        standing,
        a_visit(2, movable=True),
        a_visit(3),
        a_visit(4, urgent=True),
    ]
    problem = a_problem(visits, shift)
    assert [bool(insertions(problem, {1: [1]}, visit)) for visit in visits[1:]] == [
        False,
        False,
        True,
    ]


def test_a_waived_rule_opens_the_door() -> None:
    visit = a_visit(1, skills=frozenset({7}), windows=between(0, 60))
    waivers = [Waiver(Rule.SKILL, 1), Waiver(Rule.WINDOW, 1)]
    assert shifts_found(a_problem([visit]), visit) == set()
    assert shifts_found(a_problem([visit], waivers=waivers), visit) == {1}


def test_behind_stops_that_break_rules_already_there_is_still_room() -> None:
    facts = [a_visit(1, 10, pin=Pin(1, 9 * HOUR)), a_visit(2, 20, pin=Pin(1, 10 * HOUR + 60))]
    new = a_visit(3, 20)
    problem = a_problem([*facts, new])
    assert [one.position for one in insertions(problem, {1: [1, 2]}, new)] == [2]


def test_pins_are_ordered_by_their_time_and_the_rest_around_them() -> None:
    visits = [
        a_visit(1, 10, pin=Pin(1, 14 * HOUR)),
        a_visit(2, 10, pin=Pin(1, 9 * HOUR)),
        a_visit(3, 10, pin=Pin(1), windows=between(11 * HOUR, NOON_ISH)),
        a_visit(4),
    ]
    problem = a_problem(visits)
    assert pinned_sequence(problem, problem.shift(1)) == (2, 3, 1)


NOON_ISH = 12 * HOUR + 600
