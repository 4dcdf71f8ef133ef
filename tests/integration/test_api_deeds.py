"""What programs do over the API: ask for times, book, move, plan, publish, follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from fieldservice.config import Settings
from fieldservice.jobs.planning import plan_next
from fieldservice.jobs.webhooks import webhook_room
from fieldservice.models.api import ApiAnswer, Scope
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message
from fieldservice.models.surveys import SurveyResponse
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder
from fieldservice.operations.events.telling import tell_due
from tests.conftest import SessionFactory
from tests.factories import (
    NOW,
    TOMORROW,
    a_customer,
    a_message,
    a_technician,
    a_territory,
    a_visit,
    a_work_order,
)
from tests.integration.planning_day import a_company
from tests.integration.program import Program as Asks
from tests.integration.program import a_program
from tests.receiver import Receiver


class Program:
    """A program that says what it expects, and is told by the test where that fails."""

    def __init__(self, asks: Asks) -> None:
        self.asks = asks

    def ask(
        self, method: str, path: str, body: Any = None, key: str | None = None, **query: Any
    ) -> TestResponse:
        """One request."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.asks.ask(method, path, json=body, headers=headers, query_string=query)

    def get(self, path: str, **query: Any) -> Any:
        """What is there, which must be."""
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, path: str, body: Any = None, expect: int = 200, key: str | None = None) -> Any:
        """What a deed is answered, with the status it must have."""
        answer = self.ask("POST", path, body if body is not None else {}, key)
        assert answer.status_code == expect, answer.text
        return answer.get_json(force=True)


@pytest.fixture
def program(app: Flask, write: SessionFactory) -> Program:
    """An admin's program that may do everything."""
    return Program(a_program(app, write, role=RoleName.ADMIN))


@pytest.fixture
def site_id(write: SessionFactory) -> int:
    """A site in a territory with one technician."""
    with write() as session:
        territory = a_territory(session)
        a_technician(session, territory)
        return a_customer(session, territory).sites[0].id


def offered(program: Program, **wanted: Any) -> list[dict[str, Any]]:
    """The offers for it, in order of time."""
    found = program.post("/offers", wanted)["offers"]
    return sorted(found, key=lambda one: str(one["window_from"]))


def booking(site_id: int, offer: str, **more: Any) -> dict[str, Any]:
    """A repair at that site in the offered window."""
    return {"offer": offer, "site_id": site_id, "kind": "repair", "summary": "It drips.", **more}


def test_a_window_is_offered_priced_and_booked(program: Program, site_id: int) -> None:
    first = offered(program, site_id=site_id, kind="repair")[0]
    assert first["window_from"] < first["window_until"]
    assert first["extra_seconds"] >= 0
    booked = program.post("/bookings", booking(site_id, first["offer"]), 201)
    (visit,) = booked["visits"]
    assert visit["state"] == "booked"
    assert visit["told_from"] == first["window_from"]
    assert visit["planned"]["starts_at"] == first["planned_start"]
    assert program.get(f"/visits/{visit['id']}") == visit


def test_the_same_booking_sent_twice_with_a_key_is_made_once(
    program: Program, site_id: int, read: SessionFactory
) -> None:
    wanted = booking(site_id, offered(program, site_id=site_id, kind="repair")[0]["offer"])
    first = program.post("/bookings", wanted, 201, key="abc")
    again = program.ask("POST", "/bookings", wanted, "abc")
    assert (again.status_code, again.json) == (201, first)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = program.ask("POST", "/bookings", {**wanted, "summary": "Else."}, "abc")
    assert other.status_code == 422
    with read() as session:
        assert session.scalar(select(func.count()).select_from(WorkOrder)) == 1


def test_a_window_that_is_gone_is_answered_with_those_that_are_free(
    program: Program, site_id: int, write: SessionFactory
) -> None:
    found = offered(program, site_id=site_id, kind="repair", duration_minutes=480)
    same = [one for one in found if one["service_on"] == found[0]["service_on"]]
    more = {"duration_minutes": 480}
    program.post("/bookings", booking(site_id, same[0]["offer"], **more), 201)
    answer = program.ask("POST", "/bookings", booking(site_id, same[0]["offer"], **more))
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    told = answer.get_json(force=True)
    assert told["type"] == "urn:fieldservice:problem:window-taken"
    free = min(told["offers"], key=lambda one: one["window_from"])
    program.post("/bookings", booking(site_id, free["offer"], **more), 201)


