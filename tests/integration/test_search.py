"""One field finds a customer by whatever the caller says."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from fieldservice.models.users import RoleName
from fieldservice.operations.customers import records
from fieldservice.operations.customers.customer_entries import ContactForm
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.search import Found, search
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, a_customer, a_territory, a_work_order, an_asset


@pytest.fixture
def nuria(write: SessionFactory) -> int:
    """Núria among others, with a boiler and a work order."""
    with write() as session:
        territory = a_territory(session)
        for number in range(3):
            a_customer(
                session,
                territory,
                name=f"Maria Serra {number}",
                folded_name=f"maria serra {number}",
                phone=f"+37633110{number}",
            )
        customer = a_customer(
            session,
            territory,
            name="Núria Font i Puig",
            folded_name=fold("Núria Font i Puig"),
            phone="+376312345",
        )
        site = customer.sites[0]
        site.street, site.municipality = "Avinguda del Coprincep 12", "Escaldes"
        site.folded_address = fold("Avinguda del Coprincep 12 AD700 Escaldes-Engordany")
        an_asset(session, customer, serial="Xb-0042-K")
        a_work_order(session, customer, reference="AD-26-000777")
        return customer.id


def find(read: SessionFactory, text: str) -> Found:
    with read() as session:
        return search(session, text, ["AD", "ES"])


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("nuria", "name"),
        ("NÚRIA font", "name"),
        ("puig nuria", "name"),
        ("+376 312 345", "phone"),
        ("312345", "phone"),
        ("312 345", "phone"),
        ("00376312345", "phone"),
        ("00376 312-345", "phone"),
        ("2345", "phone"),
        ("coprincep", "address"),
        ("escaldes 12", "address"),
        ("AD-26-000777", "work_order"),
        ("ad-26-000777", "work_order"),
        ("000777", "work_order"),
        ("xb-0042-k", "asset"),
        ("0042", "asset"),
    ],
)
def test_whatever_the_caller_says_finds_her(
    read: SessionFactory, nuria: int, text: str, by: str
) -> None:
    found = find(read, text)
    assert found.only == nuria
    assert by in {group.kind for group in found.groups}


@pytest.mark.parametrize("text", ["", "n", "zzz", "%", "_", "uria", "999999", "'; drop table"])
def test_nothing_is_found_where_nothing_is_meant(
    read: SessionFactory, nuria: int, text: str
) -> None:
    assert find(read, text).groups == ()


def test_several_are_listed_by_what_was_found(read: SessionFactory, nuria: int) -> None:
    found = find(read, "maria")
    assert found.only is None
    assert [(group.kind, len(group.hits)) for group in found.groups] == [("name", 3)]


def test_an_exact_hit_wins_over_those_that_only_begin_so(
    write: SessionFactory, read: SessionFactory, nuria: int
) -> None:
    with write() as session:
        exact = a_customer(session, name="Maria", folded_name="maria").id
    assert find(read, "María").only == exact


def test_a_single_hit_leads_straight_to_the_customer(
    client: FlaskClient, sign_in: SignIn, nuria: int
) -> None:
    sign_in(client, RoleName.DISPATCHER)
    answer = client.get("/search?q=312345")
    assert answer.status_code == 302
    assert answer.location == f"/customers/{nuria}"


def test_many_hits_are_a_list_and_none_offers_a_new_customer(
    client: FlaskClient, sign_in: SignIn, nuria: int
) -> None:
    sign_in(client, RoleName.DISPATCHER)
    assert "By name" in client.get("/search?q=maria").text
    nobody = client.get("/search?q=zebulon").text
    assert "Nobody was found" in nobody
    assert "/customers/new?q=zebulon" in nobody
    assert "New customer" in client.get("/search").text


def test_a_person_is_found_though_the_customer_bears_another_name(
    write: SessionFactory, read: SessionFactory, nuria: int
) -> None:
    with write() as session:
        records.set_contact(
            session,
            nuria,
            None,
            ContactForm("José Álvarez", email="Jose@Example.org", language="es"),
            NOW,
            None,
        )
    for text, by in (("alvarez jose", "contact"), ("jose@example.org", "email")):
        found = find(read, text)
        assert (found.only, [group.kind for group in found.groups]) == (nuria, [by])
