"""The page on which a dispatcher says what went wrong today, and what follows from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from fieldservice.jobs.planning import plan_next
from fieldservice.models.disruptions import Disruption
from fieldservice.models.plans import PlanRun, PlanRunState
from fieldservice.models.technicians import Absence, Shift
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.plans import planning
from fieldservice.operations.plans.days import service_day
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, TODAY, TOMORROW
from tests.integration.planning_day import Company, a_booked_visit, a_company, accepted, quickly

DAY = f"/day/andorra/{TODAY}"


@pytest.fixture
def dispatcher(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, RoleName.DISPATCHER)
    return client


@pytest.fixture
def company(app: Flask, write: SessionFactory) -> Company:
    with write() as session:
        built = a_company(session, slug="andorra", day=TODAY)
    accepted(app, write, built)
    return built


def shift_of(write: SessionFactory, company: Company, technician: int = 0) -> int:
    with write() as session:
        day = service_day(session, company.territory_id, TODAY)
        who = company.technicians[technician]
        return next(one.shift_id for one in day.routes if one.shift.lead.id == who)


def call_off(write: SessionFactory) -> None:
    """The waiting run, so that the next one may be asked for."""
    with write() as session:
        for run in session.scalars(select(PlanRun)):
            if run.state is PlanRunState.QUEUED:
                planning.ask_to_stop(session, run, NOW, None)


def test_somebody_ill_is_said_repaired_reviewed_accepted_and_published(
    dispatcher: FlaskClient, app: Flask, write: SessionFactory, company: Company
) -> None:
    assert f"{DAY}/repair" in dispatcher.get(DAY).text
    shift_id = shift_of(write, company)
    said = dispatcher.post(f"{DAY}/repair", data={"what": "ill", "shift": shift_id, "freeze": "0"})
    assert said.location == DAY
    with app.app_context():
        run_id = plan_next(solver=quickly)
    page = dispatcher.get(DAY).text
    assert "A repair is ready" in page
    assert "away from 08:30: ill" in page
    review = dispatcher.get(f"{DAY}/proposal").text
    assert "nobody there" in review
    assert "A repair of" in review
    accepted_ = dispatcher.post(f"{DAY}/runs/{run_id}/accept")
    assert accepted_.location == f"{DAY}/publish"
    assert dispatcher.get(f"{DAY}/publish").status_code == 200
    assert "Tec 0</option>" not in dispatcher.get(f"{DAY}/repair").text


def test_after_the_last_shift_the_day_says_it_is_over_and_is_neither_planned_nor_repaired(
    dispatcher: FlaskClient, write: SessionFactory, company: Company, time_machine: Any
) -> None:
    with write() as session:
        ends = session.scalars(select(func.max(Shift.ends_at))).one()
        session.execute(update(Shift).where(Shift.ends_at == ends).values(overtime_minutes=30))
    last = ends + timedelta(minutes=30)
    time_machine.move_to(last - timedelta(minutes=1), tick=False)
    page = dispatcher.get(DAY).text
    assert "Plan this day" in page
    assert f"{DAY}/repair" in page
    time_machine.move_to(last, tick=False)
    page = dispatcher.get(DAY).text
    assert "This day is over." in page
    assert "Plan this day" not in page
    assert f"{DAY}/repair" not in page
    assert dispatcher.get(f"{DAY}/repair").status_code == 400
    for deed in (f"{DAY}/plan", f"{DAY}/repair"):
        answer = dispatcher.post(deed, data={"seconds": "10", "what": "early", "freeze": "0"})
        assert answer.status_code == 400
        assert "is over. Choose a later day." in answer.text
    with write() as session:
        assert {run.state for run in session.scalars(select(PlanRun))} == {PlanRunState.ACCEPTED}


def test_each_trouble_has_its_short_form(
    dispatcher: FlaskClient, write: SessionFactory, company: Company
) -> None:
    shift_id = shift_of(write, company)
    with write() as session:
        urgent = a_booked_visit(session, company.territory_id, 6, day=None, told=None)
        session.get_one(Visit, urgent).state = VisitState.REQUESTED
    forms: dict[str, dict[str, object]] = {
        "late": {"shift": shift_id, "minutes": "40"},
        "snow": {"percent": "150", "municipality": ""},
        "early": {},
        "emergency": {"visit": urgent},
        "leaves": {"shift": shift_id, "leaves": "15:00"},
        "van": {"shift": shift_of(write, company, 1), "back": "13:00"},
    }
    for what, fields in forms.items():
        assert f'name="what" value="{what}"' in dispatcher.get(f"{DAY}/repair?what={what}").text
        form = {"what": what, "freeze": "30", "changes": "3", **fields}
        answer = dispatcher.post(f"{DAY}/repair", data=form)
        assert answer.status_code == 303, what
        assert "Waiting for the planner" in dispatcher.get(DAY).text, what
        call_off(write)
    with write() as session:
        assert len(session.scalars(select(Absence)).all()) == 2
        kinds = {one.kind.value: one.id for one in session.scalars(select(Disruption))}
        assert kinds.keys() == {"delayed", "snow"}
        assert session.get_one(Visit, urgent).service_on == TODAY
    page = dispatcher.get(f"{DAY}/repair").text
    assert "Driving takes 150 % everywhere" in page
    assert "Tec 0 is free at" in page
    dispatcher.post(f"{DAY}/repair/{kinds['snow']}/over")
    assert "Driving takes 150 %" not in dispatcher.get(f"{DAY}/repair").text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"what": "flood"}, "Choose what happened"),
        ({"what": "ill", "shift": "x"}, "Choose a technician"),
        ({"what": "late", "shift": "1", "minutes": "soon"}, "Minutes late"),
        ({"what": "leaves", "shift": "1", "leaves": "noonish"}, "Leaves at"),
        ({"what": "emergency", "visit": ""}, "cannot wait"),
        ({"what": "early", "freeze": "9999"}, "Keep the stops"),
    ],
)
def test_odd_answers_are_refused_beside_their_form(
    dispatcher: FlaskClient, company: Company, form: dict[str, str], words: str
) -> None:
    answer = dispatcher.post(f"{DAY}/repair", data={"freeze": "30", **form})
    assert answer.status_code == 400
    assert words in answer.text


def test_a_second_repair_waits_for_the_first_and_writes_nothing(
    dispatcher: FlaskClient, write: SessionFactory, company: Company
) -> None:
    form = {"what": "late", "shift": shift_of(write, company), "minutes": "30", "freeze": "30"}
    dispatcher.post(f"{DAY}/repair", data={"what": "early", "freeze": "30"})
    assert dispatcher.post(f"{DAY}/repair", data=form).status_code == 303
    assert "planned already" in dispatcher.get(DAY).text
    with write() as session:
        assert not session.scalars(select(Disruption)).all()


def test_another_day_is_planned_not_repaired(
    dispatcher: FlaskClient, write: SessionFactory, company: Company
) -> None:
    with write() as session:
        service_day(session, company.territory_id, TOMORROW)
    other = f"/day/andorra/{TOMORROW}"
    assert "Repair the day" not in dispatcher.get(other).text
    assert "Only today can be repaired" in dispatcher.get(f"{other}/repair").text
