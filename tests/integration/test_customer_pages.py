"""A customer's own page: their link opens their visits, and nobody else's."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.config import Settings
from fieldservice.models.base import Base
from fieldservice.models.customers import Customer, CustomerLink
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Message, MessageKind
from fieldservice.models.territories import KindDefault
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder
from fieldservice.operations.customers.links import make_link, revoke, token_of
from fieldservice.web.customer_words import WORDS
from fieldservice.web.limits import limiter
from tests.conftest import SessionFactory
from tests.factories import NOW, a_customer, a_skill, a_visit, a_work_order, an_asset
from tests.integration.booking_office import SECRET, an_office, an_order, booked, offered

SEEN = ("visit", "work_order", "message", "stop", "customer", "customer_link", "audit_entry")


@pytest.fixture(autouse=True)
def nobody_knocked_before(client: FlaskClient) -> Iterator[None]:
    """Each test begins with all its tries."""
    limiter.reset()
    yield
    limiter.reset()


@pytest.fixture
def token(write: SessionFactory) -> str:
    """The link of a customer with a booked visit and a boiler in warranty."""
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office)
        customer = session.get_one(Customer, wanted.customer_id)
        customer.contacts[0].language = Language.ENGLISH
        an_asset(session, customer)
        booked(session, wanted, offered(session, office, wanted)[4].token)
        return a_link(session, customer)


def a_link(session: Any, customer: Customer, **changes: Any) -> str:
    values = {"visit_id": None, "now": NOW, "expires_at": NOW + timedelta(days=30), **changes}
    return token_of(make_link(session, SECRET, customer.id, **values), SECRET)


def the_visit(read: SessionFactory) -> tuple[int, int]:
    with read() as session:
        visit = session.scalars(select(Visit)).first()
        assert visit
        return visit.id, visit.version


def offers_on(html: str) -> list[str]:
    return re.findall(r'name="offer" value="([^"]+)"', html)


def test_the_page_says_when_what_and_what_next(client: FlaskClient, token: str) -> None:
    page = client.get(f"/c/{token}").text
    assert "Your next visit" in page
    assert "Wed 11 Mar" in page
    assert "Please call us: +376 800 100" in page
    assert "You will be told the price before any charge." in page
    assert "Book a visit for Calor Caldera 24" in page


def test_a_visit_of_today_is_announced_with_no_reminder_the_day_before(
    client: FlaskClient, token: str, write: SessionFactory
) -> None:
    assert "We remind you the day before" in client.get(f"/c/{token}").text
    with write() as session:
        visit = session.scalars(select(Visit)).one()
        visit.told_from, visit.told_until = NOW + timedelta(hours=2), NOW + timedelta(hours=4)
    page = client.get(f"/c/{token}").text
    assert "We tell you when the technician sets out." in page
    assert "the day before" not in page


@pytest.mark.parametrize(
    ("language", "title"),
    [
        (Language.SPANISH, "Sus visitas"),
        (Language.CATALAN, "Les seves visites"),
        (Language.HUNGARIAN, "Az Ön látogatásai"),
        (Language.ENGLISH, "Your visits"),
    ],
)
def test_the_page_speaks_the_contacts_language(
    client: FlaskClient, write: SessionFactory, language: Language, title: str
) -> None:
    with write() as session:
        token = a_link(session, a_customer(session, language=language))
    page = client.get(f"/c/{token}").text
    assert title in page
    assert f'<html lang="{language.value}"' in page


def test_another_language_is_one_press_away_and_stays(client: FlaskClient, token: str) -> None:
    assert "Az Ön látogatásai" in client.get(f"/c/{token}?lang=hu").text
    assert "Az Ön látogatásai" in client.get(f"/c/{token}").text


def test_looking_changes_nothing(client: FlaskClient, read: SessionFactory, token: str) -> None:
    def rows() -> list[Any]:
        with read() as session:
            tables = Base.metadata.tables
            return [session.execute(select(tables[name])).all() for name in SEEN]

    before, (visit_id, _version) = rows(), the_visit(read)
    for path in ("", f"/visits/{visit_id}/times", f"/visits/{visit_id}/cancel", "/book"):
        assert client.get(f"/c/{token}{path}").status_code == 200
    assert rows() == before


def test_a_customer_moves_their_visit(
    client: FlaskClient, read: SessionFactory, token: str
) -> None:
    visit_id, version = the_visit(read)
    offers = offers_on(client.get(f"/c/{token}/visits/{visit_id}/times").text)
    data = {"version": version, "offer": offers[-1]}
    answer = client.post(f"/c/{token}/visits/{visit_id}/times", data=data)
    assert answer.status_code == 303
    assert "Your visit is booked: " in client.get(answer.location).text
    assert client.post(f"/c/{token}/visits/{visit_id}/times", data=data).status_code == 303
    assert the_visit(read) == (visit_id, version + 1)


def test_a_customer_cancels_after_one_question(
    client: FlaskClient, read: SessionFactory, token: str
) -> None:
    visit_id, version = the_visit(read)
    assert "Do you want to cancel" in client.get(f"/c/{token}/visits/{visit_id}/cancel").text
    data = {"version": version, "reason": "We are away."}
    answer = client.post(f"/c/{token}/visits/{visit_id}/cancel", data=data)
    assert answer.status_code == 303
    assert "Your visit is cancelled." in client.get(answer.location).text
    with read() as session:
        visit = session.get_one(Visit, visit_id)
        assert (visit.state, visit.cancelled_because) == (VisitState.CANCELLED, "We are away.")


def test_a_stale_page_is_told_in_the_customers_words(
    client: FlaskClient, read: SessionFactory, token: str
) -> None:
    visit_id, version = the_visit(read)
    answer = client.post(f"/c/{token}/visits/{visit_id}/cancel", data={"version": version - 1})
    assert answer.status_code == 409
    assert "This visit was changed meanwhile" in answer.text


def test_an_expired_or_foreign_offer_shows_times_again(
    client: FlaskClient, read: SessionFactory, token: str, time_machine: Any
) -> None:
    visit_id, version = the_visit(read)
    path = f"/c/{token}/visits/{visit_id}/times"
    offers = offers_on(client.get(path).text)
    wrong = client.post(path, data={"version": version, "offer": "nonsense"})
    assert wrong.status_code == 400
    assert "Choose one of the times." in wrong.text
    assert offers_on(wrong.text)
    time_machine.move_to(NOW + timedelta(minutes=30), tick=False)
    late = client.post(path, data={"version": version, "offer": offers[0]})
    assert late.status_code == 409
    assert "older than half an hour" in late.text
    assert offers_on(late.text)


def test_the_link_opens_no_other_customers_visit(
    client: FlaskClient, write: SessionFactory, token: str
) -> None:
    with write() as session:
        visit_id = a_visit(session, a_work_order(session, a_customer(session))).id
    for path in (f"visits/{visit_id}/times", f"visits/{visit_id}/cancel"):
        assert client.get(f"/c/{token}/{path}").status_code == 404
        assert client.post(f"/c/{token}/{path}", data={"version": 1}).status_code == 404


def test_a_visit_under_way_cannot_be_changed(
    client: FlaskClient, write: SessionFactory, read: SessionFactory, token: str
) -> None:
    visit_id, version = the_visit(read)
    with write() as session:
        session.get_one(Visit, visit_id).state = VisitState.EN_ROUTE
    answer = client.post(f"/c/{token}/visits/{visit_id}/cancel", data={"version": version})
    assert answer.status_code == 409
    assert "already on the way" in answer.text
    assert "on the way" in client.get(f"/c/{token}/visits/{visit_id}/times").text


def test_a_customer_books_another_visit_for_an_appliance(
    client: FlaskClient, read: SessionFactory, token: str
) -> None:
    with read() as session:
        customer = session.scalars(select(Customer)).one()
        asset = session.scalars(select(Base.metadata.tables["asset"].c.id)).one()
        site = customer.sites[0].id
    form = client.get(f"/c/{token}/book?asset={asset}").text
    key = re.search(r'name="form_key" value="([^"]+)"', form)
    assert key
    said = {"kind": "maintenance", "summary": "Yearly service.", "asset": asset, "site": site}
    said["form_key"] = key[1]
    offers = offers_on(client.post(f"/c/{token}/book", data=said).text)
    for _ in range(2):
        answer = client.post(f"/c/{token}/book", data={**said, "offer": offers[0]})
        assert answer.status_code == 303
    with read() as session:
        orders = session.scalars(select(WorkOrder).where(WorkOrder.asset_id == asset)).all()
        assert [order.visits[0].state for order in orders] == [VisitState.BOOKED]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"kind": ""}, "Choose what it is."), ({"summary": ""}, "Tell us in a few words")],
)
def test_what_is_missing_is_said(
    client: FlaskClient, token: str, changes: dict[str, str], sentence: str
) -> None:
    said = {"kind": "repair", "summary": "Cold.", "form_key": "k", **changes}
    answer = client.post(f"/c/{token}/book", data=said)
    assert answer.status_code == 400
    assert sentence in answer.text


def test_a_site_without_a_point_is_called_about(
    client: FlaskClient, write: SessionFactory, token: str
) -> None:
    with write() as session:
        site = session.scalars(select(Customer)).one().sites[0]
        site.lat = site.lon = None
    said = {"kind": "repair", "summary": "Cold.", "form_key": "k"}
    answer = client.post(f"/c/{token}/book", data=said)
    assert answer.status_code == 400
    assert "on the map yet" in answer.text


def test_an_address_that_ran_out_says_how_to_get_a_new_one(
    client: FlaskClient, settings: Settings, read: SessionFactory, token: str, time_machine: Any
) -> None:
    time_machine.move_to(NOW + timedelta(days=31), tick=False)
    gone = client.get(f"/c/{token}")
    assert gone.status_code == 410
    assert "Send me a new address" in gone.text
    for _ in range(2):
        assert "on its way" in client.post(f"/c/{token}/again").text
    with read() as session:
        links = session.scalars(select(Message).where(Message.kind == MessageKind.LINK)).all()
        assert len(links) == 1
        assert links[0].link is not None
        assert links[0].contact is not None
        assert links[0].to_address == links[0].contact.phone
        fresh = token_of(links[0].link, settings.secret_key)
    assert client.get(f"/c/{fresh}").status_code == 200


def test_a_revoked_address_opens_nothing(
    client: FlaskClient, write: SessionFactory, token: str
) -> None:
    with write() as session:
        for link in session.scalars(select(CustomerLink)):
            revoke(link, NOW)
    for path in ("", "/book", "/visits/1/times", "/visits/1/cancel"):
        assert client.get(f"/c/{token}{path}").status_code == 410
    assert client.post(f"/c/{token}/visits/1/cancel").status_code == 410


def test_an_unknown_address_is_not_found(client: FlaskClient) -> None:
    answer = client.get("/c/AAAAAAAAAAAAAAAAAAAAAA")
    assert answer.status_code == 404
    assert "We do not know this address" in answer.text
    assert client.post("/c/AAAAAAAAAAAAAAAAAAAAAA/again").status_code == 404


def test_somebody_who_knocks_too_often_waits(
    client: FlaskClient, token: str, read: SessionFactory
) -> None:
    visit_id, _version = the_visit(read)
    path = f"/c/{token}/visits/{visit_id}/cancel"
    answers = [client.post(path, data={"version": 0}).status_code for _ in range(31)]
    assert answers[29:] == [409, 429]


def test_a_skill_nobody_has_is_said_kindly(
    client: FlaskClient, write: SessionFactory, token: str
) -> None:
    with write() as session:
        office = session.scalars(select(Customer)).one().territory
        gas = a_skill(session, "gas").id
        office.kinds.append(KindDefault(kind="repair", duration_minutes=60, skill_id=gas))
    said = {"kind": "repair", "summary": "Cold.", "form_key": "k"}
    assert "Nobody can come before" in client.post(f"/c/{token}/book", data=said).text


def test_every_language_says_everything() -> None:
    english = dataclasses.asdict(WORDS[Language.ENGLISH])
    assert set(WORDS) == set(Language)
    for language, words in WORDS.items():
        for name, said in dataclasses.asdict(words).items():
            assert said.strip(), (language, name)
            assert set(re.findall(r"{\w+}", said)) == set(re.findall(r"{\w+}", english[name]))
