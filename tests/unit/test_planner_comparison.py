"""What compares planners is fair: the same days, the same judge, and a table that says it."""

from __future__ import annotations

from argparse import ArgumentTypeError
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.planner.chart import chart, lines_of
from benchmarks.planner.compare import a_sort
from benchmarks.planner.days import JUDGING, TUNING, Sort, a_day
from benchmarks.planner.judging import Judged, Worth, worth
from benchmarks.planner.results import Result, Results, Trial
from benchmarks.planner.solomon import LAYOUTS, drawn, read
from benchmarks.planner.table import table
from fieldservice.errors import Refused
from fieldservice.scheduling.draft import Draft


def answer(planner: str, day: str, budget: float, cost: int, run: int = 1) -> Result:
    worth = Worth(cost, 1, cost, 3)
    return Result(Trial("9/3", day, planner, budget, run), Judged(worth, worth, 0, 1.0, 1.0))


def test_no_day_that_judges_was_ever_tuned_on() -> None:
    assert not set(TUNING) & set(JUDGING)


def test_the_same_seed_draws_the_same_day() -> None:
    sort = Sort(20, 4)
    assert a_day(sort, 1) == a_day(sort, 1)
    assert a_day(sort, 1) != a_day(sort, 2)


def test_an_equal_day_asks_for_nothing_that_others_cannot_express() -> None:
    day = a_day(Sort(60, 9, equal=True), 3)
    assert not any(visit.preferred_shifts for visit in day.visits)
    assert not any(shift.breaks or shift.overtime for shift in day.shifts)


def test_an_overfull_day_holds_more_work() -> None:
    usual, full = (a_day(Sort(60, 9, overfull=full), 3) for full in (False, True))
    work = [sum(visit.service for visit in day.visits) for day in (usual, full)]
    assert work[1] > 1.25 * work[0]


def test_what_breaks_a_rule_is_taken_out_before_it_counts_and_repaired_after() -> None:
    day = a_day(Sort(12, 3), 4)
    everything = {day.shifts[0].id: tuple(visit.id for visit in day.visits)}
    raw, repaired, broken = worth(day, everything)
    assert broken > 0
    assert raw.unserved >= broken
    assert (repaired.cost, repaired.unserved) <= (raw.cost, raw.unserved)


def test_an_answer_is_taken_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    known = answer("ours", "1", 10, 100)
    results = Results(file)
    results.keep(known)
    never = partial(pytest.fail, "taken again")
    assert Results(file).take(known.trial, never) == known


def test_the_table_compares_day_by_day_and_counts_where_ours_is_behind() -> None:
    rows = table(
        [
            *(answer("ours", "1", 10, 100), answer("ours", "2", 10, 100)),
            *(answer("VROOM", "1", 10, 200), answer("VROOM", "2", 10, 80)),
            Result(Trial("9/3", "3", "VROOM", 10, 1), None),
        ]
    ).splitlines()
    assert "| VROOM (2 of 3) | 140 |" in rows[-1]
    assert "| -12.5% | 1 of 2 |" in rows[-1]


def test_the_spread_is_that_of_one_planner_on_one_day() -> None:
    rows = table([answer("ours", "1", 10, 100), answer("ours", "1", 10, 103, run=2)])
    assert rows.splitlines()[-1].endswith("| 3.0% |")


def test_the_picture_shows_each_planner_above_the_cheapest_plan_known() -> None:
    results = [
        *(answer("ours", "1", 1, 110), answer("ours", "1", 10, 100)),
        *(answer("VROOM", "1", 1, 150), answer("VROOM", "1", 10, 120)),
    ]
    above = {name: [p.above for p in points] for name, points in lines_of(results).items()}
    assert above["ours"] == pytest.approx([0.1, 0])
    assert above["VROOM"] == pytest.approx([0.5, 0.2])
    drawing = ElementTree.fromstring(chart(results))
    assert len([one for one in drawing.iter() if one.tag.endswith("polyline")]) == 2


def test_sorts_of_days_are_written_as_people_write_them() -> None:
    assert a_sort("50/8-equal-overfull") == Sort(50, 8, equal=True, overfull=True)
    assert str(a_sort("200/30-overfull")) == "200/30 overfull"
    with pytest.raises(ArgumentTypeError):
        a_sort("many")


@pytest.mark.parametrize("kind", LAYOUTS)
def test_every_customer_after_solomons_recipe_can_be_reached(kind: str) -> None:
    problem = drawn(kind, 40, 2)
    alone = Draft(problem)
    assert all(alone.cheapest(visit) for visit in problem.visits)


SOLOMON = """C101

VEHICLE
NUMBER     CAPACITY
  2         200

CUSTOMER
CUST NO.  XCOORD.  YCOORD.  DEMAND  READY TIME  DUE DATE  SERVICE TIME

    0      40         50          0          0       1236          0
    1      43         54         10        912        967         90
"""


def test_an_original_file_is_read_in_tenths(tmp_path: Path) -> None:
    file = tmp_path / "C101.txt"
    file.write_text(SOLOMON)
    problem = read(file)
    (visit,) = problem.visits
    assert (visit.service, visit.windows[0].start, visit.delivery) == (900, 9120, (10,))
    assert int(problem.travel["car"].durations[0, 1]) == 50
    assert [shift.capacity for shift in problem.shifts] == [(200,), (200,)]


def test_another_file_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("1 2 3\n")
    with pytest.raises(Refused, match=r"notes\.txt"):
        read(file)
