"""Chances kept when a day is published, and what became of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.cli import main
from fieldservice.config import Settings
from fieldservice.models.forecasts import Forecast
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.dispatching import publishing
from fieldservice.operations.outlook.forecasts import Calibration, calibration
from fieldservice.operations.plans.days import service_day
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW
from tests.integration.planning_day import Company, a_company, accepted

LATER = NOW + timedelta(days=3)


@pytest.fixture
def company(app: Flask, write: SessionFactory) -> Company:
    with write() as session:
        built = a_company(session, slug="andorra")
    accepted(app, write, built)
    return built


def publish(write: SessionFactory, company: Company) -> None:
    with write() as session:
        day = service_day(session, company.territory_id, company.day)
        publishing.publish(session, day, NOW, None, day.version)


def judged(read: SessionFactory, company: Company) -> Calibration:
    with read() as session:
        return calibration(session, session.get_one(Territory, company.territory_id), LATER)


def arrive(write: SessionFactory, visit_id: int, minutes_before_its_end: int) -> None:
    with write() as session:
        visit = session.get_one(Visit, visit_id)
        assert visit.told_until is not None
        visit.state = VisitState.COMPLETED
        visit.arrived_at = visit.told_until - timedelta(minutes=minutes_before_its_end)
        visit.ended_at = visit.arrived_at + timedelta(minutes=40)


def test_publishing_keeps_the_chance_of_each_promise(
    company: Company, write: SessionFactory, read: SessionFactory
) -> None:
    publish(write, company)
    publish(write, company)
    with read() as session:
        kept = session.scalars(select(Forecast)).all()
        assert {one.visit_id for one in kept} == set(company.visits)
        for one in kept:
            visit = session.get_one(Visit, one.visit_id)
            assert (one.told_from, one.told_until) == (visit.told_from, visit.told_until)
            assert 0 <= one.chance <= 1


def test_promises_are_judged_once_their_day_is_over(
    company: Company, write: SessionFactory, read: SessionFactory
) -> None:
    publish(write, company)
    kept, late, moved, _forgotten, night, refused = company.visits
    arrive(write, kept, 5)
    arrive(write, late, -1)
    arrive(write, night, -12 * 60)
    arrive(write, refused, 0)
    with write() as session:
        session.get_one(Visit, refused).state = VisitState.NO_ACCESS
        visit = session.get_one(Visit, moved)
        assert visit.told_from is not None
        assert visit.told_until is not None
        visit.told_from += timedelta(days=1)
        visit.told_until += timedelta(days=1)
    found = judged(read, company)
    assert found.reliability.count == 3
    assert found.reliability.kept == pytest.approx(2 / 3)
    assert (found.changed, found.unknown) == (1, 2)
    with read() as session:
        here = session.get_one(Territory, company.territory_id)
        assert calibration(session, here, NOW).reliability.count == 0
        assert calibration(session, here, NOW + timedelta(days=200)).reliability.count == 0


def test_the_page_is_honest_about_too_few_promises(
    client: FlaskClient, sign_in: SignIn, company: Company, write: SessionFactory
) -> None:
    sign_in(client, RoleName.DISPATCHER)
    page = client.get("/calibration").text
    assert "No promise with a chance is over yet" in page
    assert "How long visits take" in page
    publish(write, company)
    for visit_id in company.visits:
        arrive(write, visit_id, 5)
    with write() as session:
        for one in session.scalars(select(Forecast)):
            visit = session.get_one(Visit, one.visit_id)
            one.told_from -= timedelta(days=3)
            one.told_until -= timedelta(days=3)
            visit.told_from, visit.told_until = one.told_from, one.told_until
            visit.arrived_at = one.told_until
    page = client.get("/calibration").text
    assert "Too few promises are over to judge the chances" in page
    assert "Too few to say" in page
    assert "100 %" in page


def test_the_command_tells_the_same_table(
    company: Company, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("FIELDSERVICE_VAR", str(settings.var_dir))
    result = CliRunner().invoke(main, ["calibration", "--territory", "andorra"])
    assert (result.exit_code, "0 promises" in result.output) == (0, True), result.output
    assert "Too few to judge the chances." in result.output
    assert CliRunner().invoke(main, ["calibration", "--territory", "nowhere"]).exit_code == 2
