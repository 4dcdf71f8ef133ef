"""Time zones: nights that skip an hour, nights that repeat one, and polite hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fieldservice import clock
from fieldservice.errors import Refused

# zone, the night that skips, the wall time skipped, the night that repeats, the wall time doubled
CHANGES = [
    ("Europe/Andorra", date(2026, 3, 29), time(2, 30), date(2026, 10, 25), time(2, 30)),
    ("America/New_York", date(2026, 3, 8), time(2, 15), date(2026, 11, 1), time(1, 15)),
    ("Australia/Sydney", date(2026, 10, 4), time(2, 59), date(2026, 4, 5), time(2, 0)),
    ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), date(2026, 4, 5), time(1, 45)),
    ("Africa/Cairo", date(2026, 4, 24), time(0, 30), date(2026, 10, 29), time(23, 30)),
]
ZONES = [change[0] for change in CHANGES] + ["Asia/Kathmandu", "UTC", "America/St_Johns"]
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(("zone", "skips", "wall", "_repeats", "_doubled"), CHANGES)
def test_a_skipped_wall_time_is_the_first_moment_after_the_gap(
    zone: str, skips: date, wall: time, _repeats: date, _doubled: time
) -> None:
    moment = clock.instant(skips, wall, zone)
    just_before = moment - timedelta(seconds=1)
    assert clock.wall(moment, zone).time() > wall
    assert clock.wall(just_before, zone).time() < wall or wall < time(1)
    jump = clock.wall(moment, zone).utcoffset(), clock.wall(just_before, zone).utcoffset()
    assert jump[0] != jump[1], "the clocks change exactly then"


@pytest.mark.parametrize(("zone", "_skips", "_wall", "repeats", "doubled"), CHANGES)
def test_a_doubled_wall_time_is_its_first_occurrence(
    zone: str, _skips: date, _wall: time, repeats: date, doubled: time
) -> None:
    moment = clock.instant(repeats, doubled, zone)
    again = datetime.combine(repeats, doubled.replace(fold=1), ZoneInfo(zone)).astimezone(UTC)
    assert clock.wall(moment, zone).replace(tzinfo=None) == datetime.combine(repeats, doubled)
    assert moment < again


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Andorra", date(2026, 3, 29), 23),
        ("Europe/Andorra", date(2026, 10, 25), 25),
        ("Europe/Andorra", date(2026, 3, 10), 24),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Africa/Cairo", date(2026, 4, 24), 23),
        ("Africa/Cairo", date(2026, 10, 29), 25),
        ("Asia/Kathmandu", date(2026, 3, 29), 24),
    ],
)
def test_a_day_has_as_many_hours_as_its_zone_gives_it(zone: str, day: date, hours: float) -> None:
    start, end = clock.day_span(day, zone)
    assert (end - start) / timedelta(hours=1) == hours
    assert clock.local_day(start, zone) == day
    assert clock.local_day(end - timedelta(seconds=1), zone) == day
    assert clock.local_day(end, zone) == day + timedelta(days=1)


@given(DAYS, st.sampled_from(ZONES))
@example(date(2026, 3, 29), "Europe/Andorra")
@example(date(2026, 4, 24), "Africa/Cairo")
def test_days_follow_each_other_without_a_gap(day: date, zone: str) -> None:
    start, end = clock.day_span(day, zone)
    assert timedelta(hours=22) < end - start < timedelta(hours=26)
    assert clock.day_span(day + timedelta(days=1), zone)[0] == end


@given(DAYS, st.times().filter(lambda wall: wall.microsecond == 0), st.sampled_from(ZONES))
def test_a_wall_time_comes_back_as_it_was_written_or_later(
    day: date, wall: time, zone: str
) -> None:
    shown = clock.wall(clock.instant(day, wall, zone), zone).replace(tzinfo=None)
    written = datetime.combine(day, wall)
    assert written <= shown <= written + timedelta(hours=1)


def test_the_same_wall_time_a_day_earlier_is_23_hours_over_the_spring_night() -> None:
    told = clock.instant(date(2026, 3, 29), time(10), "Europe/Andorra")
    before = clock.same_wall_time(told, -1, "Europe/Andorra")
    assert told - before == timedelta(hours=23)
    assert clock.wall(before, "Europe/Andorra").time() == time(10)


@pytest.mark.parametrize("name", ["", "Andorra", "../etc/passwd", "Europe/Atlantis", "/UTC", "\0"])
def test_an_unknown_zone_is_refused_with_how_to_write_one(name: str) -> None:
    with pytest.raises(Refused, match="Continent/City") as refusal:
        clock.zone(name)
    assert refusal.value.field == "zone"


@pytest.mark.parametrize(
    ("wall", "polite"),
    [(time(7, 59), False), (time(8), True), (time(20, 59), True), (time(21), False)],
)
def test_texts_go_out_from_eight_to_nine_in_the_evening(wall: time, polite: bool) -> None:
    moment = clock.instant(date(2026, 3, 10), wall, "Europe/Andorra")
    assert clock.may_text(moment, "Europe/Andorra") is polite


def test_a_text_too_early_waits_for_eight_and_one_too_late_for_the_next_morning() -> None:
    zone, day = "Europe/Andorra", date(2026, 3, 28)
    early, late = clock.instant(day, time(6), zone), clock.instant(day, time(22), zone)
    assert clock.next_texting(early, zone) == clock.instant(day, time(8), zone)
    # the night between skips an hour; it is still eight on the wall
    assert clock.wall(clock.next_texting(late, zone), zone).time() == time(8)


@pytest.mark.parametrize(
    ("day", "wall", "waits_for"),
    [
        (date(2026, 3, 10), time(9), date(2026, 3, 10)),
        (date(2026, 3, 10), time(20), date(2026, 3, 11)),
        (date(2026, 3, 13), time(21), date(2026, 3, 16)),
        (date(2026, 3, 15), time(12), date(2026, 3, 16)),
    ],
    ids=["too early", "too late", "then a holiday and a Sunday", "on a Sunday"],
)
def test_a_call_waits_for_ten_on_a_working_day(day: date, wall: time, waits_for: date) -> None:
    zone = "Europe/Andorra"
    moment = clock.instant(day, wall, zone)
    assert not clock.may_call(moment, zone, "AD")
    assert clock.next_calling(moment, zone, "AD") == clock.instant(waits_for, time(10), zone)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_the_next_polite_moment_is_polite_and_not_earlier(naive: datetime, zone: str) -> None:
    moment = naive.replace(tzinfo=UTC)
    for following, polite in (
        (clock.next_texting(moment, zone), clock.may_text),
        (clock.next_calling(moment, zone, "AD"), lambda m, z: clock.may_call(m, z, "AD")),
    ):
        assert following >= moment
        assert polite(following, zone)


def test_a_business_day_is_neither_weekend_nor_holiday() -> None:
    assert clock.next_business_day(date(2026, 3, 12), "AD") == date(2026, 3, 13)
    assert clock.next_business_day(date(2026, 9, 7), "AD") == date(2026, 9, 9), "Meritxell"
    assert not clock.is_holiday(date(2026, 12, 25), "ZZ"), "a country nobody lists never rests"


def test_the_clock_can_live_elsewhere_in_time() -> None:
    real = clock.now()
    clock.shift_clock(timedelta(days=3))
    try:
        assert timedelta(days=3) <= clock.now() - real < timedelta(days=3, seconds=5)
    finally:
        clock.shift_clock(timedelta())
