"""Times are offered only where the day's plan can keep them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from fieldservice.errors import Refused
from fieldservice.models.kinds import Kind
from fieldservice.models.technicians import Absence
from fieldservice.models.territories import ClosedDay, KindDefault
from fieldservice.operations.bookings.offers import horizon, offers, open_horizon, unopened
from fieldservice.operations.bookings.wishes import wish_for_visits
from tests.conftest import SessionFactory
from tests.factories import (
    NOW,
    TODAY,
    TOMORROW,
    a_customer,
    a_service_day,
    a_shift,
    a_skill,
    a_technician,
    a_territory,
    at,
)
from tests.integration.booking_office import (
    SECRET,
    an_office,
    an_order,
    at_hour,
    booked,
    hours,
    offered,
)


def test_a_free_day_offers_every_window_somebody_works_in(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        found = offered(session, office, an_order(session, office))
        assert hours(found, TOMORROW) == [8, 10, 12, 14]
        assert all(one.window_from <= one.planned_start <= one.window_until for one in found)


def test_no_window_is_offered_that_is_half_over_before_anybody_works(write: SessionFactory) -> None:
    with write() as session:
        early = an_office(session, works=(time(7, 30), time(16, 30)))
        assert hours(offered(session, early, an_order(session, early)), TOMORROW) == [8, 10, 12, 14]


def test_a_start_is_offered_only_if_the_work_ends_with_the_shift(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        short = an_order(session, office, duration_minutes=30)
        assert hours(offered(session, office, short), TOMORROW) == [8, 10, 12, 14, 16]


def test_nothing_is_offered_in_the_past_nor_within_the_hour(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office)
        assert hours(offered(session, office, wanted), TODAY) == [10, 12, 14]
        late = at(TODAY, 9, 1)
        assert hours(offered(session, office, wanted, late), TODAY) == [12, 14]


def test_weekends_holidays_and_closed_days_offer_nothing(write: SessionFactory) -> None:
    with write() as session:
        office = a_territory(session, offer_days=14)
        office.closed_days.append(ClosedDay(day=date(2026, 3, 12), noted_at=NOW))
        a_technician(session, office)
        open_horizon(session, office, horizon(office, NOW))
        days = {one.day for one in offered(session, office, an_order(session, office))}
        assert date(2026, 3, 12) not in days
        assert not {day for day in days if day.weekday() > 4}
        # The day of the constitution.
        constitution = date(2026, 3, 14)
        assert constitution not in days


def test_a_public_holiday_on_a_weekday_offers_nothing(write: SessionFactory) -> None:
    with write() as session:
        office = a_territory(session)
        a_technician(session, office)
        now = datetime.combine(date(2026, 4, 28), time(6), NOW.tzinfo)
        open_horizon(session, office, horizon(office, now))
        days = {one.day for one in offered(session, office, an_order(session, office), now)}
        assert date(2026, 5, 1) not in days
        assert date(2026, 4, 30) in days


def test_only_opened_days_are_offered_and_opening_names_the_missing_ones(
    write: SessionFactory,
) -> None:
    with write() as session:
        office = a_territory(session)
        a_technician(session, office)
        wanted = an_order(session, office)
        assert offered(session, office, wanted) == []
        days = horizon(office, NOW)
        assert unopened(session, office, days) == days
        open_horizon(session, office, days[:2])
        assert unopened(session, office, days) == days[2:]
        assert {one.day for one in offered(session, office, wanted)} == {TODAY, TOMORROW}


def test_an_absence_takes_its_windows_away(write: SessionFactory) -> None:
    with write() as session:
        office = a_territory(session)
        ana = a_technician(session, office)
        ana.absences.append(
            Absence(starts_at=at(TOMORROW, 8), ends_at=at(TOMORROW, 14), reason="doctor")
        )
        open_horizon(session, office, horizon(office, NOW))
        found = offered(session, office, an_order(session, office))
        assert hours(found, TOMORROW) == [14]


def test_a_skill_nobody_has_is_offered_nowhere(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        office.kinds.append(
            KindDefault(
                kind=Kind.INSTALLATION, duration_minutes=60, skill_id=a_skill(session, "gas").id
            )
        )
        session.flush()
        assert offered(session, office, an_order(session, office, kind=Kind.INSTALLATION)) == []
        assert offered(session, office, an_order(session, office)) != []


def test_only_who_has_the_skill_is_offered(write: SessionFactory) -> None:
    with write() as session:
        office = a_territory(session)
        a_technician(session, office, name="Near")
        skilled = a_technician(session, office, name="Skilled", skills=["gas"], home_lat=42.57)
        open_horizon(session, office, horizon(office, NOW))
        office.kinds.append(
            KindDefault(kind=Kind.REPAIR, duration_minutes=60, skill_id=skilled.skills[0].skill_id)
        )
        session.flush()
        found = offered(session, office, an_order(session, office))
        assert {one.technician for one in found} == {"Skilled"}


def test_what_a_customer_has_already_is_no_other_time(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office)
        free = offered(session, office, wanted)
        kept = at_hour(free, TOMORROW, 10)
        wish = wish_for_visits(booked(session, wanted, kept.token))
        others = offers(session, office, wish, NOW, SECRET)
        told = {(one.window_from, one.window_until) for one in others}
        assert told == {(one.window_from, one.window_until) for one in free if one is not kept}


def test_a_booked_visit_takes_its_room(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session, works=(time(8), time(9, 30)))
        first = an_order(session, office)
        assert hours(offered(session, office, first), TOMORROW) == [8]
        booked(session, first, at_hour(offered(session, office, first), TOMORROW, 8).token)
        second = offered(session, office, an_order(session, office))
        assert hours(second, TOMORROW) == []
        assert hours(second, TOMORROW + timedelta(days=1)) == [8]


def test_the_cheapest_times_are_those_that_add_least_driving(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        far = a_customer(session, office, lat=42.58, lon=1.65)
        there = an_order(session, office, customer_id=far.id, site_id=far.sites[0].id)
        on_friday = TOMORROW + timedelta(days=2)
        booked(session, there, at_hour(offered(session, office, there), on_friday, 10).token)
        neighbour = a_customer(session, office, lat=42.581, lon=1.651)
        beside = an_order(session, office, customer_id=neighbour.id, site_id=neighbour.sites[0].id)
        found = offered(session, office, beside)
        best = [one for one in found if one.fits_best]
        assert len(best) == 3
        assert {one.day for one in best} == {on_friday}
        other = at_hour(found, TOMORROW, 10)
        assert all(one.extra_seconds < other.extra_seconds for one in best)


def test_a_time_that_is_hardly_kept_is_offered_but_not_pointed_out(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        friday = TOMORROW + timedelta(days=2)
        far = a_customer(session, office, lat=42.58, lon=1.65)
        wide = an_order(session, office, customer_id=far.id, site_id=far.sites[0].id)
        long = replace(wide, duration_minutes=190)
        booked(session, long, at_hour(offered(session, office, long), friday, 8).token)
        beside = an_order(session, office, customer_id=far.id, site_id=far.sites[0].id)
        short = replace(beside, duration_minutes=30)
        found = offered(session, office, short)
        hardly = at_hour(found, friday, 10)
        assert hardly.planned_start > at(friday, 11, 30)
        assert hardly.expected_cost <= sorted(one.expected_cost for one in found)[2]
        assert not hardly.fits_best
        assert at_hour(found, friday, 14).fits_best


def test_no_offer_needs_overtime(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session, works=(time(8), time(10)))
        first = an_order(session, office)
        booked(session, first, at_hour(offered(session, office, first), TOMORROW, 8).token)
        found = offered(session, office, an_order(session, office))
        assert hours(found, TOMORROW) == []


def test_a_site_without_a_point_is_refused_by_name(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        nowhere = a_customer(session, office, lat=None, lon=None)
        wanted = an_order(session, office, customer_id=nowhere.id, site_id=nowhere.sites[0].id)
        with pytest.raises(Refused, match="not on the map yet") as refused:
            offered(session, office, wanted)
        assert refused.value.field == "site"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"summary": "  "}, "summary"),
        ({"duration_minutes": 4}, "duration"),
        ({"priority": 101}, "priority"),
        ({"asset_id": 4711}, "asset"),
        ({"site_id": 4711}, "site"),
    ],
)
def test_a_wrong_wish_names_its_field(
    write: SessionFactory, changes: dict[str, Any], field: str
) -> None:
    with write() as session:
        office = an_office(session)
        with pytest.raises(Refused) as refused:
            offered(session, office, an_order(session, office, **changes))
        assert refused.value.field == field


@pytest.mark.parametrize("changes_on", [date(2026, 10, 25), date(2027, 3, 28)])
def test_a_shift_in_the_night_the_clock_changes_keeps_its_windows(
    write: SessionFactory, changes_on: date
) -> None:
    with write() as session:
        office = a_territory(session, zone="Europe/Madrid", country="ES", offer_days=3)
        ana = a_technician(session, office, works=None)
        shift = a_shift(
            session,
            ana,
            changes_on,
            starts_at=at(changes_on, 0, zone="Europe/Madrid"),
            ends_at=at(changes_on, 8, zone="Europe/Madrid"),
            lunch_minutes=0,
        )
        a_service_day(session, office, changes_on, [shift])
        now = at(changes_on - timedelta(days=1), 12, zone="Europe/Madrid")
        found = offered(session, office, an_order(session, office, duration_minutes=30), now)
        assert hours(found, changes_on, "Europe/Madrid") in ([0, 2, 4, 6], [0, 3, 4, 6])
        for one in found:
            assert one.window_from <= one.planned_start <= one.window_until
