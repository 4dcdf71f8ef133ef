"""Every page and error a customer can meet, in their language and no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.models.customers import Customer
from fieldservice.models.kinds import Language
from fieldservice.models.territories import Place
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.customers.links import make_link, token_of
from fieldservice.web.limits import limiter
from tests.conftest import SessionFactory
from tests.factories import NOW, TODAY, a_customer, a_visit, a_work_order, an_asset
from tests.integration.booking_office import SECRET, an_office, an_order, booked, offered
from tests.integration.test_public_booking import STRANGER
from tests.languages import TRANSLATED, english_left

UNKNOWN = "AAAAAAAAAAAAAAAAAAAAAA"

pytestmark = pytest.mark.parametrize("language", TRANSLATED)


@pytest.fixture(autouse=True)
def nobody_knocked_before(client: FlaskClient) -> Iterator[None]:
    """Each test begins with all its tries."""
    limiter.reset()
    yield
    limiter.reset()


class Reader:
    """A customer who reads pages and minds every English word."""

    def __init__(self, client: FlaskClient, language: Language) -> None:
        self.client, self.language = client, language
        self.headers = {"Accept-Language": language.value}

    def get(self, path: str, status: int = 200, **asked: Any) -> str:
        return self._read(self.client.get(path, headers=self.headers, **asked), status)

    def post(self, path: str, status: int, **said: Any) -> str:
        return self._read(self.client.post(path, data=said, headers=self.headers), status)

    def _read(self, answer: Any, status: int) -> str:
        page = str(answer.text)
        assert answer.status_code == status, page
        if status != 303:
            assert f'<html lang="{self.language.value}"' in page
            assert english_left(page, self.language) == set()
        return str(answer.location or "")


@pytest.fixture
def reader(client: FlaskClient, language: Language) -> Reader:
    """Somebody whose browser asks for the language, as for pages nobody's link opens."""
    return Reader(client, language)


@pytest.fixture
def linked(client: FlaskClient, language: Language) -> Reader:
    """Somebody whose browser says Swedish: only their link tells how they are spoken to."""
    found = Reader(client, language)
    found.headers = {"Accept-Language": "sv"}
    return found


@pytest.fixture
def token(write: SessionFactory, language: Language) -> str:
    """The link of a customer with a booked visit, a past one and a boiler in warranty."""
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office)
        customer = session.get_one(Customer, wanted.customer_id)
        customer.name = customer.contacts[0].name = "Puig"
        customer.contacts[0].language = language
        an_asset(session, customer)
        booked(session, wanted, offered(session, office, wanted)[4].token)
        a_visit(session, a_work_order(session, customer), state=VisitState.NO_ACCESS, day=TODAY)
        return a_link(session, customer.id)


def a_link(session: Any, customer_id: int, visit_id: int | None = None, days: int = 30) -> str:
    until = NOW + timedelta(days=days)
    return token_of(make_link(session, SECRET, customer_id, visit_id, NOW, until), SECRET)


def visit_of(read: SessionFactory, state: VisitState = VisitState.BOOKED) -> tuple[int, int]:
    with read() as session:
        visit = session.scalars(select(Visit).where(Visit.state == state)).one()
        return visit.id, visit.version


def test_ones_own_page_and_all_it_leads_to(
    linked: Reader, token: str, read: SessionFactory
) -> None:
    visit_id, version = visit_of(read)
    visit = f"/c/{token}/visits/{visit_id}"
    for path in (f"/c/{token}", f"/c/{token}/book", f"{visit}/times", f"{visit}/cancel"):
        linked.get(path)
    linked.post(f"{visit}/times", 400, version=version, offer="broken")
    linked.post(f"{visit}/cancel", 409, version=version - 1)
    linked.post(f"/c/{token}/book", 400, kind="party", summary="x")
    linked.post(f"/c/{token}/book", 400, kind="repair", summary="")
    linked.post(f"/c/{token}/book", 400, kind="repair", summary="x" * 3000)
    linked.post(f"/c/{token}/book", 400, kind="repair", summary="x", asset="99999")
    linked.post(f"/c/{token}/book", 200, kind="repair", summary="x")
    linked.post(f"/c/{token}/book", 400, kind="repair", summary="x", offer="broken")
    linked.post(f"{visit}/cancel", 303, version=version, reason="")
    linked.get(f"/c/{token}")
    linked.get(f"{visit}/times", 409)


