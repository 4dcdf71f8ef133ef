"""The dispatcher's day page: what it shows, and each deed as a form."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.cli import main
from fieldservice.config import Settings
from fieldservice.jobs.planning import plan_next
from fieldservice.models.plans import (
    MoveState,
    PlanRun,
    PlanRunState,
    Route,
    ServiceDay,
    Stop,
    Waiver,
)
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit
from fieldservice.operations.dispatching import dispatch
from fieldservice.operations.dispatching.route_sheet import harmless
from fieldservice.operations.plans.days import service_day
from tests.conftest import SessionFactory, SignIn
from tests.factories import TODAY, TOMORROW, a_customer, a_territory, a_visit, a_work_order
from tests.integration.planning_day import Company, a_booked_visit, a_company, accepted, quickly
from tests.integration.test_dispatch import other_shift, stop


@pytest.fixture
def dispatcher(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, RoleName.DISPATCHER)
    return client


@pytest.fixture
def company(app: Flask, write: SessionFactory) -> Company:
    with write() as session:
        built = a_company(session, slug="andorra")
    accepted(app, write, built)
    return built


DAY = f"/day/andorra/{TOMORROW}"


def test_the_day_opens_with_the_next_step_where_nothing_is_there(
    dispatcher: FlaskClient, write: SessionFactory
) -> None:
    assert "There is no territory yet" in dispatcher.get("/day").text
    with write() as session:
        a_territory(session, slug="andorra")
    assert dispatcher.get("/day").location == f"/day/andorra/{TODAY}"
    assert "Nobody has a shift on this day" in dispatcher.get(DAY).text
    with write() as session:
        a_company(session, slug="encamp", visits=0)
    assert "No visit is booked for this day" in dispatcher.get(f"/day/encamp/{TOMORROW}").text


def test_a_day_far_away_is_shown_and_not_opened(
    dispatcher: FlaskClient, company: Company, write: SessionFactory
) -> None:
    assert dispatcher.get("/day/andorra/2027-11-24").status_code == 200
    assert dispatcher.get("/day/andorra/2025-11-24").status_code == 200
    with write() as session:
        assert set(session.scalars(select(ServiceDay.day))) == {TOMORROW}
    answer = dispatcher.get("/day/andorra/tomorrow")
    assert answer.status_code == 404
    assert "Write it as 2026-11-24" in answer.text


def test_every_stop_is_on_the_page_with_its_time(
    dispatcher: FlaskClient, company: Company, write: SessionFactory
) -> None:
    page = dispatcher.get(DAY).text
    for number in range(6):
        assert f">Client {number}</a>" in page
    assert page.count("stop stop-tentative") == 6
    assert "10–12" in page


def test_the_driving_of_the_day_is_summed_before_it_is_rounded(
    dispatcher: FlaskClient, company: Company, write: SessionFactory
) -> None:
    with write() as session:
        routes = session.scalars(select(Route)).all()
        for route in routes:
            route.travel_seconds = 100
    assert len(routes) == 2
    assert "<dt>Driving</dt><dd>3 min</dd>" in dispatcher.get(DAY).text


def test_a_plan_is_asked_for_followed_and_accepted_on_the_page(
    dispatcher: FlaskClient, app: Flask, write: SessionFactory
) -> None:
    with write() as session:
        a_company(session, slug="andorra")
    assert dispatcher.post(f"{DAY}/plan", data={"seconds": "5"}).status_code == 303
    assert "Waiting for the planner" in dispatcher.get(DAY).text
    waiting = dispatcher.get(f"{DAY}/run")
    assert "hx-trigger" in waiting.text
    assert "HX-Refresh" not in waiting.headers
    with app.app_context():
        run_id = plan_next(solver=quickly)
    assert dispatcher.get(f"{DAY}/run").headers["HX-Refresh"] == "true"
    assert "A better plan is ready: 6 moves" in dispatcher.get(DAY).text
    assert "Client 3" in dispatcher.get(f"{DAY}/proposal").text
    dispatcher.post(f"{DAY}/runs/{run_id}/accept")
    assert dispatcher.get(DAY).text.count("stop stop-tentative") == 6


def test_moves_are_accepted_and_refused_one_by_one(
    dispatcher: FlaskClient, app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        a_company(session, slug="andorra")
    dispatcher.post(f"{DAY}/plan", data={"seconds": "5"})
    with app.app_context():
        run_id = plan_next(solver=quickly)
    with read() as session:
        first, second, *_ = (move.id for move in session.get_one(PlanRun, run_id).moves)
    dispatcher.post(f"{DAY}/runs/{run_id}/moves/{first}/accept")
    dispatcher.post(f"{DAY}/runs/{run_id}/moves/{second}/refuse")
    with read() as session:
        states = {move.id: move.state for move in session.get_one(PlanRun, run_id).moves}
        assert states[first] is MoveState.ACCEPTED
        assert states[second] is MoveState.REFUSED
    dispatcher.post(f"{DAY}/runs/{run_id}/refuse")
    with read() as session:
        assert session.get_one(PlanRun, run_id).state is PlanRunState.SUPERSEDED


def test_a_waiting_plan_is_called_off(
    dispatcher: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        a_company(session, slug="andorra")
    dispatcher.post(f"{DAY}/plan", data={"seconds": "5"})
    with read() as session:
        run_id = session.scalars(select(PlanRun.id)).one()
    dispatcher.post(f"{DAY}/runs/{run_id}/stop")
    with read() as session:
        assert session.get_one(PlanRun, run_id).state is PlanRunState.SUPERSEDED


@pytest.mark.parametrize(
    ("seconds", "words"), [("0", "between 1 and 600"), ("soon", "as a whole number")]
)
def test_an_odd_budget_is_refused(
    dispatcher: FlaskClient, write: SessionFactory, seconds: str, words: str
) -> None:
    with write() as session:
        a_company(session, slug="andorra")
    answer = dispatcher.post(f"{DAY}/plan", data={"seconds": seconds})
    assert answer.status_code == 400
    assert words in answer.text


def test_one_visit_is_shown_beside_the_day(dispatcher: FlaskClient, company: Company) -> None:
    page = dispatcher.get(f"{DAY}?visit={company.visits[0]}").text
    assert 'id="place"' in page
    assert "The boiler does not heat." in page
    alone = dispatcher.get(f"{DAY}/visits/{company.visits[0]}")
    assert "<html" not in alone.text
    assert dispatcher.get(f"{DAY}/visits/999").status_code == 404
    assert dispatcher.get(f"{DAY}?visit=999").status_code == 200


def test_a_move_that_breaks_a_rule_asks_first(
    dispatcher: FlaskClient, company: Company, write: SessionFactory, read: SessionFactory
) -> None:
    first, last = company.visits[0], company.visits[-1]
    with read() as session:
        place = f"{stop(session, last).route.shift_id}:{last}"
    asked = dispatcher.post(f"{DAY}/visits/{first}/move", data={"place": place})
    assert asked.status_code == 409
    assert "Outside the promised window" in asked.text
    assert f'value="{place}"' in asked.text
    form = {"place": place, "waive": "1", "reason": "She agreed"}
    assert dispatcher.post(f"{DAY}/visits/{first}/move", data=form).status_code == 303
    with read() as session:
        assert session.scalars(select(Waiver.reason)).first() == "She agreed"
        assert stop(session, first).pinned
    page = dispatcher.get(f"{DAY}?visit={first}").text
    assert "She agreed" in page
    assert "Waived" in page


def test_a_stale_form_is_told_apart(
    dispatcher: FlaskClient, company: Company, write: SessionFactory
) -> None:
    visit_id = company.visits[0]
    with write() as session:
        seen = dispatch.stamp(session.get_one(Visit, visit_id), stop(session, visit_id))
    url = f"{DAY}/visits/{visit_id}"
    assert dispatcher.post(f"{url}/pin", data={"seen": seen}).status_code == 303
    again = dispatcher.post(f"{url}/unassign", data={"seen": seen})
    assert again.status_code == 409
    assert "Somebody else changed this visit" in again.text


def test_each_deed_on_a_visit_leads_back_to_the_day(
    dispatcher: FlaskClient, company: Company, write: SessionFactory
) -> None:
    visit_id = company.visits[0]
    for deed in ("pin", "unpin", "unassign", "assign"):
        answer = dispatcher.post(f"{DAY}/visits/{visit_id}/{deed}")
        assert answer.location == f"{DAY}?visit={visit_id}", deed
    refused = dispatcher.post(f"{DAY}/visits/{visit_id}/backlog")
    assert refused.status_code == 400
    assert "was promised a time" in refused.text
    with write() as session:
        waiting = a_booked_visit(session, company.territory_id, 6, day=None)
    assert "Client 6" in dispatcher.get(DAY).text
    dispatcher.post(f"{DAY}/add/{waiting}")
    assert dispatcher.post(f"{DAY}/visits/{waiting}/backlog").status_code == 303
    assert dispatcher.post(f"{DAY}/settle").status_code == 303
    assert dispatcher.post(f"{DAY}/visits/{visit_id}/move", data={"place": "x"}).status_code == 400


def test_publishing_shows_first_what_it_does_and_can_be_taken_back(
    dispatcher: FlaskClient, company: Company, write: SessionFactory
) -> None:
    preview = dispatcher.get(f"{DAY}/publish").text
    assert "routes are given out" in preview or "route is given out" in preview
    assert "nobody is told anything · " in preview
    found = re.search(r'name="version" value="(\d+)"', preview)
    assert found
    old = str(int(found[1]) - 1)
    assert dispatcher.post(f"{DAY}/publish", data={"version": old}).status_code == 409
    assert dispatcher.post(f"{DAY}/publish", data={"version": found[1]}).status_code == 303
    page = dispatcher.get(DAY).text
    assert page.count("stop stop-committed") == 6
    assert "you can take it back" in page
    dispatcher.post(f"{DAY}/unpublish")
    assert dispatcher.get(DAY).text.count("stop stop-tentative") == 6


def test_an_unseen_change_shows_on_its_row(
    dispatcher: FlaskClient, company: Company, write: SessionFactory
) -> None:
    dispatcher.post(f"{DAY}/publish")
    visit_id = company.visits[0]
    with write() as session:
        goal = other_shift(session, visit_id)
    form = {"place": str(goal), "waive": "1"}
    dispatcher.post(f"{DAY}/visits/{visit_id}/move", data=form)
    assert "an older plan" in dispatcher.get(DAY).text
    dispatcher.post(f"{DAY}/publish")
    assert dispatcher.get(DAY).text.count("Has not seen the change yet") == 2


def test_the_route_sheet_and_the_spreadsheet_hold_the_day(
    dispatcher: FlaskClient, company: Company, write: SessionFactory
) -> None:
    with write() as session:
        shift_id = stop(session, company.visits[0]).route.shift_id
        session.get_one(Visit, company.visits[0]).work_order.customer.name = "=1+1"
    sheet = dispatcher.get(f"{DAY}/routes/{shift_id}")
    assert "Carrer Major" in sheet.text
    assert re.search(r"\+376 \d{3} \d{3}<", sheet.text)
    assert dispatcher.get(f"{DAY}/routes/999").status_code == 404
    rows = dispatcher.get(f"{DAY}/day.csv")
    assert rows.headers["Content-Disposition"] == f'attachment; filename="andorra-{TOMORROW}.csv"'
    assert rows.text.count("Client") == 5
    assert "'=1+1" in rows.text


@pytest.mark.parametrize("cell", ["=1", "+376", "-1", "@x", "\tx"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("Puig") == "Puig"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (";=1+1;", ";'=1+1;"),
        ('Puig; "=1+1"', 'Puig; "\'=1+1"'),
        ("two\n@lines", "two\n'@lines"),
        ("＝1+1", "'＝1+1"),
        (" ＋376", " '＋376"),
        ("；a－b", "；a－b"),
        ("Puig; Carrer 3-5", "Puig; Carrer 3-5"),
    ],
)
def test_no_cell_is_run_wherever_a_spreadsheet_divides_the_line(cell: str, text: str) -> None:
    assert harmless(cell) == text


def test_a_name_is_never_markup(dispatcher: FlaskClient, write: SessionFactory) -> None:
    with write() as session:
        territory = a_territory(session, slug="andorra")
        customer = a_customer(session, territory, name="<script>alert(1)</script>")
        a_visit(session, a_work_order(session, customer))
        service_day(session, territory.id, TOMORROW)
    page = dispatcher.get(DAY).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_command_plans_accepts_and_publishes(
    app: Flask,
    settings: Settings,
    write: SessionFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("FIELDSERVICE_VAR", str(settings.var_dir))
    with write() as session:
        a_company(session, visits=3, slug="andorra")
    day = ["plan", "--territory", "andorra", "--date", str(TOMORROW), "--seconds", "1"]
    answer = CliRunner().invoke(main, [*day, "--publish"])
    assert answer.exit_code == 0, answer.output
    assert "Accepted: 3 moves" in answer.output
    assert "Tec 0" in answer.output or "Tec 1" in answer.output
    assert "Published:" in answer.output
    empty = CliRunner().invoke(main, ["plan", "--territory", "andorra", "--date", "2026-03-12"])
    assert empty.exit_code == 2
    assert "There is nothing to plan on Thu 12 Mar 2026" in empty.output
    odd = CliRunner().invoke(main, ["plan", "--territory", "andorra", "--date", "12/3"])
    assert "write it as 2026-11-24" in odd.output
    unknown = CliRunner().invoke(main, ["plan", "--territory", "x", "--date", "2026-03-12"])
    assert "Known: andorra" in unknown.output


def test_a_promise_at_risk_is_amber_and_says_on_how_many_days_it_is_kept(
    dispatcher: FlaskClient, company: Company, write: SessionFactory
) -> None:
    quiet = dispatcher.get(DAY).text
    with write() as session:
        on_route = session.scalars(
            select(Visit).join(Stop, Stop.visit_id == Visit.id).where(Visit.id.in_(company.visits))
        ).all()
        for visit in on_route:
            stop_of = session.scalars(select(Stop).where(Stop.visit_id == visit.id)).one()
            visit.told_until = stop_of.starts_at + timedelta(seconds=1)
        one = on_route[-1].id
    amber = dispatcher.get(DAY).text
    assert amber.count("stop-at_risk") > quiet.count("stop-at_risk")
    assert "<dt>At risk</dt>" in quiet
    panel = dispatcher.get(f"{DAY}/visits/{one}").text
    assert "of 10 such days" in panel
    assert "the customer was told until" in panel
