"""The chances of a plan: known where they can be worked out, and sane everywhere else."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldservice.errors import Refused
from fieldservice.scheduling.outlook.draws import Draws
from fieldservice.scheduling.outlook.simulate import Outlook, VisitOutlook, simulate
from fieldservice.scheduling.outlook.spreads import LateStart, Shocks, Spread, Spreads, Weather
from fieldservice.scheduling.plan import build_plan
from fieldservice.scheduling.problem import Pin, Problem, TimeWindow, Visit

from .instances import HOUR, LUNCH, MINUTE, NOON, a_problem, a_shift, a_visit, between

NEARLY = 0.025
"""Three standard errors of a chance of one half over 5,000 days, and a little."""
TEN = 10 * HOUR


def outlook(problem: Problem, spreads: Spreads, seed: int = 1, days: int = 5000) -> Outlook:
    """The chances when the first shift makes all the visits in their order."""
    orders = {problem.shifts[0].id: [visit.id for visit in problem.visits]}
    return simulate(problem, build_plan(problem, orders), spreads, seed=seed, days=days)


def chance(problem: Problem, spreads: Spreads) -> float:
    """The chance of the last visit."""
    return last(problem, spreads).chance


def last(problem: Problem, spreads: Spreads) -> VisitOutlook:
    return outlook(problem, spreads).visits[problem.visits[-1].id]


def log_normal(factor: float, spread: Spread) -> float:
    """How likely a log-normal factor is no larger than this one."""
    centre = math.log(spread.ratio) - spread.sigma**2 / 2
    return NormalDist(centre, spread.sigma).cdf(math.log(factor))


@pytest.mark.parametrize("spread", [Spread(1.0, 0.3), Spread(1.4, 0.5), Spread(0.8, 1.0)])
def test_one_drive_is_in_time_as_often_as_its_distribution_says(spread: Spread) -> None:
    problem = a_problem([a_visit(1, 50, windows=between(TEN, TEN + 10 * MINUTE))])
    expected = log_normal(60 / 50, spread)
    assert chance(problem, Spreads(travel=spread)) == pytest.approx(expected, abs=NEARLY)


@pytest.mark.parametrize("spread", [Spread(1.0, 0.4), Spread(1.2, 0.2)])
def test_long_work_makes_the_next_visit_late_as_often_as_expected(spread: Spread) -> None:
    visits = [
        a_visit(1, 10, windows=between(TEN, TEN)),
        a_visit(2, 10, windows=between(TEN + HOUR, TEN + 80 * MINUTE)),
    ]
    found = chance(a_problem(visits), Spreads(work=spread))
    assert found == pytest.approx(log_normal(80 / 60, spread), abs=NEARLY)


def test_a_plan_without_spreads_goes_as_planned() -> None:
    visits = [a_visit(1, 10), a_visit(2, 20, windows=between(TEN, TEN))]
    problem = a_problem(visits)
    whole = outlook(problem, Spreads())
    route = build_plan(problem, {1: [1, 2]}).routes[0]
    assert [whole.visits[n].chance for n in (1, 2)] == [1.0, 1.0]
    assert whole.visits[1].arrival == (route.stops[0].arrival,) * 3
    assert (whole.routes[1].chance, whole.routes[1].finish) == (1.0, (route.finish,) * 3)


def test_a_technician_who_is_early_waits_for_the_window() -> None:
    visits = [a_visit(1, 10, windows=between(TEN, TEN + HOUR)), a_visit(2, 10)]
    short = Spreads(visits={1: Spread(0.5)}, travel=Spread(0.5))
    found = outlook(a_problem(visits), short)
    assert found.visits[1].arrival[1] < TEN
    assert found.visits[2].arrival[1] == TEN + HOUR / 2


def test_a_visit_that_may_start_at_any_time_is_always_in_time() -> None:
    assert chance(a_problem([a_visit(1)]), Spreads(travel=Spread(1.0, 1.0))) == 1.0


def test_lunch_takes_up_what_a_long_morning_leaves() -> None:
    morning, afternoon = a_visit(1, 10, windows=between(TEN, TEN)), a_visit(2, 10)
    problem = a_problem([morning, afternoon], a_shift(breaks=(LUNCH,)))
    problem = replace(problem, visits=(replace(morning, service=2 * HOUR), afternoon))
    usual, longer = (
        last(problem, Spreads(visits={1: Spread(ratio)})).arrival[1] for ratio in (1.0, 1.25)
    )
    assert (usual, longer) == (NOON + 30 * MINUTE, NOON + 60 * MINUTE)


def test_finishing_in_time_does_not_count_on_overtime() -> None:
    spread = Spread(1.0, 0.2)
    visit = a_visit(1, 0, 2 * HOUR)
    problem = a_problem([visit], a_shift(window=TimeWindow(0, 2 * HOUR + 20 * MINUTE)))
    found = outlook(problem, Spreads(work=spread)).routes[1]
    assert found.chance == pytest.approx(log_normal(140 / 120, spread), abs=NEARLY)
    assert found.finish[0] < found.finish[1] < found.finish[2]


# --- what is under way ------------------------------------------------------------------------


def under_way(elapsed: int, spread: Spread) -> VisitOutlook:
    visits = [a_visit(1, 10, HOUR, pin=Pin(1, TEN)), a_visit(2, 10)]
    spreads = Spreads(work=spread, travel=Spread(1.0, 0.5), elapsed={1: elapsed})
    return last(a_problem(visits), spreads)


def test_work_that_is_over_is_a_fact() -> None:
    assert under_way(HOUR, Spread()).arrival == (TEN + HOUR,) * 3


def test_work_under_way_takes_what_is_left_of_its_distribution() -> None:
    spread, elapsed = Spread(1.0, 0.4), 70 * MINUTE
    passed = log_normal(70 / 60, spread)
    median = under_way(elapsed, spread).arrival[1] - TEN
    assert log_normal(median / HOUR, spread) == pytest.approx((1 + passed) / 2, abs=NEARLY)


@pytest.mark.parametrize("elapsed", [1, MINUTE, 10 * HOUR, 1000 * HOUR])
def test_work_under_way_is_never_over_before_now(elapsed: int) -> None:
    seconds = Draws(1, 500).work_under_way(1, Spread(1.0, 0.3), HOUR, elapsed)
    assert seconds.min() >= elapsed * (1 - 1e-6)
    assert seconds.max() < 10 * max(elapsed, HOUR)


def test_a_meeting_begins_late_when_its_technician_comes_late() -> None:
    visits = [a_visit(1, 10, windows=between(TEN, TEN)), a_visit(2, 10, pin=Pin(1, TEN + HOUR))]
    found = last(a_problem(visits), Spreads(visits={1: Spread(1.5)}))
    assert (found.chance, found.arrival[1]) == (0.0, TEN + HOUR * 3 / 2)


# --- what strikes several at once -------------------------------------------------------------


def test_traffic_shared_by_all_drives_adds_up_where_single_luck_evens_out() -> None:
    problem = a_problem([a_visit(n, n % 2 * 50, 0) for n in range(1, 9)])
    alone = outlook(problem, Spreads(travel=Spread(1.0, 0.2))).routes[1].finish
    shared = outlook(problem, Spreads(shocks=Shocks(traffic=0.2))).routes[1].finish
    assert shared[2] - shared[0] > 2 * (alone[2] - alone[0])


def test_bad_weather_and_late_starts_come_as_often_as_said() -> None:
    problem = a_problem([a_visit(1, 50, windows=between(TEN, TEN + 20 * MINUTE))])
    snow = Spreads(shocks=Shocks(weather=Weather(0.3, 2.0)))
    late = Spreads(shocks=Shocks(late_start=LateStart(0.3, 20 * MINUTE)))
    assert chance(problem, snow) == pytest.approx(0.7, abs=NEARLY)
    assert chance(problem, late) == pytest.approx(1 - 0.3 / math.e, abs=NEARLY)


def test_the_luck_of_a_visit_is_the_same_in_every_plan() -> None:
    alone = a_problem([a_visit(2, 50, windows=between(TEN, TEN + 10 * MINUTE))])
    others = [a_visit(1, 10), a_visit(3, 10)]
    beside = replace(alone, visits=(*others, *alone.visits), shifts=(a_shift(1), a_shift(2)))
    spreads = Spreads(work=Spread(1.0, 0.3), travel=Spread(1.0, 0.3), shocks=Shocks(0.2))
    plan = build_plan(beside, {1: [1, 3], 2: [2]})
    assert simulate(beside, plan, spreads).visits[2].chance == chance(alone, spreads)


def test_the_same_seed_gives_the_same_days() -> None:
    problem = a_problem([a_visit(-1, 20, windows=between(TEN, TEN + MINUTE))])
    spreads = Spreads(travel=Spread(1.0, 0.3), shocks=Shocks(0.1))
    first, again = (outlook(problem, spreads, seed=-7) for _ in range(2))
    assert first == again
    assert outlook(problem, spreads, seed=8) != first


# --- what must hold whatever the day is like --------------------------------------------------

uncertain = st.builds(
    Spreads,
    work=st.builds(Spread, st.floats(0.5, 2), st.floats(0, 1)),
    travel=st.builds(Spread, st.floats(0.5, 2), st.floats(0, 1)),
    shocks=st.builds(
        Shocks,
        st.floats(0, 0.5),
        st.builds(Weather, st.floats(0, 1), st.floats(1, 3)),
        st.builds(LateStart, st.floats(0, 1), st.integers(0, HOUR)),
    ),
)
mornings = st.lists(
    st.builds(
        a_visit,
        st.just(0),
        st.integers(0, 50),
        st.integers(0, 2 * HOUR),
        windows=st.integers(8 * HOUR, 14 * HOUR).map(lambda start: between(start, start + HOUR)),
    ),
    min_size=1,
    max_size=4,
).map(lambda visits: [replace(visit, id=n) for n, visit in enumerate(visits)])
few_days = settings(max_examples=60, deadline=None)


def chances(visits: list[Visit], spreads: Spreads) -> list[float]:
    problem = a_problem(visits, a_shift(breaks=(LUNCH,)))
    found = outlook(problem, spreads, days=200).visits
    return [found[visit.id].chance for visit in visits]


@few_days
@given(mornings, uncertain, st.integers(0, 2 * HOUR))
def test_a_longer_window_never_lowers_a_chance(
    visits: list[Visit], spreads: Spreads, more: int
) -> None:
    *before, final = visits
    longer = between(final.windows[0].start, final.windows[0].end + more)
    wider = [*before, replace(final, windows=longer)]
    assert chances(wider, spreads)[-1] >= chances(visits, spreads)[-1]


@few_days
@given(mornings, uncertain, st.integers(1, HOUR), st.floats(1, 2))
def test_more_delay_never_raises_a_chance(
    visits: list[Visit], spreads: Spreads, delay: int, slower: float
) -> None:
    shocks = spreads.shocks
    late = LateStart(shocks.late_start.chance, shocks.late_start.mean + delay)
    weather = Weather(shocks.weather.chance, shocks.weather.factor * slower)
    worse = replace(spreads, shocks=Shocks(shocks.traffic, weather, late))
    worse = replace(worse, shift_ratios={1: slower})
    pairs = zip(chances(visits, worse), chances(visits, spreads), strict=True)
    assert all(delayed <= usual for delayed, usual in pairs)


@given(st.floats(0.05, 0.5), st.floats(1.1, 3))
@few_days
def test_the_less_is_known_of_work_the_less_sure_is_what_had_time(
    sigma: float, more: float
) -> None:
    visits = [
        a_visit(1, 10, windows=between(TEN, TEN)),
        a_visit(2, 10, windows=between(TEN + HOUR, TEN + 2 * HOUR)),
    ]
    sure, unsure = (
        chances(visits, Spreads(work=Spread(1.0, spread)))[-1]
        for spread in (sigma, min(1.0, sigma * more))
    )
    assert unsure <= sure


@pytest.mark.parametrize(
    ("spread", "field"),
    [
        (lambda: Spread(0.0), "ratio"),
        (lambda: Spread(1.0, -0.1), "sigma"),
        (lambda: Spread(math.nan), "ratio"),
        (lambda: Spreads(shift_ratios={1: 0.0}), "ratio"),
        (lambda: Spreads(elapsed={1: -1}), "elapsed"),
        (lambda: Weather(1.5), "chance"),
        (lambda: Weather(0.5, 0.5), "factor"),
        (lambda: LateStart(0.5, -1), "mean"),
        (lambda: Shocks(-1.0), "traffic"),
    ],
)
def test_what_cannot_be_is_refused(spread: object, field: str) -> None:
    assert callable(spread)
    with pytest.raises(Refused) as refused:
        spread()
    assert refused.value.field == field
