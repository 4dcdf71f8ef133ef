"""Which entered times are believed when durations are learned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fieldservice.models.kinds import Kind
from fieldservice.operations.outlook.history import Finished, drives_of, works_of
from fieldservice.scheduling.outlook.learning import Drive, Work
from tests.factories import TODAY, at

TEN = at(TODAY, 10)
DONE = Finished(
    kind=Kind.REPAIR,
    product_id=7,
    technician_id=3,
    shift_id=1,
    day=TODAY,
    shift_ends_at=at(TODAY, 17),
    minutes=60,
    drive_seconds=600,
    en_route_at=TEN - timedelta(minutes=12),
    arrived_at=TEN,
    ended_at=TEN + timedelta(minutes=45),
)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_a_finished_visit_teaches_of_its_work_and_its_drive() -> None:
    assert works_of([DONE]) == [Work("repair", 7, 3, 3600, 2700)]
    assert drives_of([DONE]) == [Drive(TODAY.toordinal(), 600, 720)]


@pytest.mark.parametrize(
    "changes",
    [
        {"ended_at": TEN},
        {"ended_at": TEN - minutes(5)},
        {"ended_at": TEN + minutes(1.5)},
        {"ended_at": TEN + timedelta(days=1, seconds=1), "shift_ends_at": TEN + timedelta(days=1)},
        {"minutes": 0},
        {"minutes": 3, "ended_at": TEN + minutes(45)},
        {"ended_at": at(TODAY, 20, 30)},
    ],
    ids=[
        "same second",
        "backwards",
        "at once",
        "over a day",
        "nothing planned",
        "tenfold",
        "night",
    ],
)
def test_work_that_cannot_have_taken_so_long_teaches_nothing(changes: dict[str, Any]) -> None:
    assert works_of([replace(DONE, **changes)]) == []


def test_short_work_may_end_at_once() -> None:
    assert works_of([replace(DONE, minutes=10, ended_at=TEN + minutes(1.5))])


@pytest.mark.parametrize(
    "changes",
    [
        {"en_route_at": None},
        {"en_route_at": TEN},
        {"en_route_at": TEN + minutes(5)},
        {"en_route_at": TEN - minutes(2)},
        {"en_route_at": TEN - minutes(55)},
        {"drive_seconds": 0},
    ],
    ids=["unknown", "same second", "backwards", "flying", "with a stop on the way", "same house"],
)
def test_a_drive_that_cannot_have_taken_so_long_teaches_nothing(changes: dict[str, Any]) -> None:
    one = replace(DONE, **changes)
    assert (drives_of([one]), len(works_of([one]))) == ([], 1)


def test_visits_written_up_one_behind_the_other_teach_nothing() -> None:
    later = TEN + minutes(45)
    next_one = replace(
        DONE, arrived_at=later + timedelta(seconds=20), ended_at=later + minutes(30), product_id=8
    )
    assert [one.product_id for one in works_of([DONE, next_one])] == [7]
    next_door = replace(next_one, drive_seconds=0)
    assert [one.product_id for one in works_of([DONE, next_door])] == [7, 8]
    elsewhere = replace(next_one, shift_id=2)
    assert [one.product_id for one in works_of([DONE, elsewhere])] == [7, 8]