def test_an_offer_is_no_use_when_changed_old_or_for_something_else(
    program: Program, site_id: int, time_machine: Any
) -> None:
    offer = offered(program, site_id=site_id, kind="repair")[0]["offer"]
    program.post("/bookings", booking(site_id, offer[:-3] + "abc"), 422)
    program.post("/bookings", booking(site_id, offer, kind="inspection"), 422)
    program.post("/bookings", booking(site_id, offer, duration_minutes=90), 422)
    time_machine.move_to(NOW + timedelta(minutes=31), tick=False)
    old = program.post("/bookings", booking(site_id, offer), 409)
    assert old["offers"]


def test_a_work_order_taken_before_gets_its_time(
    program: Program, site_id: int, write: SessionFactory
) -> None:
    with write() as session:
        territory = a_territory(session)
        a_technician(session, territory)
        visit = a_visit(session, a_work_order(session, a_customer(session, territory)), day=None)
        order_id, visit_id = visit.work_order_id, visit.id
    offer = offered(program, visit_id=visit_id)[0]["offer"]
    booked = program.post("/bookings", {"offer": offer, "work_order_id": order_id}, 201)
    assert [one["id"] for one in booked["visits"]] == [visit_id]
    program.post("/bookings", {"offer": offer, "work_order_id": order_id, "kind": "repair"}, 422)
    program.post("/bookings", {"offer": offer, "work_order_id": 999_999}, 404)
    program.post("/bookings", {"offer": offer}, 422)


def test_nothing_to_offer_says_until_when_and_what_is_missing(
    program: Program, write: SessionFactory
) -> None:
    with write() as session:
        nobody = a_customer(session, a_territory(session)).sites[0].id
    found = program.post("/offers", {"site_id": nobody, "kind": "repair"})
    assert found["offers"] == []
    assert found["nothing_before"] is not None


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"site_id": 1},
        {"site_id": 999_999, "kind": "repair"},
        {"site_id": 1, "kind": "party"},
        {"visit_id": 1, "site_id": 1},
        {"site_id": "1", "kind": "repair"},
        {"site_id": 1, "kind": "repair", "days": 0},
        {"site_id": 1, "kind": "repair", "more": 1},
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_its_field(
    program: Program, wanted: Any
) -> None:
    answer = program.ask("POST", "/offers", wanted)
    assert answer.status_code in (404, 422)
    assert answer.get_json(force=True)["detail"]


def test_a_visit_is_moved_confirmed_and_cancelled(
    program: Program, site_id: int, read: SessionFactory
) -> None:
    found = offered(program, site_id=site_id, kind="repair")
    (visit,) = program.post("/bookings", booking(site_id, found[0]["offer"]), 201)["visits"]
    path = f"/visits/{visit['id']}"
    other = offered(program, visit_id=visit["id"])[-1]
    stale = {"offer": other["offer"], "version": visit["version"] + 1}
    program.post(f"{path}/move", stale, 409)
    moved = program.post(f"{path}/move", {"offer": other["offer"], "version": visit["version"]})
    assert moved["visits"][0]["told_from"] == other["window_from"]
    assert program.post(f"{path}/confirm")["confirmed_at"] is not None
    gone = program.post(f"{path}/cancel", {"reason": "Sold the house."})
    assert gone["visits"][0]["state"] == "cancelled"
    assert program.post(f"{path}/cancel")["visits"][0]["state"] == "cancelled", "done once"
    program.post(f"{path}/confirm", {}, 409)
    with read() as session:
        assert session.get_one(Visit, visit["id"]).state == VisitState.CANCELLED


def test_visits_are_listed_by_what_is_asked(program: Program, write: SessionFactory) -> None:
    with write() as session:
        company = a_company(session, visits=4)
        a_visit(session)
    mine = program.get("/visits", territory_id=company.territory_id, service_on=TOMORROW)
    assert [one["id"] for one in mine["items"]] == list(company.visits)
    assert program.get("/visits", state="cancelled")["items"] == []
    assert program.get("/visits", technician_id=company.technicians[0])["items"] == []
    some = program.get("/visits", limit=3)
    rest = program.get("/visits", limit=3, cursor=some["next"])
    assert len(some["items"]) == 3
    assert len(rest["items"]) == 2
    since = rest["since"]
    assert program.ask("GET", "/visits", updated_since=since).status_code == 200
    assert program.ask("GET", "/visits", state="asleep").status_code == 422
    assert program.ask("GET", "/visits/999999").status_code == 404


