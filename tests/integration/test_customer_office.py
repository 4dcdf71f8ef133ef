"""The office's pages of customers and bookings, through the real application."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from fieldservice.models.customers import Consent, Contact, Customer, PlaceQuality, Site
from fieldservice.models.kinds import Language
from fieldservice.models.plans import Hold
from fieldservice.models.territories import Place
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder
from tests.conftest import SessionFactory, SignIn
from tests.factories import (
    NOW,
    a_customer,
    a_technician,
    a_territory,
    a_visit,
    a_work_order,
    an_asset,
)
from tests.integration.booking_office import an_office

WANTED = {"kind": "repair", "summary": "It drips.", "minutes": "", "priority": "0"}
NEW = {
    "name": "Núria Font",
    "phone": "312 345",
    "language": "ca",
    "role": "resident",
    "street": "Avinguda Meritxell 12",
    "municipality": "Encamp",
}


@pytest.fixture
def desk(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    """A dispatcher's browser."""
    sign_in(client, RoleName.DISPATCHER)
    return client


@pytest.fixture
def customer_id(write: SessionFactory) -> int:
    """A customer of an office with one technician."""
    with write() as session:
        office = an_office(session)
        office.places.append(
            Place(name="Encamp", folded_name="encamp", postcode="AD200", lat=42.536, lon=1.583)
        )
        customer = a_customer(session, office, name="Maria Puig", phone="+376331122")
        an_asset(session, customer, serial="SN-77")
        return customer.id


def tokens(html: str) -> list[str]:
    return re.findall(r'name="offer" value="([^"]+)"', html)


def the_form(read: SessionFactory, customer_id: int, **changes: Any) -> dict[str, Any]:
    with read() as session:
        customer = session.get_one(Customer, customer_id)
        ids = {"site": customer.sites[0].id, "contact": customer.contacts[0].id, "asset": ""}
    return {**WANTED, **ids, "form_key": "one-call", **changes}


def test_the_page_tells_the_warranty_and_the_next_visit(
    desk: FlaskClient, write: SessionFactory, customer_id: int
) -> None:
    with write() as session:
        a_visit(session, a_work_order(session, session.get_one(Customer, customer_id)))
    page = desk.get(f"/customers/{customer_id}").text
    assert "in warranty until 1 Jun 2027" in page
    assert "Wed 11 Mar, 10:00–12:00" in page


def test_a_call_becomes_a_visit_in_two_forms(
    desk: FlaskClient, read: SessionFactory, customer_id: int
) -> None:
    assert desk.get(f"/customers/{customer_id}/book").status_code == 200
    form = the_form(read, customer_id)
    times = desk.post(f"/customers/{customer_id}/times", data=form)
    assert "Fits best" in times.text
    answer = desk.post(
        f"/customers/{customer_id}/book", data={**form, "offer": tokens(times.text)[0]}
    )
    assert answer.status_code == 303
    assert "Booked: " in desk.get(answer.location).text
    with read() as session:
        visit = session.scalars(select(Visit)).one()
        assert visit.state == VisitState.BOOKED
        assert visit.work_order.contacts[0].receives_texts