@pytest.mark.parametrize("state", [VisitState.EN_ROUTE, VisitState.ON_SITE, VisitState.REQUESTED])
def test_ones_own_page_says_how_far_things_are(
    linked: Reader, token: str, state: VisitState, read: SessionFactory, write: SessionFactory
) -> None:
    visit_id, version = visit_of(read)
    with write() as session:
        session.get_one(Visit, visit_id).state = state
    linked.get(f"/c/{token}")
    if state != VisitState.REQUESTED:
        linked.post(f"/c/{token}/visits/{visit_id}/cancel", 409, version=version)


def test_an_address_that_is_old_or_wrong(
    linked: Reader, reader: Reader, token: str, write: SessionFactory, time_machine: Any
) -> None:
    reader.get(f"/c/{UNKNOWN}", 404)
    reader.get(f"/s/{UNKNOWN}", 404)
    reader.get("/book/nowhere", 404)
    reader.get("/nowhere", 404)
    reader.post(f"/c/{UNKNOWN}", 405)
    linked.get(f"/c/{token}/visits/99999/times", 404)
    time_machine.move_to(NOW + timedelta(days=40), tick=False)
    linked.get(f"/c/{token}", 410)
    linked.get(f"/c/{token}/book", 410)
    linked.get(f"/s/{token}", 410)
    linked.post(f"/c/{token}/again", 200)


def test_the_public_page_step_by_step(reader: Reader, write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session, public_booking=True)
        office.places.append(Place(name="Encamp", folded_name="encamp", lat=42.536, lon=1.583))
        page = f"/book/{office.slug}"
    reader.get(page)
    for step in ("what", "where"):
        reader.post(page, 200, **{**STRANGER, "step": step})
    for name in ("kind", "summary", "street", "municipality", "name", "phone", "language"):
        reader.post(page, 400, **{**STRANGER, name: ""})
    for name in ("summary", "street", "name"):
        reader.post(page, 400, **{**STRANGER, name: "x" * 3000})
    code = reader.post(page, 303, **{**STRANGER, "language": reader.language.value})
    reader.get(code)
    reader.post(code, 400, code="nonsense")
    reader.post(f"{code}/again", 303)
    reader.get(code)
    for _ in range(3):
        reader.post(f"{code}/again", 303)
    reader.post(f"{code}/again", 429)
    reader.get(f"{page}/code/made-up", 404)


def test_the_question_after_a_visit(
    linked: Reader, write: SessionFactory, language: Language
) -> None:
    with write() as session:
        customer = a_customer(session, name="Puig", language=language)
        visit = a_visit(session, a_work_order(session, customer), day=TODAY)
        visit_id, token = visit.id, a_link(session, customer.id, visit.id)
    linked.get(f"/s/{token}", 409)
    with write() as session:
        session.get_one(Visit, visit_id).state = VisitState.COMPLETED
    linked.get(f"/s/{token}")
    linked.post(f"/s/{token}", 400, score="6")
    linked.post(f"/s/{token}", 303, score="1")
    linked.get(f"/s/{token}")


def test_guards_speak_the_language_of_the_link(app: Flask, linked: Reader, token: str) -> None:
    for _ in range(31):
        linked.client.post(f"/c/{token}/book", data={"kind": "party"})
    linked.post(f"/c/{token}/book", 429)
    limiter.reset()
    app.config["WTF_CSRF_ENABLED"] = True
    linked.post(f"/c/{token}/book", 400)


def test_a_link_keeps_its_language_until_another_is_chosen(linked: Reader, token: str) -> None:
    linked.get(f"/c/{token}")
    assert '<html lang="en"' in linked.client.get(f"/c/{token}?lang=en").text
    assert '<html lang="en"' in linked.client.get(f"/c/{token}").text


def test_the_sign_in_page(reader: Reader) -> None:
    reader.get("/sign-in")
