"""Ways to place a visit: shown with their price, taken with one click, at that price."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import RuleBroken, Stale
from fieldservice.models.audit import AuditEntry
from fieldservice.models.plans import Waiver
from fieldservice.models.users import RoleName
from fieldservice.operations.dispatching import dispatch
from fieldservice.operations.dispatching.ways import Ways, WayView, ways
from fieldservice.operations.dispatching.ways_taken import Way, take_way
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import findings_of, plan_of, sequences
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, TOMORROW
from tests.integration.planning_day import Company, a_booked_visit, a_company, accepted, planned
from tests.integration.test_dispatch import BY_HAND, stop

DAY = f"/day/andorra/{TOMORROW}"


@pytest.fixture
def company(write: SessionFactory) -> Company:
    """One technician, and three visits of two hours that all begin before eleven."""
    with write() as session:
        built = a_company(session, technicians=1, visits=0, slug="andorra")
        asked: dict[str, Any] = {"told": (10, 11), "duration_minutes": 120}
        visits = [a_booked_visit(session, built.territory_id, n, **asked) for n in range(3)]
        return replace(built, visits=tuple(visits))


def cost(session: Session, company: Company) -> int:
    day = service_day(session, company.territory_id, company.day)
    problem = problem_for(session, day, NOW).problem
    orders = sequences(day, problem)
    assert not findings_of(problem, orders).introduced
    plan = plan_of(problem, orders)
    return plan.cost - plan.penalty


def left_out(session: Session, company: Company) -> int:
    return next(one for one in company.visits if dispatch.stop_of(session, one) is None)


def seen(session: Session, company: Company, visit_id: int) -> Ways:
    day = service_day(session, company.territory_id, company.day)
    return ways(session, day, visit_id, NOW)


def chosen(view: WayView) -> Way:
    return Way(view.kind, view.shift_id, view.behind, view.minutes, view.rule, view.leaves_id)


def take(session: Session, found: Ways, way: Way, version: int | None = None) -> None:
    take_way(session, found.visit_id, way, version or found.version, BY_HAND, "she agreed")


@pytest.mark.parametrize("kind", ["window", "swap"])
def test_a_way_taken_costs_what_it_promised(
    app: Flask, write: SessionFactory, company: Company, kind: str
) -> None:
    accepted(app, write, company)
    with write() as session:
        visit_id, before = left_out(session, company), cost(session, company)
        found = seen(session, company, visit_id)
        view = next(one for one in found.ways if one.kind == kind)
        assert [one.rule for one in found.obstacles] == ["window"]
        take(session, found, chosen(view))
    with write() as session:
        assert stop(session, visit_id).starts_at == view.starts_at
        assert cost(session, company) - before == view.cost
        waived = {one.rule for one in session.scalars(select(Waiver)).all()}
        assert waived == ({"window"} if kind == "window" else set())
        if view.leaves_id:
            assert dispatch.stop_of(session, view.leaves_id) is None
        done = session.scalars(select(AuditEntry.action)).all()
        assert "visit.moved" in done


def test_a_way_seen_before_the_day_changed_is_not_taken(
    app: Flask, write: SessionFactory, company: Company
) -> None:
    accepted(app, write, company)
    with write() as session:
        found = seen(session, company, left_out(session, company))
        with pytest.raises(Stale, match="prices"):
            take(session, found, chosen(found.ways[0]), found.version + 1)


def test_a_way_breaks_no_rule_that_it_does_not_name(
    app: Flask, write: SessionFactory, company: Company
) -> None:
    accepted(app, write, company)
    with write() as session:
        found = seen(session, company, left_out(session, company))
        way = next(one for one in found.ways if one.kind == "window")
        with pytest.raises(RuleBroken):
            take(session, found, replace(chosen(way), minutes=1))


def test_a_placed_visit_is_told_its_other_places_and_moved_to_one(
    app: Flask, write: SessionFactory
) -> None:
    with write() as session:
        built = a_company(session, technicians=2, visits=4)
    accepted(app, write, built)
    with write() as session:
        before, visit_id = cost(session, built), built.visits[0]
        found = seen(session, built, visit_id)
        assert found.is_placed
        assert [one.cost for one in found.ways] == sorted(one.cost for one in found.ways)
        view = found.ways[0]
        take(session, found, chosen(view))
    with write() as session:
        assert stop(session, visit_id).route.shift_id == view.shift_id
        assert stop(session, visit_id).starts_at == view.starts_at
        assert cost(session, built) - before == view.cost


def a_way(kind: str, minutes_late: int, minutes_driven: int, **fields: Any) -> WayView:
    return WayView(kind, 1, "Tec", 0, NOW, 60 * minutes_driven, minutes_late, **fields)


def test_ways_that_keep_every_promise_come_first_then_those_least_late() -> None:
    in_order = [
        a_way("overtime", 50, 30),
        a_way("waiver", 0, 90),
        a_way("window", 1, 40),
        a_way("window", 59, 22),
        a_way("swap", 0, 5),
        a_way("window", 240, 4),
    ]
    mixed = in_order[3:] + in_order[:3]
    assert sorted(mixed, key=lambda one: one.rank) == in_order
    assert a_way("serve", 0, 9, tells=True).rank > a_way("serve", 0, 99).rank
    assert [one.price for one in in_order] == [30, 90, 40, 22, 5, 4]


def test_the_ways_of_a_day_are_ranked_and_say_who_is_told(
    app: Flask, write: SessionFactory, company: Company
) -> None:
    accepted(app, write, company)
    with write() as session:
        found = seen(session, company, left_out(session, company)).ways
        late = [one for one in found if one.kind == "window"]
        assert list(found) == sorted(found, key=lambda one: one.rank)
        assert [one.tells for one in late] == [True] * len(late) != []


def form_of(page: str, kind: str) -> dict[str, str]:
    """The hidden fields of the form for a way of that kind."""
    forms = re.findall(r"<form.*?</form>", page, re.S)
    fields = (dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) for form in forms)
    found = next(one for one in fields if one.get("kind") == kind)
    return {name: html.unescape(value) for name, value in found.items()}


def test_the_page_shows_ways_and_one_click_takes_one(
    app: Flask, client: FlaskClient, sign_in: SignIn, write: SessionFactory, company: Company
) -> None:
    accepted(app, write, company)
    sign_in(client, RoleName.DISPATCHER)
    with write() as session:
        visit_id = left_out(session, company)
    assert f"{DAY}/visits/{visit_id}/ways" in client.get(DAY).text
    page = client.get(f"{DAY}/visits/{visit_id}/ways").text
    for words in ("after its window", "instead of Client", "Tec 0", "no gap in the window", "Book"):
        assert words in page
    assert "after its window; the customer is told" in page
    assert page.index("on another day") < page.index("after its window")
    answer = client.post(f"{DAY}/visits/{visit_id}/ways", data=form_of(page, "window"))
    assert answer.status_code == 303
    assert "Placed." in client.get(answer.location).text
    again = client.post(f"{DAY}/visits/{visit_id}/ways", data=form_of(page, "window"))
    assert "changed" in client.get(again.location).text


def test_a_proposal_is_accepted_together_with_a_way(
    app: Flask, client: FlaskClient, sign_in: SignIn, write: SessionFactory, company: Company
) -> None:
    planned(app, write, company)
    sign_in(client, RoleName.DISPATCHER)
    page = client.get(f"{DAY}/proposal").text
    assert "Accept and place" in page
    assert "Why nobody can go" in page
    assert "the customer is told" in page
    assert "No plan can change that." not in page
    action = re.search(r'action="([^"]*/runs/\d+/visits/(\d+)/ways)"', page)
    assert action
    answer = client.post(action[1], data=form_of(page, "window"))
    assert "accepted and the visit placed" in client.get(answer.location).text
    with write() as session:
        assert stop(session, int(action[2])).pinned


@pytest.mark.parametrize("field", ["shift", "behind"])
def test_a_way_that_is_none_is_refused(
    app: Flask,
    client: FlaskClient,
    sign_in: SignIn,
    write: SessionFactory,
    company: Company,
    field: str,
) -> None:
    accepted(app, write, company)
    sign_in(client, RoleName.DISPATCHER)
    form = {"kind": "place", "shift": "1", "behind": "0"} | {field: "x"}
    answer = client.post(f"{DAY}/visits/{company.visits[0]}/ways", data=form)
    assert answer.status_code == 400