def test_the_first_look_opens_the_days_it_offers(
    desk: FlaskClient, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        office = a_territory(session)
        a_technician(session, office)
        customer_id = a_customer(session, office).id
    times = desk.post(f"/customers/{customer_id}/times", data=the_form(read, customer_id))
    assert len(tokens(times.text)) > 20


def test_a_double_post_books_once(
    desk: FlaskClient, read: SessionFactory, customer_id: int
) -> None:
    form = the_form(read, customer_id)
    offer = tokens(desk.post(f"/customers/{customer_id}/times", data=form).text)[0]
    for _ in range(2):
        answer = desk.post(f"/customers/{customer_id}/book", data={**form, "offer": offer})
        assert answer.status_code == 303
    with read() as session:
        assert session.scalar(select(func.count()).select_from(WorkOrder)) == 1


def test_a_form_of_one_customer_books_nothing_for_another(
    desk: FlaskClient, write: SessionFactory, read: SessionFactory, customer_id: int
) -> None:
    with write() as session:
        office = session.get_one(Customer, customer_id).territory
        another_id = a_customer(session, office).id
    for one, status in ((customer_id, 303), (another_id, 400)):
        form = the_form(read, one)
        offer = tokens(desk.post(f"/customers/{one}/times", data=form).text)[0]
        answer = desk.post(f"/customers/{one}/book", data={**form, "offer": offer})
        assert answer.status_code == status
    with read() as session:
        assert session.scalar(select(func.count()).select_from(WorkOrder)) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": ""}, "Choose what kind of visit it is."),
        ({"summary": " "}, "Say in a few words what is wrong or wanted."),
        ({"minutes": "2"}, "A visit takes from 5 to"),
        ({"minutes": "soon"}, "Write the duration in whole minutes"),
        ({"asset": "4711"}, "own appliances"),
        ({"site": ""}, "one of the customer&#39;s sites"),
    ],
)
def test_a_wrong_answer_is_named_at_its_field(
    desk: FlaskClient,
    read: SessionFactory,
    customer_id: int,
    changes: dict[str, str],
    sentence: str,
) -> None:
    for step in ("times", "book"):
        answer = desk.post(
            f"/customers/{customer_id}/{step}", data=the_form(read, customer_id, **changes)
        )
        assert answer.status_code == 400
        assert sentence in answer.text
    with read() as session:
        assert session.scalar(select(func.count()).select_from(WorkOrder)) == 0


def test_a_time_taken_meanwhile_shows_the_free_ones(
    desk: FlaskClient, read: SessionFactory, customer_id: int, time_machine: Any
) -> None:
    form = the_form(read, customer_id)
    offer = tokens(desk.post(f"/customers/{customer_id}/times", data=form).text)[0]
    time_machine.move_to(NOW + timedelta(minutes=31), tick=False)
    answer = desk.post(f"/customers/{customer_id}/book", data={**form, "offer": offer})
    assert answer.status_code == 409
    assert "older than half an hour" in answer.text
    assert tokens(answer.text)
    assert "It drips." in answer.text


def test_a_window_is_held_and_let_go(
    desk: FlaskClient, read: SessionFactory, customer_id: int
) -> None:
    form = the_form(read, customer_id)
    offer = tokens(desk.post(f"/customers/{customer_id}/times", data=form).text)[0]
    held = desk.post(f"/customers/{customer_id}/hold", data={**form, "offer": offer})
    assert "Held for you" in held.text
    with read() as session:
        assert session.scalar(select(func.count()).select_from(Hold)) == 1
    assert desk.post("/holds/release", data={"form_key": "one-call"}).status_code == 204
    with read() as session:
        assert session.scalar(select(func.count()).select_from(Hold)) == 0


def booked_visit(desk: FlaskClient, read: SessionFactory, customer_id: int) -> tuple[int, int]:
    form = the_form(read, customer_id)
    offer = tokens(desk.post(f"/customers/{customer_id}/times", data=form).text)[0]
    desk.post(f"/customers/{customer_id}/book", data={**form, "offer": offer})
    with read() as session:
        visit = session.scalars(select(Visit)).one()
        return visit.id, visit.version


def test_a_visit_is_moved_and_cancelled(
    desk: FlaskClient, read: SessionFactory, customer_id: int
) -> None:
    visit_id, version = booked_visit(desk, read, customer_id)
    page = desk.get(f"/visits/{visit_id}/move").text
    data: dict[str, Any] = {"version": version, "offer": tokens(page)[-1], "form_key": "a"}
    assert "Held" in desk.post(f"/visits/{visit_id}/hold", data=data).text
    assert desk.post(f"/visits/{visit_id}/move", data=data).status_code == 303
    stale = desk.post(f"/visits/{visit_id}/cancel", data={"version": version})
    assert stale.status_code == 409
    assert "Somebody else changed this visit" in stale.text
    assert desk.get(f"/visits/{visit_id}/cancel").status_code == 200
    answer = desk.post(f"/visits/{visit_id}/cancel", data={"version": version + 1, "reason": "ill"})
    assert answer.status_code == 303
    with read() as session:
        assert session.get_one(Visit, visit_id).state == VisitState.CANCELLED


