"""Strangers book on the public page once their phone is theirs; else their request waits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from fieldservice.clock import wall
from fieldservice.models.customers import Channel, Customer, PhoneCode
from fieldservice.models.messages import Message, MessageKind
from fieldservice.models.territories import Place, Territory
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.messages.senders import SenderEntry, add_sender
from fieldservice.web.limits import limiter
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, ZONE, a_customer
from tests.integration.booking_office import an_office

STRANGER = {
    "step": "who",
    "kind": "repair",
    "summary": "No hot water.",
    "street": "Carrer Nou 3",
    "municipality": "Encamp",
    "name": "Pere Font",
    "phone": "345678",
    "language": "ca",
    "form_key": "a-strangers-form",
}


@pytest.fixture(autouse=True)
def nobody_knocked_before(client: FlaskClient) -> Iterator[None]:
    """Each test begins with all its tries."""
    limiter.reset()
    yield
    limiter.reset()


@pytest.fixture
def slug(write: SessionFactory) -> str:
    """A territory that lets strangers book."""
    with write() as session:
        office = an_office(session, public_booking=True)
        office.places.append(Place(name="Encamp", folded_name="encamp", lat=42.536, lon=1.583))
        return office.slug


def code_sent(read: SessionFactory) -> str:
    with read() as session:
        kinds = select(Message).where(Message.kind == MessageKind.CODE)
        message = session.scalars(kinds.order_by(Message.id.desc())).first()
        assert message
        found = re.search(r"\d{6}", message.body)
        assert found
        return found[0]


def asks(client: FlaskClient, slug: str, **changes: str) -> str:
    answer = client.post(f"/book/{slug}", data={**STRANGER, **changes})
    assert answer.status_code == 303
    return answer.location


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_stranger_books_with_a_code(client: FlaskClient, read: SessionFactory, slug: str) -> None:
    assert "Step 1 of 3" in client.get(f"/book/{slug}").text
    steps = {**STRANGER, "step": "what"}
    assert "Where should we come?" in client.post(f"/book/{slug}", data=steps).text
    steps["step"] = "where"
    assert "Who are you?" in client.post(f"/book/{slug}", data=steps).text
    page = asks(client, slug)
    assert "+376 345 678" in client.get(page).text
    confirmed = client.post(page, data={"code": code_sent(read)})
    assert confirmed.status_code == 303
    times = client.get(confirmed.location).text
    offer = re.findall(r'name="offer" value="([^"]+)"', times)[0]
    version = re.findall(r'name="version" value="(\d+)"', times)[0]
    booked = client.post(confirmed.location, data={"offer": offer, "version": version})
    assert booked.status_code == 303
    with read() as session:
        visit = session.scalars(select(Visit)).one()
        assert visit.state == VisitState.BOOKED
        assert visit.work_order.customer.name == "Pere Font"
        owed = set(session.scalars(select(Message.kind)))
        assert MessageKind.BOOKED in owed


def test_without_the_code_the_request_waits_for_the_office(
    client: FlaskClient, read: SessionFactory, sign_in: SignIn, slug: str
) -> None:
    page = asks(client, slug)
    assert client.post(page, data={"code": wrong(code_sent(read))}).status_code == 400
    with read() as session:
        assert session.scalars(select(Visit)).one().state == VisitState.REQUESTED
    sign_in(client, RoleName.DISPATCHER)
    requests = client.get("/requests").text
    assert "Pere Font" in requests
    assert "phone not confirmed" in requests


def test_five_wrong_codes_use_it_up(client: FlaskClient, read: SessionFactory, slug: str) -> None:
    page = asks(client, slug)
    code = code_sent(read)
    for _ in range(5):
        assert client.post(page, data={"code": wrong(code)}).status_code == 400
    used = client.post(page, data={"code": code})
    assert used.status_code == 400
    assert "tried too often" in used.text
    assert client.post(f"{page}/again").status_code == 303
    assert client.post(page, data={"code": code_sent(read)}).status_code == 303


def test_a_code_is_good_for_ten_minutes(
    client: FlaskClient, read: SessionFactory, slug: str, time_machine: Any
) -> None:
    page = asks(client, slug)
    time_machine.move_to(NOW + timedelta(minutes=10), tick=False)
    late = client.post(page, data={"code": code_sent(read)})
    assert late.status_code == 400
    assert "older than ten minutes" in late.text


def test_a_number_gets_five_codes_an_hour(
    client: FlaskClient, read: SessionFactory, slug: str, time_machine: Any
) -> None:
    page = asks(client, slug)
    answers = [client.post(f"{page}/again").status_code for _ in range(5)]
    assert answers == [303, 303, 303, 303, 429]
    again = client.post(
        f"/book/{slug}",
        data={**STRANGER, "form_key": "another-form", "name": "Somebody Else", "language": "en"},
        query_string={"lang": "en"},
    )
    assert again.status_code == 429
    later = wall(NOW + timedelta(minutes=61), ZONE)
    assert f"codes were asked for this number. Try again after {later:%-H:%M}, or" in again.text
    with read() as session:
        assert session.scalar(select(func.count()).select_from(PhoneCode)) == 5
        assert session.scalar(select(func.count()).select_from(Visit)) == 1
    time_machine.move_to(later, tick=False)
    assert client.get(asks(client, slug, form_key="another-form")).status_code == 200


@pytest.mark.parametrize(
    "phone",
    ["+34803123456", "+19005551234", "+881612345678", "+979123456789", "+447400123456"],
    ids=["premium", "premium abroad", "satellite", "premium nowhere", "country not served"],
)
def test_no_code_goes_where_the_office_texts_nobody(
    client: FlaskClient, read: SessionFactory, write: SessionFactory, slug: str, phone: str
) -> None:
    with write() as session:
        office = session.scalars(select(Territory)).one()
        for country in ("ES", "US"):
            entry = SenderEntry(Channel.SMS, f"+37633333{len(country)}", country)
            add_sender(session, NOW, None, office, entry)
    answer = client.post(f"/book/{slug}", data={**STRANGER, "phone": phone})
    assert answer.status_code == 400
    assert "numbers of this country or kind" in answer.text
    asks(client, slug, phone="+34612345678")
    with read() as session:
        assert list(session.scalars(select(PhoneCode.phone))) == ["+34612345678"]


def test_known_and_unknown_numbers_are_answered_alike(
    client: FlaskClient, write: SessionFactory, slug: str
) -> None:
    with write() as session:
        a_customer(session, phone="+376312399")
    known = client.get(asks(client, slug, phone="312399", form_key="one")).text
    unknown = client.get(asks(client, slug, phone="312398", form_key="two")).text

    def same(page: str) -> str:
        kept = re.sub(r"code/[\w.-]+", "code/…", page)
        return re.sub(r"\w\w-\d\d-\d{6}|312 39\d|nonce-[\w-]+", "…", kept)

    assert same(known) == same(unknown)


def test_the_same_form_sent_twice_asks_once(
    client: FlaskClient, read: SessionFactory, slug: str
) -> None:
    asks(client, slug)
    asks(client, slug)
    with read() as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 1
        assert session.scalar(select(func.count()).select_from(PhoneCode)) == 1


def test_whoever_goes_back_and_corrects_the_number_gets_the_code_there(
    client: FlaskClient, read: SessionFactory, slug: str
) -> None:
    asks(client, slug, phone="345677")
    assert "+376 345 678" in client.get(asks(client, slug)).text
    with read() as session:
        codes = select(Message.to_address).where(Message.kind == MessageKind.CODE)
        sent = session.scalars(codes.order_by(Message.id)).all()
        assert list(sent) == ["+376345677", "+376345678"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "party"}, "Choose what it is."),
        ({"summary": ""}, "Tell us in a few words"),
        ({"street": ""}, "Write the street"),
        ({"municipality": ""}, "Choose the municipality."),
        ({"name": ""}, "Write your name."),
        ({"phone": "12"}, "This is not a phone number."),
        ({"phone": "812345"}, "no text reaches this number"),
        ({"language": ""}, "Choose a language."),
    ],
)
def test_a_wrong_answer_brings_its_step_back(
    client: FlaskClient,
    read: SessionFactory,
    slug: str,
    changes: dict[str, str],
    sentence: str,
) -> None:
    answer = client.post(f"/book/{slug}", data={**STRANGER, **changes})
    assert answer.status_code == 400
    assert sentence in answer.text
    with read() as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 0


def test_a_closed_territory_has_no_public_page(
    client: FlaskClient, write: SessionFactory, slug: str
) -> None:
    with write() as session:
        private = an_office(session).slug
    for address in (f"/book/{private}", "/book/nowhere"):
        assert client.get(address).status_code == 404
        assert client.post(address, data=STRANGER).status_code == 404


def test_a_ticket_cannot_be_made_up(client: FlaskClient, slug: str) -> None:
    assert client.get(f"/book/{slug}/code/MQ.made.up").status_code == 404
    assert client.post(f"/book/{slug}/code/MQ.made.up/again").status_code == 404


def test_a_town_nobody_knows_is_called_about(
    client: FlaskClient, read: SessionFactory, slug: str
) -> None:
    page = asks(client, slug, municipality="Atlantis", language="en")
    confirmed = client.post(page, data={"code": code_sent(read)})
    assert "on the map yet" in client.get(confirmed.location).text


def test_the_page_works_in_all_four_languages(client: FlaskClient, slug: str) -> None:
    for language, title in (
        ("en", "Book a visit"),
        ("es", "Reservar una visita"),
        ("ca", "Reservar una visita"),
        ("hu", "Látogatás foglalása"),
    ):
        assert title in client.get(f"/book/{slug}?lang={language}").text
