from __future__ import annotations

from dataclasses import replace

from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.plan import build_plan
from fieldservice.scheduling.problem import Break, Overtime, Pin, Rule, TimeWindow, Waiver
from fieldservice.scheduling.timing import price, time_route

from .instances import DAY, HOUR, LUNCH, MINUTE, NOON, a_problem, a_shift, a_visit, between


def test_the_van_leaves_just_in_time_for_the_first_visit() -> None:
    problem = a_problem([a_visit(1, windows=between(10 * HOUR, 11 * HOUR))])
    route = time_route(problem, problem.shift(1), [1])
    assert route.departure == 10 * HOUR - 10 * MINUTE
    assert route.stops[0].arrival == route.stops[0].start == 10 * HOUR
    assert route.finish == 11 * HOUR + 10 * MINUTE
    assert (route.travel, route.waiting, route.cost) == (20 * MINUTE, 0, 20 * MINUTE)


def test_setting_up_is_skipped_at_the_same_place() -> None:
    problem = a_problem([a_visit(1, setup=300), a_visit(2, setup=300)])
    first, second = time_route(problem, problem.shift(1), [1, 2]).stops
    assert (first.setup, second.setup) == (300, 0)
    assert second.start == first.end == first.start + 300 + HOUR


def test_a_break_splits_the_drive_but_not_the_service() -> None:
    shift = a_shift(breaks=(LUNCH,), start=None)
    visits = [a_visit(1, 0, 4 * HOUR - 10 * MINUTE), a_visit(2, 30)]
    _, rest, second = time_route(a_problem(visits, shift), shift, [1, 2]).stops
    assert (rest.start, rest.travel_before) == (NOON, 10 * MINUTE)
    assert second.travel_before == 20 * MINUTE
    assert second.start == NOON + LUNCH.duration + 20 * MINUTE


def test_lunch_waits_until_a_long_service_is_over() -> None:
    shift = a_shift(breaks=(LUNCH,))
    problem = a_problem([a_visit(1, 10, 4 * HOUR + 20 * MINUTE)], shift)
    visit, rest = time_route(problem, shift, [1]).stops
    assert rest.start == visit.end == 12 * HOUR + 30 * MINUTE


def test_lunch_comes_before_a_visit_that_would_swallow_it() -> None:
    shift = a_shift(breaks=(LUNCH,))
    problem = a_problem(
        [a_visit(1, 10, 2 * HOUR, windows=between(NOON - 1800, NOON + HOUR))], shift
    )
    route = time_route(problem, shift, [1])
    assert [stop.break_id for stop in route.stops] == [1, None]
    assert route.faults == 0


def test_two_breaks_are_both_honoured() -> None:
    tea = Break(2, 15 * MINUTE, between(15 * HOUR, 15 * HOUR + 600))
    shift = a_shift(breaks=(tea, LUNCH))
    problem = a_problem([a_visit(n, 10, 2 * HOUR) for n in (1, 2, 3)], shift)
    route = time_route(problem, shift, [1, 2, 3])
    starts = {stop.break_id: stop.start for stop in route.stops if stop.break_id}
    assert route.faults == 0
    assert NOON <= starts[1] <= 13 * HOUR
    assert 15 * HOUR <= starts[2] <= 15 * HOUR + 600


def test_an_impossible_order_comes_out_late_and_never_overlaps() -> None:
    early = [a_visit(n, windows=between(8 * HOUR, 9 * HOUR)) for n in (1, 2, 3)]
    problem = a_problem(early)
    route = time_route(problem, problem.shift(1), [1, 2, 3])
    assert [stop.lateness for stop in route.stops] == [0, 10 * MINUTE, 70 * MINUTE]
    assert route.faults == 80 * MINUTE
    assert all(a.end <= b.start for a, b in zip(route.stops, route.stops[1:], strict=False))


def test_the_next_of_several_windows_is_waited_for() -> None:
    visit = a_visit(1, windows=(TimeWindow(0, 100), *between(10 * HOUR, 11 * HOUR)))
    problem = a_problem([visit])
    assert time_route(problem, problem.shift(1), [1]).stops[0].start == 10 * HOUR


def test_work_takes_as_long_as_whoever_does_it_needs() -> None:
    trainee = a_shift(type="trainee")
    visit = a_visit(1, setup=300, service_per_type={"trainee": 2 * HOUR}, setup_per_type={})
    (stop,) = time_route(a_problem([visit], trainee), trainee, [1]).stops
    assert (stop.setup, stop.service) == (300, 2 * HOUR)
    master = a_shift()
    assert time_route(a_problem([visit], master), master, [1]).service == HOUR + 300


def test_the_last_visit_is_over_by_the_last_departure_though_lunch_follows() -> None:
    shift = a_shift(breaks=(LUNCH,), last_departure=11 * HOUR)
    problem = a_problem([a_visit(1, 10, 3 * HOUR)], shift)
    assert time_route(problem, shift, [1]).faults == 10 * MINUTE
    assert time_route(problem, replace(shift, last_departure=NOON), [1]).faults == 0


