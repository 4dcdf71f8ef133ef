from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fieldservice.errors import Refused
from fieldservice.scheduling.problem import (
    Location,
    Overtime,
    Pin,
    Problem,
    Rule,
    TimeWindow,
    Waiver,
)
from fieldservice.scheduling.travel import StraightLine, TravelMatrix

from .instances import DAY, LUNCH, a_problem, a_shift, a_visit, between

CONTRADICTIONS: list[tuple[str | None, Callable[[], object]]] = [
    (None, lambda: TimeWindow(10, 9)),
    ("lat", lambda: Location(0, 91)),
    ("service", lambda: a_visit(1, service=-1)),
    ("priority", lambda: a_visit(1, priority=101)),
    ("preference_cost", lambda: a_visit(1, preferred_shifts=frozenset({1}))),
    ("max", lambda: Overtime(-1)),
    ("speed_factor", lambda: a_shift(speed_factor=0.0)),
    ("breaks", lambda: a_shift(breaks=(LUNCH, LUNCH))),
    ("visits", lambda: a_problem([a_visit(1), a_visit(1)])),
    ("shifts", lambda: a_problem([], a_shift(1), a_shift(1))),
    ("profile", lambda: a_problem([], a_shift(profile="boat"))),
    ("start", lambda: a_problem([], a_shift(start=60))),
    ("location", lambda: a_problem([a_visit(1, 60)])),
    ("penalty", lambda: a_problem([a_visit(1, penalty=5), a_visit(2)])),
    ("pin", lambda: a_problem([a_visit(1, pin=Pin(9))])),
    ("steps", lambda: a_problem([], a_shift(steps=(4,)))),
    ("delivery", lambda: a_problem([a_visit(1, delivery=(1,))], a_shift(capacity=(1, 1)))),
    ("waivers", lambda: a_problem([], waivers=[Waiver(Rule.SKILL, 3)])),
    ("durations", lambda: TravelMatrix(np.array([[0, -1], [1, 0]]))),
    ("durations", lambda: TravelMatrix(np.array([[0, 1]]))),
    ("durations", lambda: TravelMatrix(np.array([[0.5]]))),
]


@pytest.mark.parametrize(("field", "contradiction"), CONTRADICTIONS)
def test_a_contradiction_is_refused_by_its_field(
    field: str | None, contradiction: Callable[[], object]
) -> None:
    with pytest.raises(Refused) as refusal:
        contradiction()
    assert refusal.value.field == field


def test_a_fast_van_takes_its_share_of_the_time_rounded_up() -> None:
    van = a_shift(speed_factor=1.1)
    problem = Problem((), (van,), {"car": TravelMatrix(np.array([[0, 33], [34, 0]]))})
    assert problem.travel_time(van, 0, 1) == 30
    assert problem.travel_time(van, 1, 0) == 31


def test_no_place_is_no_travel() -> None:
    problem = a_problem([])
    assert problem.travel_time(problem.shift(1), None, 5) == 0


def test_windows_are_kept_in_order() -> None:
    visit = a_visit(1, windows=(*between(50, 60), *between(10, 20)))
    assert [window.start for window in visit.windows] == [10, 50]


def test_windows_that_overlap_are_one() -> None:
    visit = a_visit(1, windows=(*between(0, 90), *between(10, 20), *between(80, 95)))
    assert visit.windows == (*between(0, 95),)


def test_a_waived_window_does_not_bind() -> None:
    visit = a_visit(1, windows=(DAY,))
    assert a_problem([visit]).windows(visit) == (DAY,)
    assert a_problem([visit], waivers=[Waiver(Rule.WINDOW, 1)]).windows(visit) == ()


def test_the_straight_line_is_nothing_at_the_same_place_and_rounded_up_elsewhere() -> None:
    here, north = Location(9.0, 45.0), Location(9.0, 46.0)
    matrix = StraightLine(base_seconds=210, seconds_per_km=108).matrix([here, here, north])
    assert matrix.durations[0, 1] == 0
    # A degree of latitude is 111.195 km on the mean sphere: 210 + 108 · 111.195 = 12219.04.
    assert matrix.durations[0, 2] == 12220
    assert matrix.durations[2, 0] == 12220