def test_a_visit_that_is_over_says_so(
    desk: FlaskClient, write: SessionFactory, customer_id: int
) -> None:
    with write() as session:
        order = a_work_order(session, session.get_one(Customer, customer_id))
        visit_id = a_visit(session, order, state=VisitState.COMPLETED).id
    for address in (f"/visits/{visit_id}/move", f"/visits/{visit_id}/cancel"):
        answer = desk.get(address)
        assert answer.status_code == 409
        assert "This visit is over" in answer.text


def test_a_site_without_a_point_sends_the_dispatcher_to_mend_it(
    desk: FlaskClient, write: SessionFactory, read: SessionFactory, customer_id: int
) -> None:
    with write() as session:
        site = session.get_one(Customer, customer_id).sites[0]
        site.lat = site.lon = None
    answer = desk.post(f"/customers/{customer_id}/times", data=the_form(read, customer_id))
    assert answer.status_code == 400
    assert "not on the map yet" in answer.text


def test_a_requested_visit_is_listed_and_given_a_time(
    desk: FlaskClient, write: SessionFactory, read: SessionFactory, customer_id: int
) -> None:
    with write() as session:
        order = a_work_order(session, session.get_one(Customer, customer_id))
        visit_id = a_visit(session, order, day=None).id
    assert "Maria Puig" in desk.get("/requests").text
    page = desk.get(f"/visits/{visit_id}/move").text
    data = {"version": 1, "offer": tokens(page)[0], "form_key": "a"}
    assert desk.post(f"/visits/{visit_id}/move", data=data).status_code == 303
    with read() as session:
        assert session.get_one(Visit, visit_id).state == VisitState.BOOKED
    assert "Maria Puig" not in desk.get("/requests").text


def test_a_new_customer_is_taken_on_with_an_estimated_point(
    desk: FlaskClient, read: SessionFactory, customer_id: int
) -> None:
    answer = desk.post("/customers/new", data=NEW)
    assert answer.status_code == 303
    with read() as session:
        new = session.scalars(select(Customer).where(Customer.id != customer_id)).one()
        assert (new.folded_name, new.contacts[0].phone) == ("nuria font", "+376312345")
        assert new.sites[0].place_quality == PlaceQuality.ESTIMATED
        assert new.sites[0].postcode == "AD200"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Write the name"),
        ({"phone": "12"}, "is not a phone number"),
        ({"phone": ""}, "Give a phone"),
        ({"language": ""}, "Ask which language"),
        ({"street": ""}, "Write the street"),
        ({"municipality": ""}, "Write the municipality"),
        ({"point": "91, 1"}, "outside the world"),
        ({"point": "behind the church"}, "No point can be read"),
        ({"email": "nobody"}, "is not an e-mail address"),
        ({"name": "x" * 300}, "longer than 200 letters"),
    ],
)
def test_what_is_wrong_with_a_new_customer_is_named(
    desk: FlaskClient,
    read: SessionFactory,
    customer_id: int,
    changes: dict[str, str],
    sentence: str,
) -> None:
    answer = desk.post("/customers/new", data={**NEW, **changes})
    assert answer.status_code == 400
    assert sentence in answer.text
    with read() as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 1


def test_no_language_is_chosen_for_the_dispatcher(desk: FlaskClient, customer_id: int) -> None:
    page = desk.get("/customers/new").text
    languages = re.findall(r'<input[^>]*name="language"[^>]*>', page)
    assert len(languages) == 4
    assert not [one for one in languages if "checked" in one]