def test_a_day_is_planned_judged_and_published(
    program: Program, app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session, visits=4)
    wanted = {"territory_id": company.territory_id, "day": TOMORROW.isoformat()}
    day = program.post("/service-days", wanted)
    assert len(day["routes"]) == 2
    run = program.post(f"/service-days/{day['id']}/plan-runs", {"seconds": 1}, 201)
    assert run["state"] == "queued"
    program.post(f"/service-days/{day['id']}/plan-runs", {"seconds": 1}, 409)
    with app.app_context():
        plan_next()
    run = program.get(f"/plan-runs/{run['id']}")
    assert run["state"] == "proposed"
    assert len(run["moves"]) == 4
    first, second = run["moves"][:2]
    program.post(f"/plan-runs/{run['id']}/moves/{first['id']}/accept")
    program.post(f"/plan-runs/{run['id']}/moves/{second['id']}/refuse")
    program.post(f"/plan-runs/{run['id']}/moves/{second['id']}/refuse", {}, 409)
    done = program.post(f"/plan-runs/{run['id']}/accept")
    assert done["state"] == "accepted"
    seen = program.get(f"/service-days/{day['id']}/publication")
    stale = program.ask(
        "POST", f"/service-days/{day['id']}/publication", {"version": seen["version"] + 1}
    )
    assert stale.status_code == 409
    published = program.post(f"/service-days/{day['id']}/publication", {"version": seen["version"]})
    assert published["shift_ids"] == seen["shift_ids"]
    told = program.get(f"/service-days/{day['id']}")
    stops = [stop for route in told["routes"] for stop in route["stops"] if stop["visit_id"]]
    assert len(stops) == 3
    assert all(stop["committed"] for stop in stops)
    undone = program.ask("DELETE", f"/service-days/{day['id']}/publication")
    assert undone.status_code == 200, undone.text
    assert program.get(f"/service-days/{day['id']}")["published_at"] is None
    assert [one["id"] for one in program.get("/plan-runs")["items"]] == [run["id"]]


def test_a_run_can_be_stopped_and_a_proposal_refused(
    program: Program, app: Flask, write: SessionFactory
) -> None:
    with write() as session:
        company = a_company(session, visits=3)
    wanted = {"territory_id": company.territory_id, "day": TOMORROW.isoformat()}
    day = program.post("/service-days", wanted)
    assert program.post("/service-days", wanted)["id"] == day["id"], "opened once"
    path = f"/service-days/{day['id']}/plan-runs"
    stopped = program.post(path, {"seconds": 1}, 201)
    assert program.post(f"/plan-runs/{stopped['id']}/stop")["state"] == "superseded"
    program.post(f"/plan-runs/{stopped['id']}/stop", {}, 409)
    refused = program.post(path, {"seconds": 1}, 201)
    with app.app_context():
        plan_next()
    assert program.post(f"/plan-runs/{refused['id']}/refuse")["state"] == "superseded"
    program.post(path, {"seconds": 601}, 422)
    program.post("/service-days/999999/plan-runs", {}, 404)
    span: dict[str, Any] = {
        "territory_id": company.territory_id,
        "from": TOMORROW,
        "until": TOMORROW,
    }
    assert [one["id"] for one in program.get("/service-days", **span)["items"]] == [day["id"]]
    far = {**span, "until": TOMORROW + timedelta(days=93)}
    assert program.ask("GET", "/service-days", **far).status_code == 422


def test_messages_say_what_arrived_and_not_what_they_said(
    program: Program, write: SessionFactory
) -> None:
    with write() as session:
        message = a_message(session, body="Good morning Maria, we come at ten.")
        visit_id, message_id = message.visit_id, message.id
    (one,) = program.get("/messages", visit_id=visit_id)["items"]
    assert one == program.get(f"/messages/{message_id}")
    assert one["state"] == "pending"
    assert "Maria" not in str(one)
    assert "+376" not in str(one)
    assert program.get("/messages", state="sent")["items"] == []
    assert program.ask("GET", "/messages/999999").status_code == 404


