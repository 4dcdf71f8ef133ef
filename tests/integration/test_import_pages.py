"""The upload page: checked first, then written whole; and the list of addresses to place."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from fieldservice.config import Settings
from fieldservice.models.audit import AuditEntry
from fieldservice.models.customers import Customer, PlaceQuality, Site
from fieldservice.models.imports import ImportMapping
from fieldservice.models.plans import Stop
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit
from tests.conftest import SessionFactory, SignIn
from tests.factories import a_technician
from tests.integration.lists import a_home_of_lists, list_of

PROMISED = "A1;Maria Puig;331100;Major 1;Ordino;avaria;11/03/2026;9-11;Joan Pla;42,5563;1,5333"
WAITING = "A2;Pere Mas;331200;Nou 2;Encamp;instal·lació;;;;;"
BAD = "A3;Anna Vila;33;Nou 3;Encamp;avaria;;;;;"


@pytest.fixture
def office(write: SessionFactory, client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    with write() as session:
        a_technician(session, a_home_of_lists(session), name="Joan Pla")
    sign_in(client, RoleName.DISPATCHER)
    return client


def upload(client: FlaskClient, content: bytes, name: str = "llista.csv") -> TestResponse:
    return client.post("/imports", data={"kind": "visits", "file": (io.BytesIO(content), name)})


def visits(read: SessionFactory) -> int:
    with read() as session:
        return session.scalar(select(func.count()).select_from(Visit)) or 0


def test_a_list_is_checked_before_it_is_written(
    office: FlaskClient, read: SessionFactory, settings: Settings
) -> None:
    page = upload(office, list_of(PROMISED, WAITING)).location
    assert "Write 2 rows" in office.get(page).text
    assert visits(read) == 0
    written = office.post(f"{page}/write", data={"language": "ca"})
    assert written.location == page
    assert "rows written" in office.get(page).text
    assert visits(read) == 2
    assert not list((settings.var_dir / "uploads").glob("*.list"))


def test_a_double_click_writes_once(office: FlaskClient, read: SessionFactory) -> None:
    page = upload(office, list_of(WAITING)).location
    for _ in range(2):
        assert office.post(f"{page}/write", data={"language": "ca"}).location == page
    assert visits(read) == 1


def test_faults_are_listed_and_nothing_is_written_until_that_is_wanted(
    office: FlaskClient, read: SessionFactory
) -> None:
    page = upload(office, list_of(PROMISED, BAD)).location
    shown = office.get(page).text
    assert "Telèfon" in shown
    assert "is not a phone number" in shown
    refused = office.post(f"{page}/write", data={"language": "ca"})
    assert refused.status_code == 400
    assert visits(read) == 0
    office.post(f"{page}/write", data={"language": "ca", "accept_valid": "yes"})
    assert visits(read) == 1


def test_likely_duplicates_are_asked_about_with_the_answer_on_the_page(
    office: FlaskClient, read: SessionFactory
) -> None:
    first = upload(office, list_of(PROMISED)).location
    office.post(f"{first}/write", data={"language": "ca"})
    page = upload(office, list_of("A9;M. Puig;331100;Nou 7;Encamp;demo;;;;;")).location
    shown = office.get(page).text
    assert "The same as Maria Puig" in shown
    assert office.post(f"{page}/write", data={"language": "ca"}).status_code == 400
    answer = re.search(r'name="answer-2" value="(\d+)"', shown)
    assert answer
    office.post(f"{page}/write", data={"answer-2": answer[1]})
    with read() as session:
        assert session.scalars(select(Customer.name)).all() == ["Maria Puig"]


def test_unknown_headings_are_asked_about_once(office: FlaskClient, read: SessionFactory) -> None:
    odd = list_of("Maria Puig;Major 1, Ordino;avaria", headings="Wer;Wo;Was")
    page = upload(office, odd).location
    assert "Some headings were not understood" in office.get(page).text
    columns = {"column-customer": "Wer", "column-address": "Wo"}
    assert office.post(f"{page}/columns", data=columns).status_code == 400
    office.post(f"{page}/columns", data={**columns, "column-kind": "Was"})
    assert "Write 1 row" in office.get(page).text
    assert "Write 1 row" in office.get(upload(office, odd).location).text
    with read() as session:
        assert session.scalars(select(ImportMapping)).one().columns["kind"] == "Was"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "a PDF"),
        (b"Hello\nyou\n", "Only one column"),
        (b"PK\x03\x04", "damaged"),
    ],
)
def test_a_file_that_is_no_list_is_refused(
    office: FlaskClient, content: bytes, sentence: str, settings: Settings
) -> None:
    answer = upload(office, content)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert not (settings.var_dir / "uploads").exists()


def test_a_form_without_a_file_says_so(office: FlaskClient) -> None:
    answer = office.post("/imports", data={"kind": "visits"})
    assert (answer.status_code, "Choose the file" in answer.text) == (400, True)


def test_a_list_is_its_senders_alone(
    office: FlaskClient, client: FlaskClient, sign_in: SignIn
) -> None:
    page = upload(office, list_of(WAITING)).location
    sign_in(client, RoleName.DISPATCHER)
    assert client.get(page).status_code == 404
    assert client.get("/imports/..%2f..%2fsecret_key").status_code == 404


def test_a_list_can_be_forgotten(office: FlaskClient) -> None:
    page = upload(office, list_of(WAITING)).location
    office.post(f"{page}/discard")
    assert office.get(page).status_code == 404


def test_names_in_a_list_are_shown_as_text(office: FlaskClient) -> None:
    page = upload(office, list_of(BAD.replace("33;", "<script>alert(1)</script>;"))).location
    assert "<script>alert" not in office.get(page).text


def site_to_place(read: SessionFactory) -> int:
    with read() as session:
        return session.scalars(
            select(Site.id).where(Site.place_quality != PlaceQuality.EXACT)
        ).one()


def test_a_pasted_map_link_places_an_address_and_its_promised_visit_gets_a_stop(
    office: FlaskClient, read: SessionFactory
) -> None:
    nowhere = PROMISED.replace("42,5563;1,5333", ";").replace("Ordino", "Os de Civís")
    page = upload(office, list_of(nowhere.replace("Joan Pla", ""))).location
    office.post(f"{page}/write", data={"language": "ca"})
    assert "None: cannot be planned" in office.get("/places").text
    address = f"/places/{site_to_place(read)}"

    refused = office.post(address, data={"pasted": "https://maps.app.goo.gl/x"})
    assert (refused.status_code, "short link" in refused.text) == (400, True)

    office.post(address, data={"pasted": "https://www.openstreetmap.org/#map=17/42.51/1.44"})
    assert "Every address is on the map" in office.get("/places").text
    with read() as session:
        site = session.scalars(select(Site)).one()
        assert (site.lat, site.lon, site.place_quality) == (42.51, 1.44, PlaceQuality.EXACT)
        assert session.scalars(select(Stop.visit_id).where(Stop.visit_id.is_not(None))).one()
        assert "site.placed" in session.scalars(select(AuditEntry.action)).all()


def test_an_address_that_is_gone_is_not_found(office: FlaskClient) -> None:
    assert office.post("/places/999999", data={"pasted": "42.5, 1.5"}).status_code == 404
