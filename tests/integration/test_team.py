"""The office keeps its team: technicians, weeks, vans, absences, activities."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.models.plans import ServiceDay, Stop, StopKind
from fieldservice.models.technicians import Absence, Activity, Shift, ShiftMember, Technician
from fieldservice.models.territories import Place, Territory
from fieldservice.models.users import RoleName
from fieldservice.operations.house.absences import AbsenceEntry, add_absence
from fieldservice.operations.house.activities import ActivityEntry, add_activity, remove_activity
from fieldservice.operations.house.team import Expiry, team, week_lines
from fieldservice.operations.house.technicians import (
    HeldSkill,
    Hours,
    TechnicianEntry,
    add_technician,
    change_technician,
    retire_technician,
)
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.plans.problems import problem_for
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, TODAY, TOMORROW, a_technician, a_territory, at
from tests.integration.road import Road, a_road

WEEK = tuple(Hours(day, time(8), time(17)) for day in range(5))
FORM = {
    "name": "Laia Font",
    "home": "42.5, 1.5",
    "phone": "331 200",
    "lunch_minutes": "0",
    "overtime_minutes": "30",
    "starts_0": "8:00",
    "ends_0": "17:00",
    "skill_0": "Gas",
    "level_0": "2",
    "expires_0": "2026-04-01",
}


def entry(name: str = "Laia Font", **changes: object) -> TechnicianEntry:
    values: dict[str, object] = {"name": name, "home": "42.5, 1.5", "week": WEEK}
    return TechnicianEntry(**{**values, **changes})  # type: ignore[arg-type]


def vans(session: Session, day: date) -> dict[str, list[str]]:
    """Who is in whose van on a day."""
    shifts = session.scalars(select(Shift).where(Shift.service_on == day))
    return {
        shift.lead.name: [member.technician.name for member in shift.members[1:]]
        for shift in shifts
    }


def test_a_new_technician_works_on_days_that_are_open_already(write: SessionFactory) -> None:
    with write() as session:
        territory = a_territory(session)
        service_day(session, territory.id, TOMORROW)
        session.add(
            Place(
                territory_id=territory.id, name="Ordino", folded_name="ordino", lat=42.55, lon=1.53
            )
        )
        technician = add_technician(
            session, NOW, None, territory, entry(home="ORDINO", phone="331 200")
        )
        assert (technician.home_lat, technician.phone) == (42.55, "+376331200")
        session.expire_all()
        assert vans(session, TOMORROW) == {"Laia Font": []}


def test_an_apprentice_rides_along_and_never_alone(write: SessionFactory) -> None:
    with write() as session:
        territory = a_territory(session)
        lead = a_technician(session, territory, name="Jordi")
        service_day(session, territory.id, TOMORROW)
        with pytest.raises(Refused, match="never works alone") as refusal:
            add_technician(session, NOW, None, territory, entry(is_trainee=True))
        assert refusal.value.field == "rides_with"
        add_technician(session, NOW, None, territory, entry(is_trainee=True, rides_with_id=lead.id))
        session.expire_all()
        assert vans(session, TOMORROW) == {"Jordi": ["Laia Font"]}
        with pytest.raises(Refused, match="rides in Jordi's van"):
            retire_technician(session, NOW, None, lead.id)


def test_an_apprentice_needs_a_van_that_drives_that_day(write: SessionFactory) -> None:
    with write() as session:
        territory = a_territory(session)
        lead = a_technician(session, territory, name="Jordi")
        week = (*WEEK, Hours(5, time(8), time(12)))
        with pytest.raises(Refused, match="Jordi's van does not drive on Saturday"):
            add_technician(session, NOW, None, territory, entry(rides_with_id=lead.id, week=week))


def test_a_technician_without_a_shift_is_refused() -> None:
    with pytest.raises(Refused, match="a technician without a shift") as refusal:
        entry(week=())
    assert refusal.value.field == "starts_0"


def test_the_end_comes_after_the_start() -> None:
    with pytest.raises(Refused, match=r"Ends 09:00, before it starts 10:00\. Change the end\."):
        Hours(0, time(10), time(9))


def test_new_hours_reach_open_days_and_name_those_with_visits(write: SessionFactory) -> None:
    with write() as session:
        road = a_road(session, TOMORROW)
        week = tuple(Hours(day, time(9), time(15)) for day in range(5))
        days = change_technician(session, NOW, None, road.technician_id, entry(week=week))
        assert days == (TOMORROW,)
        shift = session.get_one(Shift, road.shift_id)
        assert (shift.starts_at, shift.ends_at) == (at(TOMORROW, 9), at(TOMORROW, 15))


def test_who_leaves_loses_empty_shifts_and_keeps_those_with_visits(write: SessionFactory) -> None:
    with write() as session:
        road = a_road(session, TOMORROW)
        territory = session.get_one(Territory, road.territory_id)
        service_day(session, territory.id, TOMORROW + timedelta(days=1))
        assert vans(session, TOMORROW + timedelta(days=1)) != {}
        days = retire_technician(session, NOW, None, road.technician_id)
        assert days == (TOMORROW,)
        assert vans(session, TOMORROW + timedelta(days=1)) == {}
        assert vans(session, TOMORROW) != {}


def test_a_pair_can_be_parted_and_joined(write: SessionFactory) -> None:
    with write() as session:
        territory = a_territory(session)
        jordi = a_technician(session, territory, name="Jordi")
        nil = a_technician(session, territory, name="Nil")
        service_day(session, territory.id, TOMORROW)
        assert vans(session, TOMORROW) == {"Jordi": [], "Nil": []}
        change_technician(session, NOW, None, nil.id, entry("Nil", rides_with_id=jordi.id))
        session.expire_all()
        assert vans(session, TOMORROW) == {"Jordi": ["Nil"]}
        change_technician(session, NOW, None, nil.id, entry("Nil"))
        session.expire_all()
        assert vans(session, TOMORROW) == {"Jordi": [], "Nil": []}


@pytest.mark.parametrize(
    ("expires_on", "expiry"),
    [
        (None, Expiry.GOOD),
        (TODAY + timedelta(days=61), Expiry.GOOD),
        (TODAY + timedelta(days=60), Expiry.SOON),
        (TODAY, Expiry.SOON),
        (TODAY - timedelta(days=1), Expiry.OVER),
    ],
)
def test_certificates_are_flagged_before_they_run_out(
    write: SessionFactory, expires_on: date | None, expiry: Expiry
) -> None:
    with write() as session:
        territory = a_territory(session)
        skills = (HeldSkill("gas", 2, expires_on),)
        add_technician(session, NOW, None, territory, entry(skills=skills))
        (member,) = team(session, territory, NOW)
        assert member.skills[0].expiry is expiry


def test_the_week_is_told_in_few_lines(write: SessionFactory) -> None:
    with write() as session:
        week = (*WEEK[:2], *WEEK[3:], Hours(5, time(9), time(13)))
        technician = add_technician(session, NOW, None, a_territory(session), entry(week=week))
        lines = [
            (line.first, line.last, line.hours) for line in week_lines(technician.working_hours)
        ]
        assert lines == [
            (0, 1, "08:00–17:00"),
            (3, 4, "08:00–17:00"),
            (5, 5, "09:00–13:00"),
        ]


@pytest.fixture
def road(write: SessionFactory) -> Road:
    with write() as session:
        return a_road(session, TOMORROW)


def test_an_absence_in_the_middle_of_the_day_names_the_visits_it_strands(
    write: SessionFactory, road: Road
) -> None:
    away = AbsenceEntry("Doctor", TOMORROW, TOMORROW, time(11), time(13))
    with write() as session:
        before = session.get_one(ServiceDay, road.service_day_id).version
        new = add_absence(session, NOW, None, road.technician_id, away)
        # The first is over at 11:00 sharp, the third begins at 15:00.
        assert [one.visit_id for one in new.stranded] == [road.visit_ids[1]]
        day = session.get_one(ServiceDay, road.service_day_id)
        assert day.version > before
        shift = problem_for(session, day, NOW).problem.shift(road.shift_id)
        gone = [(rest.windows[0].start, rest.duration) for rest in shift.breaks]
        assert (11 * 3600, 2 * 3600) in gone


def test_a_whole_day_off_is_half_open(write: SessionFactory, road: Road) -> None:
    with write() as session:
        new = add_absence(
            session, NOW, None, road.technician_id, AbsenceEntry("Holiday", TOMORROW, TOMORROW)
        )
        assert len(new.stranded) == 3
        absence = session.get_one(Absence, new.absence_id)
        assert absence.starts_at == at(TOMORROW, 0)
        assert absence.ends_at == at(TOMORROW + timedelta(days=1), 0)
        day_after = AbsenceEntry("Holiday", TOMORROW + timedelta(days=1), date(2026, 3, 13))
        add_absence(session, NOW, None, road.technician_id, day_after)


def test_a_day_off_lasts_23_hours_when_the_clock_goes_forward(
    write: SessionFactory, road: Road
) -> None:
    night = date(2026, 3, 29)
    with write() as session:
        new = add_absence(
            session, NOW, None, road.technician_id, AbsenceEntry("Holiday", night, night)
        )
        absence = session.get_one(Absence, new.absence_id)
        assert absence.starts_at == datetime(2026, 3, 28, 23, tzinfo=UTC)
        assert absence.ends_at - absence.starts_at == timedelta(hours=23)


def test_absences_that_cannot_be_are_refused(write: SessionFactory, road: Road) -> None:
    backwards = AbsenceEntry("Doctor", TOMORROW, TOMORROW, time(10), time(9))
    holiday = AbsenceEntry("Holiday", TOMORROW, TOMORROW)
    with write() as session:
        with pytest.raises(Refused, match=r"Ends 09:00, before it starts 10:00\. Change the end\."):
            add_absence(session, NOW, None, road.technician_id, backwards)
        add_absence(session, NOW, None, road.technician_id, holiday)
        with pytest.raises(Refused, match="is absent already"):
            add_absence(session, NOW, None, road.technician_id, holiday)


def activity(
    starts: time = time(13, 30), ends: time = time(14, 30), day: date = TOMORROW
) -> ActivityEntry:
    return ActivityEntry("Training", day, starts, ends, "School", "42.51, 1.52")


def test_an_activity_stands_on_the_route_at_its_hour(write: SessionFactory, road: Road) -> None:
    with write() as session:
        made = add_activity(session, NOW, None, road.technician_id, activity())
        stop = session.scalars(select(Stop).where(Stop.kind == StopKind.ACTIVITY)).one()
        assert (stop.activity_id, stop.starts_at) == (made.id, at(TOMORROW, 13, 30))
        remove_activity(session, NOW, None, made.id)
        assert session.scalars(select(Activity)).all() == []
        left = session.scalars(select(Stop.visit_id).where(Stop.kind == StopKind.VISIT)).all()
        assert sorted(one for one in left if one) == sorted(road.visit_ids)


@pytest.mark.parametrize(
    ("starts", "ends", "day", "sentence"),
    [
        (time(10), time(9), TOMORROW, "Ends 09:00, before it starts 10:00"),
        (time(7), time(9), TOMORROW, "from 08:00 to 17:00"),
        (time(16), time(18), TOMORROW, "from 08:00 to 17:00"),
        (time(10), time(11), date(2026, 3, 15), "no shift on Sun 15 Mar"),
        (time(8), time(8, 30), TODAY, "is over"),
    ],
)
def test_activities_that_cannot_be_are_refused(
    write: SessionFactory, road: Road, starts: time, ends: time, day: date, sentence: str
) -> None:
    with write() as session, pytest.raises(Refused, match=sentence):
        add_activity(session, NOW, None, road.technician_id, activity(starts, ends, day))


def test_two_activities_at_once_are_refused(write: SessionFactory, road: Road) -> None:
    with write() as session:
        add_activity(session, NOW, None, road.technician_id, activity())
        with pytest.raises(Refused, match="Training is at that time already"):
            add_activity(session, NOW, None, road.technician_id, activity(time(14), time(15)))


@pytest.fixture
def slug(write: SessionFactory) -> str:
    with write() as session:
        return a_territory(session).slug


def test_a_technician_is_added_by_the_form(
    client: FlaskClient, sign_in: SignIn, read: SessionFactory, slug: str
) -> None:
    sign_in(client, RoleName.DISPATCHER)
    assert client.post(f"/team/{slug}/technicians/new", data=FORM).status_code == 303
    with read() as session:
        technician = session.scalars(select(Technician)).one()
        assert technician.phone == "+376331200"
        assert technician.skills[0].expires_on == date(2026, 4, 1)
    page = client.get(f"/team/{slug}").text
    assert "Gas 2 · until 1 Apr 2026" in page
    assert "Mon 08:00–17:00" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"phone": "12"}, "is not a phone number"),
        ({"home": "95, 1.5"}, "lies outside the world"),
        ({"home": "Atlantis"}, "is no municipality"),
        ({"starts_0": "", "ends_0": ""}, "a technician without a shift"),
        ({"ends_0": "07:00"}, "Ends 07:00, before it starts 08:00. Change the end."),
        ({"ends_0": ""}, "Write both, or leave both empty."),
        ({"level_0": "12"}, "Write a whole number from 1 to 9."),
        ({"name": ""}, "Name is empty."),
        ({"is_trainee": "1"}, "never works alone"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    client: FlaskClient,
    sign_in: SignIn,
    read: SessionFactory,
    slug: str,
    changes: dict[str, str],
    sentence: str,
) -> None:
    sign_in(client, RoleName.DISPATCHER)
    answer = client.post(f"/team/{slug}/technicians/new", data={**FORM, **changes})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert 'value="Gas"' in answer.text, "what was written stays"
    with read() as session:
        assert session.scalars(select(Technician)).all() == []


def test_an_absence_by_the_form_lists_who_is_stranded(
    client: FlaskClient, sign_in: SignIn, read: SessionFactory, road: Road
) -> None:
    sign_in(client, RoleName.DISPATCHER)
    with read() as session:
        slug = session.get_one(Territory, road.territory_id).slug
    form = {"reason": "Sick", "first_day": TOMORROW.isoformat()}
    path = f"/team/{slug}/technicians/{road.technician_id}"
    page = client.post(f"{path}/absences/new", data=form, follow_redirects=True).text
    assert "3 visits lose their technician: plan the day again." in page
    assert client.get(path).status_code == 200
    assert client.get(f"{path}/activities/new").status_code == 200
    with read() as session:
        absence_id = session.scalars(select(Absence.id)).one()
    assert client.post(f"/team/{slug}/absences/{absence_id}/remove").status_code == 303


def test_another_territorys_technician_is_not_here(
    client: FlaskClient, sign_in: SignIn, slug: str, road: Road
) -> None:
    sign_in(client, RoleName.DISPATCHER)
    assert client.get(f"/team/{slug}/technicians/{road.technician_id}").status_code == 404


def test_a_mates_absence_strands_nobody(write: SessionFactory, road: Road) -> None:
    with write() as session:
        mate = a_technician(session, session.get_one(Territory, road.territory_id))
        session.add(ShiftMember(shift_id=road.shift_id, technician_id=mate.id))
        session.flush()
        session.expire_all()
        new = add_absence(session, NOW, None, mate.id, AbsenceEntry("Sick", TOMORROW, TOMORROW))
        assert new.stranded == ()