def test_being_a_little_late_is_paid_for_when_allowed() -> None:
    visit = a_visit(
        1, windows=between(8 * HOUR, 8 * HOUR), max_lateness=HOUR, lateness_cost_per_second=3
    )
    problem = a_problem([visit])
    route = time_route(problem, problem.shift(1), [1])
    assert (route.lateness, route.faults) == (10 * MINUTE, 0)
    assert route.cost == 20 * MINUTE + 3 * 10 * MINUTE


def test_lateness_counts_from_the_window_that_closed_last() -> None:
    windows = (TimeWindow(0, 8 * HOUR), TimeWindow(60, 8 * HOUR + 9 * MINUTE))
    visit = a_visit(1, windows=windows, max_lateness=HOUR, lateness_cost_per_second=0)
    problem = a_problem([visit])
    assert time_route(problem, problem.shift(1), [1]).lateness == MINUTE


def test_overtime_is_paid_for_up_to_its_limit() -> None:
    shift = a_shift(overtime=Overtime(HOUR, 2))
    problem = a_problem([a_visit(1, 10, 9 * HOUR)], shift)
    route = time_route(problem, shift, [1])
    assert (route.overtime, route.faults) == (20 * MINUTE, 0)
    assert route.cost == 20 * MINUTE + 2 * 20 * MINUTE
    longer = a_problem([a_visit(1, 10, 10 * HOUR)], shift)
    assert time_route(longer, shift, [1]).faults == 20 * MINUTE


def test_a_pinned_start_squeezes_the_drive_rather_than_move() -> None:
    facts = [
        a_visit(1, 10, HOUR, pin=Pin(1, 9 * HOUR)),
        a_visit(2, 20, HOUR, pin=Pin(1, 10 * HOUR + 60)),
    ]
    problem = a_problem(facts)
    route = time_route(problem, problem.shift(1), [1, 2])
    assert [stop.start for stop in route.stops] == [9 * HOUR, 10 * HOUR + 60]
    assert route.faults == 9 * MINUTE


def test_a_pinned_start_waits_for_a_stop_that_overruns() -> None:
    facts = [a_visit(1, 10, 2 * HOUR, pin=Pin(1, 9 * HOUR)), a_visit(2, pin=Pin(1, 10 * HOUR))]
    problem = a_problem(facts)
    assert time_route(problem, problem.shift(1), [1, 2]).stops[1].start == 11 * HOUR


def test_a_shift_without_places_drives_only_between_visits() -> None:
    shift = a_shift(start=None, end=None)
    problem = a_problem([a_visit(1, 10), a_visit(2, 15)], shift)
    assert time_route(problem, shift, [1, 2]).travel == 5 * MINUTE


def test_a_waived_window_costs_no_lateness() -> None:
    visit = a_visit(1, windows=between(0, 100))
    problem = a_problem([visit], waivers=[Waiver(Rule.WINDOW, 1)])
    route = time_route(problem, problem.shift(1), [1])
    assert (route.lateness, route.faults) == (0, 0)


def test_every_part_of_the_cost_is_counted() -> None:
    shift = a_shift(fixed_cost=1000, cost_per_hour=7200)
    visit = a_visit(1, preferred_shifts=frozenset({2}), preference_cost=500)
    problem = a_problem([visit], shift, a_shift(2))
    assert time_route(problem, shift, [1]).cost == 2 * 20 * MINUTE + 1000 + 500
    assert price(problem, shift, [1]) == (0, 2 * 20 * MINUTE + 1000 + 500)


def test_a_shift_that_is_not_used_is_not_in_the_plan() -> None:
    plan = build_plan(a_problem([a_visit(1)], a_shift(1), a_shift(2)), {1: [1], 2: []})
    assert [route.shift_id for route in plan.routes] == [1]


def test_leaving_out_a_priority_costs_more_than_leaving_out_all_the_rest() -> None:
    visits = [a_visit(1, priority=1), *(a_visit(n) for n in range(2, 20))]
    problem = a_problem(visits)
    penalties = Penalties.of(problem)
    rest = sum(penalties.cost(visit) for visit in visits[1:])
    served = build_plan(problem, {1: [visit.id for visit in visits[1:]]})
    assert penalties.cost(visits[0]) > rest
    assert penalties.cost(visits[1]) > sum(route.cost for route in served.routes)


def test_an_optional_visit_costs_nothing_to_leave_out_or_its_own_penalty() -> None:
    visits = [a_visit(1), a_visit(2, optional=True), a_visit(3, optional=True, penalty=700)]
    problem = a_problem(visits)
    penalties = Penalties.of(problem)
    assert not penalties.given
    assert [penalties.cost(visit) for visit in visits[1:]] == [0, 700]
    assert penalties.cost(visits[0]) > 700 + build_plan(problem, {1: [1, 2, 3]}).routes[0].cost


def test_given_penalties_are_taken_as_they_are() -> None:
    problem = a_problem([a_visit(1, penalty=7), a_visit(2, penalty=5, windows=(DAY,))])
    plan = build_plan(problem, {})
    assert (plan.cost, plan.penalty, len(plan.unassigned)) == (12, 12, 2)
