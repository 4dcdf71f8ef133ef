"""What a dispatcher writes into cells, and what it means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest

from fieldservice.errors import Refused
from fieldservice.models.kinds import Kind, Language
from fieldservice.operations.imports.amounts import (
    SkillLevel,
    months_later,
    read_minutes,
    read_months,
    read_skills,
)
from fieldservice.operations.imports.cells import Cell, Unreadable, text_of
from fieldservice.operations.imports.dates import read_date, read_date_and_time
from fieldservice.operations.imports.times import Window, read_time, read_window
from fieldservice.operations.imports.weeks import Hours, read_hours, read_week
from fieldservice.operations.imports.words import (
    read_kind,
    read_language,
    read_priority,
    read_yes,
)

THE_DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-24",
        "24/11/2026",
        "24/11/26",
        "24.11.2026",
        "24-11-26",
        46350,
        46350.0,
        datetime(2026, 11, 24),  # noqa: DTZ001
        THE_DAY,
    ],
)
def test_one_day_in_many_writings(cell: Cell) -> None:
    assert read_date(cell) == THE_DAY


def test_an_hour_beside_the_day_is_kept() -> None:
    assert read_date_and_time("24/11/2026 9:30") == (THE_DAY, time(9, 30))
    typed = datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001
    assert read_date_and_time(typed) == (THE_DAY, time(9, 30))


@pytest.mark.parametrize(
    "cell",
    ["9:30", "9.30", "9h30", "9,30", "0930", "930", "9:30 h", "9:30:00", "9:30 am", 0.39583333],
)
def test_one_hour_in_many_writings(cell: Cell) -> None:
    assert read_time(cell) == time(9, 30)


@pytest.mark.parametrize(
    "cell",
    [
        "9-11",
        "9:00–11:00",
        "9h a 11h",
        "de 9 a 11",
        "entre 9 i 11",
        "09.00 - 11.00",
        "0900-1100",
        "9:00 fins 11:00",
    ],
)
def test_one_window_in_many_writings(cell: Cell) -> None:
    assert read_window(cell) == Window(time(9), time(11))


@pytest.mark.parametrize(
    "cell",
    ["90", "90 min", "90'", "1:30", "1h30", "1h 30m", "1,5 h", "1.5", time(1, 30), 90, 0.0625],
)
def test_one_duration_in_many_writings(cell: Cell) -> None:
    assert read_minutes(cell) == 90


@pytest.mark.parametrize(
    ("reading", "cell", "mend"),
    [
        (read_date, "31/11/2026", "not in the calendar"),
        (read_date, "11/24/2026", "day before the month"),
        (read_date, "demà", "not a date"),
        (read_date, "31/12/9999", "beyond any calendar"),
        (read_date, date(1, 1, 1), "beyond any calendar"),
        (read_time, "25:00", "not on the clock"),
        (read_time, "ten", "not a time"),
        (read_window, "11-9", "Ends 09:00, before it starts 11:00"),
        (read_window, "matí", "Write the hours"),
        (read_window, date(2026, 11, 9), "turned this into a date"),
        (read_window, "9-10-11", "not a window"),
        (read_minutes, "dues hores", "not a duration"),
        (read_minutes, "0", "5 minutes to 12 hours"),
        (read_kind, "Neteja", "not a kind of work"),
        (read_language, "fr", "not a language spoken here"),
        (read_priority, "aviat", "not a priority"),
        (read_yes, "potser", "neither yes nor no"),
        (read_skills, "gas:12", "Levels go from 1 to 9"),
        (read_skills, "gas:1; Gas:2", "named twice"),
        (read_week, "funday 8-17", "not a weekday"),
        (read_week, "dl-dv 8", "from when until when"),
        (text_of, Unreadable("Mend its formula."), "Mend its formula"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_mend(
    reading: Callable[[Any], object], cell: Cell, mend: str
) -> None:
    with pytest.raises(Refused, match=mend):
        reading(cell)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("Instal·lació", Kind.INSTALLATION),
        ("INSTALACIÓN", Kind.INSTALLATION),
        ("avaria", Kind.REPAIR),
        ("Javítás", Kind.REPAIR),
        ("Mantenimiento", Kind.MAINTENANCE),
        ("Revisió", Kind.INSPECTION),
        ("demo", Kind.DEMONSTRATION),
    ],
)
def test_kinds_are_known_in_four_languages(cell: str, kind: Kind) -> None:
    assert read_kind(cell) == kind


def test_words_for_priority_and_language() -> None:
    assert [read_priority(word) for word in ("urgent", "alta", "normal", "1", "55")] == [
        90,
        60,
        30,
        90,
        55,
    ]
    assert read_language("castellà") == Language.SPANISH
    assert read_language("magyar") == Language.HUNGARIAN


def test_skills_carry_level_and_expiry() -> None:
    assert read_skills("gas:2; fred:1 (31/12/2026)") == (
        SkillLevel("gas", 2),
        SkillLevel("fred", 1, date(2026, 12, 31)),
    )


def test_a_week_in_one_cell() -> None:
    week = read_week("dl-dj 8-17; dv 8:00-14:00; ds lliure")
    assert week[0] == Hours(time(8), time(17))
    assert week[4] == Hours(time(8), time(14))
    assert set(week) == {0, 1, 2, 3, 4}
    assert set(read_week("8-17")) == {0, 1, 2, 3, 4}
    assert read_hours("libre") is None


def test_warranty_months_reach_the_same_day_or_the_months_last() -> None:
    assert read_months("2 anys") == 24
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2026, 11, 24), 24) == date(2028, 11, 24)


def test_whole_numbers_lose_their_decimals() -> None:
    assert text_of(331100.0) == "331100"