def test_what_customers_said_is_read(program: Program, write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        said = SurveyResponse(visit_id=visit.id, score=4, channel=Channel.CALL, answered_at=NOW)
        session.add(said)
        session.flush()
        survey_id = said.id
    (one,) = program.get("/surveys", visit_id=visit.id)["items"]
    assert one == program.get(f"/surveys/{survey_id}")
    assert one["score"] == 4


def test_who_missed_events_reads_them_by_number(program: Program, app: Flask, site_id: int) -> None:
    offer = offered(program, site_id=site_id, kind="repair")[0]["offer"]
    program.post("/bookings", booking(site_id, offer), 201)
    assert program.get("/events")["items"] == [], "the clock numbers them"
    tell_due(webhook_room(app))
    found = program.get("/events")["items"]
    assert [one["type"] for one in found] == ["work_order.taken", "visit.booked"]
    assert [one["number"] for one in found] == [1, 2]
    assert program.get("/events", after=1)["items"] == found[1:]


def test_a_token_does_only_what_its_scopes_say(
    app: Flask, write: SessionFactory, site_id: int
) -> None:
    reader = Program(a_program(app, write, [Scope.VISITS_READ]))
    offer = offered(reader, site_id=site_id, kind="repair")[0]["offer"]
    for path, body in (
        ("/bookings", booking(site_id, offer)),
        ("/visits/1/cancel", {}),
        ("/service-days", {"territory_id": 1, "day": TOMORROW.isoformat()}),
    ):
        assert reader.ask("POST", path, body).status_code == 403
    for path in ("/messages", "/surveys", "/events", "/plan-runs"):
        assert reader.ask("GET", path).status_code == 403


def test_a_booking_that_is_refused_leaves_nothing(
    program: Program, site_id: int, read: SessionFactory
) -> None:
    offer = offered(program, site_id=site_id, kind="repair")[0]["offer"]
    program.post("/bookings", booking(site_id, offer, asset_id=999_999), 422)
    program.post("/bookings", booking(site_id, offer, contact_id=999_999), 422)
    program.post("/bookings", booking(site_id, offer, summary=" "), 422)
    with read() as session:
        assert session.scalars(select(WorkOrder)).all() == []
        assert session.scalars(select(Message)).all() == []


def test_a_program_names_who_is_told_and_reads_the_secret_apart(
    app: Flask, write: SessionFactory, read: SessionFactory, receiver: Receiver
) -> None:
    settings: Settings = app.extensions["fieldservice_settings"]
    allowed = replace(settings, outgoing_allow=frozenset({"127.0.0.1"}))
    app.extensions["fieldservice_settings"] = allowed
    program = Program(a_program(app, write, role=RoleName.ADMIN))
    made = program.post("/webhooks", {"url": receiver.url, "topics": ["visit"]}, 201, key="one")
    path = f"/webhooks/{made['id']}"
    first = program.get(f"{path}/secret")
    assert first["old_secret"] is None
    program.post(f"{path}/rotate", key="two")
    second = program.get(f"{path}/secret")
    assert second["old_secret"] == first["secret"] != second["secret"]
    with read() as session:
        kept = " ".join(one.body for one in session.scalars(select(ApiAnswer)))
    assert "whsec_" not in kept, "a copy of the database signs nothing"
    program.post(f"{path}/ping")
    tell_due(webhook_room(app))
    (told,) = program.get(f"{path}/deliveries")["items"]
    assert (told["state"], told["type"], told["response_status"]) == (
        "delivered",
        "webhook.ping",
        200,
    )
    program.post(f"/webhook-deliveries/{told['id']}/replay")
    assert tell_due(webhook_room(app)) == 1
    since = {"since": (NOW - timedelta(hours=1)).isoformat()}
    assert program.post(f"{path}/replay", since) == {"events": 0}
    program.post(f"{path}/replay", {"since": "2020-01-01T00:00:00Z"}, 422)
    assert program.post(f"{path}/pause")["active"] is False
    program.post(f"{path}/ping", {}, 409)
    assert program.post(f"{path}/resume")["active"] is True
    changed = program.ask("PUT", path, {"url": receiver.url})
    assert changed.get_json()["topics"] == []
    assert [one["id"] for one in program.get("/webhooks")["items"]] == [made["id"]]
    for url in ("https://localhost/", "http://10.0.0.1/", "https://[::ffff:127.0.0.1]/", "x"):
        program.post("/webhooks", {"url": url}, 422)
    program.post("/webhooks", {"url": receiver.url, "topics": ["user"]}, 422)
    assert program.ask("DELETE", path).status_code == 204
    assert program.ask("GET", path).status_code == 404


def test_a_program_gives_a_technician_a_calendar(
    program: Program, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        path = f"/technicians/{a_technician(session).id}/calendar"
    assert program.ask("GET", path).status_code == 404
    assert program.post(path, {}, 201, key="one")["names_customers"] is False
    address = program.get(path)["address"]
    with read() as session:
        kept = " ".join(one.body for one in session.scalars(select(ApiAnswer)))
    assert "/calendar/" not in kept, "a copy of the database opens no calendar"
    client = program.asks.client
    assert client.get(address).status_code == 200
    assert program.ask("DELETE", path).status_code == 204
    assert client.get(address).status_code == 410
    assert program.ask("DELETE", path).status_code == 404
    program.post("/technicians/999999/calendar", {}, 404)