def test_a_likely_duplicate_is_asked_about(
    desk: FlaskClient, read: SessionFactory, customer_id: int
) -> None:
    same = {**NEW, "phone": "+376 331 122"}
    asked = desk.post("/customers/new", data=same)
    assert asked.status_code == 409
    assert "Maria Puig" in asked.text
    assert desk.post("/customers/new", data={**same, "seen_alike": "1"}).status_code == 303


def test_contacts_sites_and_names_are_mended(
    desk: FlaskClient, read: SessionFactory, customer_id: int
) -> None:
    with read() as session:
        customer = session.get_one(Customer, customer_id)
        contact_id, site_id = customer.contacts[0].id, customer.sites[0].id
        point = (customer.sites[0].lat, customer.sites[0].lon)
    here = f"/customers/{customer_id}"
    person = {"name": "Joan", "phone": "+34 600 111 222", "language": "es", "role": "payer"}
    address = {"street": "Carrer Nou 2", "municipality": "Andorra la Vella"}
    for path, data in (
        (f"{here}/contacts/{contact_id}", person),
        (f"{here}/sites/{site_id}", address),
        (f"{here}/edit", {"name": "Família Puig", "note": "rings at the back"}),
        (f"{here}/contacts/new", {**person, "name": "Pere"}),
        (f"{here}/sites/new", {**address, "point": "42.5, 1.5"}),
    ):
        assert desk.get(path).status_code == 200
        assert desk.post(path, data=data).status_code == 303, path
    wrong = desk.post(f"{here}/contacts/{contact_id}", data={**person, "phone": "1"})
    assert (wrong.status_code, "is not a phone number" in wrong.text) == (400, True)
    with read() as session:
        customer = session.get_one(Customer, customer_id)
        assert customer.folded_name == "familia puig"
        assert [one.phone for one in customer.contacts] == ["+34600111222"] * 2
        assert (customer.sites[0].lat, customer.sites[0].lon) == point
        assert customer.sites[1].place_quality == PlaceQuality.EXACT


def test_a_language_is_confirmed_and_a_consent_recorded(
    desk: FlaskClient, write: SessionFactory, read: SessionFactory, customer_id: int
) -> None:
    with write() as session:
        contact = session.get_one(Customer, customer_id).contacts[0]
        contact.language_confirmed = False
        contact_id = contact.id
    assert "language not asked yet" in desk.get(f"/customers/{customer_id}").text
    here = f"/customers/{customer_id}/contacts/{contact_id}"
    assert desk.post(f"{here}/language", data={"language": "hu"}).status_code == 303
    assert desk.post(f"{here}/language", data={"language": "xx"}).status_code == 400
    said = {"channel": "sms", "granted": "no"}
    assert desk.post(f"{here}/consent", data=said).status_code == 303
    with read() as session:
        contact = session.get_one(Contact, contact_id)
        assert (contact.language, contact.language_confirmed) == (Language.HUNGARIAN, True)
        word = session.scalars(select(Consent)).one()
        assert (word.granted, word.source) == (False, "office")
        assert word.wording


def test_another_customers_contact_is_not_known(
    desk: FlaskClient, write: SessionFactory, customer_id: int
) -> None:
    with write() as session:
        other = a_customer(session)
        contact_id, site_id = other.contacts[0].id, session.scalars(select(Site.id)).all()[-1]
    assert desk.get(f"/customers/{customer_id}/contacts/{contact_id}").status_code == 404
    assert desk.get(f"/customers/{customer_id}/sites/{site_id}").status_code == 404
    assert desk.get("/customers/4711").status_code == 404


def test_a_link_for_the_customer_is_shown_once(
    desk: FlaskClient, write: SessionFactory, customer_id: int
) -> None:
    with write() as session:
        order = a_work_order(session, session.get_one(Customer, customer_id))
        visit_id = a_visit(session, order).id
    page = desk.post(f"/visits/{visit_id}/link").text
    assert re.search(r"http://localhost/c/[\w-]{22}", page)
