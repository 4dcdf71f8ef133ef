"""What another system does with records: it keeps them as it knows them, by its own ids."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fieldservice.models.audit import AuditEntry
from fieldservice.models.customers import Customer, Site
from fieldservice.models.plans import ServiceDay, Stop
from fieldservice.models.technicians import Absence, Shift, Technician
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder, WorkOrderState
from fieldservice.operations.bookings.booking import book
from fieldservice.operations.bookings.work_orders import take_order, wish_of
from fieldservice.operations.plans.days import find_day, service_day
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import findings_of, sequences
from tests.conftest import SessionFactory
from tests.factories import (
    NOW,
    TOMORROW,
    a_customer,
    a_product,
    a_technician,
    a_territory,
    an_asset,
    at,
)
from tests.integration.booking_office import an_office, an_order, asked, at_hour, offered
from tests.integration.program import Program, a_program
from tests.integration.test_api_frame import a_wanted_customer, faulty, told

SATURDAY = date(2026, 3, 14)


@pytest.fixture
def program(app: Flask, write: SessionFactory) -> Program:
    """A program that may do all a dispatcher may."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return a_program(app, write)


@pytest.fixture
def territory_id(write: SessionFactory) -> int:
    """A territory."""
    with write() as session:
        return a_territory(session).id


def got(reply: Any, status: int = 200) -> dict[str, Any]:
    """The record in an answer that must have this status."""
    assert reply.status_code == status, reply.get_data(as_text=True)
    found: dict[str, Any] = reply.get_json()
    return found


def deeds(read: SessionFactory, action: str) -> int:
    """How often something was done, as the audit has it."""
    with read() as session:
        done = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
        return session.scalar(done) or 0


def test_a_customer_put_twice_is_one_customer(
    program: Program, territory_id: int, read: SessionFactory
) -> None:
    wanted = a_wanted_customer(territory_id)
    path = "/customers/by-external-id/ERP 1/a"
    first = got(program.put(path, wanted), 201)
    assert first["external_id"] == "ERP 1/a"
    second = got(program.put(path, {**wanted, "name": "Anna Puig Serra", "note": "Dog."}))
    assert (second["id"], second["name"], second["note"]) == (
        first["id"],
        "Anna Puig Serra",
        "Dog.",
    )
    third = got(program.put(path, {"contact": {**wanted["contact"], "phone": "+376331101"}}))
    assert third["name"] == "Anna Puig Serra"
    with read() as session:
        customer = session.get_one(Customer, first["id"])
        assert [contact.phone for contact in customer.contacts] == ["+376331101"]
        assert third["contact_ids"] == [contact.id for contact in customer.contacts]
        assert third["site_ids"] == [site.id for site in customer.sites]
        assert [(site.street, site.lat) for site in customer.sites] == [("Carrer Major 1", 42.5)]


def test_ids_that_differ_in_slashes_alone_are_different_records(
    program: Program, territory_id: int
) -> None:
    wanted = a_wanted_customer(territory_id)
    ids = ["%2FA", "A", "A%2F%2FB", "A%2FB", "A%2F"]
    made = [got(program.put(f"/customers/by-external-id/{one}", wanted), 201) for one in ids]
    assert [one["external_id"] for one in made] == ["/A", "A", "A//B", "A/B", "A/"]
    assert program.get("//customers").status_code == 404


def test_a_new_customer_needs_all_that_a_known_one_has(program: Program) -> None:
    reply = program.put("/customers/by-external-id/ERP-1", {"name": "Anna"})
    assert faulty(reply) == {"territory_id", "contact", "site"}


@pytest.mark.parametrize("external_id", ["x" * 121, "%20a", "a%20", "a%09b"])
def test_an_id_nobody_keeps_is_refused(program: Program, external_id: str) -> None:
    assert faulty(program.put(f"/customers/by-external-id/{external_id}", {})) == {"external_id"}


def test_an_id_is_not_given_twice_nor_taken_from_its_record(
    program: Program, territory_id: int
) -> None:
    wanted = a_wanted_customer(territory_id)
    one = got(program.put("/customers/by-external-id/A", wanted), 201)
    two = got(program.post("/customers", wanted), 201)
    reply = program.patch(f"/customers/{two['id']}", {"external_id": "A"})
    assert str(one["id"]) in told(reply, 409, "conflict")["detail"]
    assert (
        got(program.patch(f"/customers/{one['id']}", {"external_id": None}))["external_id"] is None
    )
    assert got(program.patch(f"/customers/{two['id']}", {"external_id": "A"}))["external_id"] == "A"
    # Another kind of record may have the same id.
    site = {**wanted["site"], "customer_id": two["id"]}
    del site["lat"], site["lon"]
    got(program.put("/sites/by-external-id/A", site), 201)


def test_an_id_that_a_list_brought_in_twice_stands_for_neither(
    program: Program, territory_id: int, write: SessionFactory
) -> None:
    with write() as session:
        ids = [a_customer(session, external_id="C-7").id for _ in range(2)]
    reply = program.put("/customers/by-external-id/C-7", {"name": "Anna"})
    detail = told(reply, 409, "conflict")["detail"]
    assert all(str(one) in detail for one in ids)
    found = got(program.get("/customers?external_id=C-7"))["items"]
    assert [one["id"] for one in found] == ids
    got(program.patch(f"/customers/{ids[0]}", {"external_id": "C-8"}))
    assert got(program.put("/customers/by-external-id/C-7", {"name": "Anna"}))["id"] == ids[1]


def test_customers_are_found_by_what_is_known_of_them(
    program: Program, write: SessionFactory
) -> None:
    with write() as session:
        one, other = (a_customer(session, a_territory(session)) for _ in range(2))
        questions = {
            f"/customers?territory_id={one.territory_id}": one.id,
            f"/customers?phone=%2B{str(other.contacts[0].phone)[1:]}": other.id,
            f"/contacts?customer_id={other.id}": other.contacts[0].id,
            f"/sites?customer_id={one.id}": one.sites[0].id,
        }
    for path, expected in questions.items():
        assert [found["id"] for found in got(program.get(path))["items"]] == [expected], path


def test_a_contact_is_added_changed_and_kept_by_its_id(
    program: Program, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        customer_id = a_customer(session).id
    wanted = {"name": "Joan", "phone": "331 155", "language": "es", "role": "key_holder"}
    joan = got(program.post(f"/customers/{customer_id}/contacts", wanted), 201)
    assert (joan["phone"], joan["role"], joan["language"]) == ("+376331155", "key_holder", "es")
    changed = got(program.patch(f"/contacts/{joan['id']}", {"email": "joan@example.org"}))
    assert (changed["phone"], changed["email"]) == ("+376331155", "joan@example.org")
    assert faulty(program.patch(f"/contacts/{joan['id']}", {"phone": "12"})) == {"phone"}
    reply = program.patch(f"/contacts/{joan['id']}", {"phone": None, "email": None})
    assert faulty(reply) == {"phone"}
    put = {"customer_id": customer_id, "name": "Pere", "language": "ca", "email": "p@example.org"}
    pere = got(program.put("/contacts/by-external-id/K1", put), 201)
    assert got(program.put("/contacts/by-external-id/K1", {"name": "Pere P."}))["id"] == pere["id"]
    told(program.post("/customers/77/contacts", wanted), 404, "not-found")
    assert faulty(program.put("/contacts/by-external-id/K2", {**put, "customer_id": 77})) == {
        "customer_id"
    }
    assert deeds(read, "contact.changed") == 4


def test_nobody_is_given_to_another_customer_without_a_word(
    program: Program, write: SessionFactory
) -> None:
    with write() as session:
        mine, theirs = a_customer(session).id, a_customer(session, phone="+376331177").id
    put = {"customer_id": mine, "name": "Pere", "language": "ca", "email": "p@example.org"}
    pere = got(program.put("/contacts/by-external-id/K1", put), 201)
    again = {**put, "customer_id": theirs, "name": "Another"}
    assert faulty(program.put("/contacts/by-external-id/K1", again)) == {"customer_id"}
    assert got(program.get(f"/contacts/{pere['id']}"))["name"] == "Pere"
    assert got(program.put("/contacts/by-external-id/K1", put))["customer_id"] == mine


def test_a_number_imported_long_ago_stands_in_no_other_changes_way(
    program: Program, write: SessionFactory
) -> None:
    with write() as session:
        contact_id = a_customer(session, phone="+447700900121").contacts[0].id
    changed = got(program.patch(f"/contacts/{contact_id}", {"name": "Alice Lane"}))
    assert (changed["name"], changed["phone"]) == ("Alice Lane", "+447700900121")
    reply = program.patch(f"/contacts/{contact_id}", {"phone": "+447700900122"})
    assert faulty(reply) == {"phone"}


def test_two_ids_in_no_utf8_are_not_taken_for_one(program: Program, territory_id: int) -> None:
    for id_ in ("%ff", "%fe"):
        reply = program.put(f"/customers/by-external-id/{id_}", a_wanted_customer(territory_id))
        assert faulty(reply) == {"external_id"}


def test_days_off_stay_with_the_technician_they_were_sent_for(
    program: Program, write: SessionFactory
) -> None:
    with write() as session:
        territory = a_territory(session)
        anna, pau = a_technician(session, territory).id, a_technician(session, territory).id
    wanted: dict[str, Any] = {"technician_id": anna, "reason": "sickness"}
    wanted |= {"first_day": str(TOMORROW), "last_day": str(TOMORROW)}
    other = {"technician_id": pau}
    got(program.put("/absences/by-external-id/A1", wanted), 201)
    reply = program.put("/absences/by-external-id/A1", wanted | other)
    assert faulty(reply) == {"technician_id"}


def test_a_site_that_moves_on_the_map_lays_its_days_out_anew(
    program: Program, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office)
        offer = at_hour(offered(session, office, wanted), TOMORROW, 10)
        order = take_order(session, wanted, NOW, None)
        visit = book(session, order, wish_of(session, wanted), offer.token, asked())[0]
        site_id, visit_id = order.site_id, visit.id
        driven = session.scalars(select(Stop).where(Stop.visit_id == visit_id)).one()
        before = driven.travel_seconds
    moved = got(program.patch(f"/sites/{site_id}", {"lat": 42.65, "lon": 1.6, "postcode": None}))
    assert (moved["lat"], moved["place_quality"]) == (42.65, "exact")
    with read() as session:
        stop = session.scalars(select(Stop).where(Stop.visit_id == visit_id)).one()
        assert stop.travel_seconds > before
        day = find_day(session, office.id, TOMORROW)
        assert day
        at_day = problem_for(session, day, NOW)
        assert findings_of(at_day.problem, sequences(day, at_day.problem)).introduced == ()
    assert faulty(program.patch(f"/sites/{site_id}", {"lat": 1.0})) == {"lat"}
    assert faulty(program.patch(f"/sites/{site_id}", {"lat": 0, "lon": 0})) == {"lat"}


def test_an_asset_stands_at_a_site_of_its_customer(program: Program, write: SessionFactory) -> None:
    with write() as session:
        mine, other = a_customer(session), a_customer(session)
        ids = {"customer_id": mine.id, "site_id": mine.sites[0].id}
        strange = other.sites[0].id
    boiler = {"name": "Caldera 24", "brand": "Calor", "warranty_months": 36}
    product = got(program.put("/products/by-external-id/P1", boiler), 201)
    wanted = {**ids, "product_id": product["id"], "invoiced_on": "2026-01-31", "serial": "S 1"}
    asset = got(program.post("/assets", {**wanted, "external_id": "A1"}), 201)
    assert asset["warranty_until"] == "2029-01-31"
    again = got(program.put("/assets/by-external-id/A1", {"serial": "S 2"}))
    assert (again["id"], again["serial"], again["warranty_until"]) == (
        asset["id"],
        "S 2",
        "2029-01-31",
    )
    assert faulty(program.patch(f"/assets/{asset['id']}", {"site_id": strange})) == {"site_id"}
    assert faulty(program.post("/assets", {**wanted, "product_id": 77})) == {"product_id"}
    assert faulty(program.post("/assets", {**wanted, "customer_id": 77})) == {"customer_id"}
    assert [one["id"] for one in got(program.get("/assets?serial=S%202"))["items"]] == [asset["id"]]


def test_an_order_is_taken_once_and_changed_until_it_is_over(
    program: Program, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        asset = an_asset(session)
        wanted: dict[str, Any] = {
            "customer_id": asset.customer_id,
            "site_id": asset.site_id,
            "asset_id": asset.id,
            "kind": "repair",
            "summary": "The boiler drips.",
            "due_on": "2026-03-20",
            "duration_minutes": 90,
            "text_contact_id": asset.customer.contacts[0].id,
        }
    order = got(program.put("/work-orders/by-external-id/T-1", wanted), 201)
    assert (order["state"], order["due_on"], order["contacts"][0]["receives_texts"]) == (
        "open",
        "2026-03-20",
        True,
    )
    again = got(program.put("/work-orders/by-external-id/T-1", {**wanted, "priority": 80}))
    assert (again["id"], again["priority"]) == (order["id"], 80)
    with write() as session:
        visit = session.scalars(select(Visit)).one()
        assert (visit.state, visit.duration_minutes) == (VisitState.REQUESTED, 90)
        session.get_one(WorkOrder, order["id"]).state = WorkOrderState.DONE
    # What is sent again says nothing new; what says something new comes too late.
    assert got(program.put("/work-orders/by-external-id/T-1", {**wanted, "priority": 80}))
    told(program.patch(f"/work-orders/{order['id']}", {"priority": 1}), 409, "conflict")
    assert deeds(read, "work_order.taken") == 1
    for field, value in (("site_id", 77), ("asset_id", 77), ("text_contact_id", 77)):
        assert faulty(program.post("/work-orders", {**wanted, field: value})) == {field}
    assert got(program.get("/work-orders?state=done"))["items"][0]["id"] == order["id"]
    assert faulty(program.get("/work-orders?state=lost")) == {"state"}


def a_wanted_technician(territory_id: int, **changes: Any) -> dict[str, Any]:
    """Somebody who works Monday to Friday, as a program sends them."""
    week = [{"weekday": day, "starts": "08:00", "ends": "16:00"} for day in range(5)]
    return {
        "territory_id": territory_id,
        "name": "Pau Riba",
        "home_lat": 42.5,
        "home_lon": 1.5,
        "working_hours": week,
        "lunch": {"earliest": "12:00", "latest": "13:00", "minutes": 30},
        "skills": [{"name": "gas", "level": 2, "expires_on": "2027-01-31"}],
        **changes,
    }


def test_a_technician_is_kept_as_the_staff_system_knows_them(
    program: Program, territory_id: int, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        service_day(session, territory_id, TOMORROW)
    path = "/technicians/by-external-id/HR-7"
    pau = got(program.put(path, a_wanted_technician(territory_id)), 201)
    assert pau["lunch"] == {"earliest": "12:00", "latest": "13:00", "minutes": 30}
    assert pau["skills"] == [{"name": "gas", "level": 2, "expires_on": "2027-01-31"}]
    with read() as session:
        shift = session.scalars(select(Shift)).one()
        assert (shift.starts_at, shift.ends_at) == (at(TOMORROW, 8), at(TOMORROW, 16))
    week = [{"weekday": 2, "starts": "10:00", "ends": "14:00"}]
    changed = got(program.put(path, {"working_hours": week, "lunch": None, "skills": []}))
    assert (changed["id"], changed["name"], changed["lunch"], changed["skills"]) == (
        pau["id"],
        "Pau Riba",
        None,
        [],
    )
    with read() as session:
        assert session.scalars(select(Shift)).one().starts_at == at(TOMORROW, 10)
    assert not got(program.post(f"/technicians/{pau['id']}/retire"))["is_active"]
    with read() as session:
        assert session.scalar(select(func.count()).select_from(Shift)) == 0
    assert got(program.get("/technicians?is_active=false"))["items"][0]["id"] == pau["id"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"working_hours": []}, "working_hours"),
        (
            {"working_hours": [{"weekday": 0, "starts": "9:00", "ends": "8:00"}]},
            "working_hours.0.starts",
        ),
        ({"working_hours": [{"weekday": 0, "starts": "09:00", "ends": "08:00"}]}, "working_hours"),
        (
            {"working_hours": [{"weekday": 7, "starts": "08:00", "ends": "09:00"}]},
            "working_hours.0.weekday",
        ),
        ({"is_trainee": True}, "rides_with_id"),
        ({"rides_with_id": 77}, "rides_with_id"),
        ({"skills": [{"name": "gas"}, {"name": "Gas"}]}, "skills"),
        ({"skills": [{"name": "gas", "level": 10}]}, "skills.0.level"),
        ({"phone": "12"}, "phone"),
        ({"home_lat": 0, "home_lon": 0}, "home_lat"),
        ({"lunch": {"earliest": "13:00", "latest": "12:00", "minutes": 30}}, "lunch.latest"),
        ({"territory_id": 77}, "territory_id"),
    ],
)
def test_a_technician_that_cannot_be_is_refused_by_the_field_it_was_sent_in(
    program: Program, territory_id: int, changes: dict[str, Any], field: str
) -> None:
    wanted = {**a_wanted_technician(territory_id), **changes}
    assert field in faulty(program.post("/technicians", wanted))


def moment(day: date, hour: int) -> str:
    """A wall time in Andorra as an instant."""
    return at(day, hour).isoformat()


def a_saturday(technician_id: int, **changes: Any) -> dict[str, Any]:
    """A shift nobody works usually."""
    hours = {"starts_at": moment(SATURDAY, 9), "ends_at": moment(SATURDAY, 13)}
    return {"technician_ids": [technician_id], **hours, **changes}


@pytest.fixture
def technician_id(write: SessionFactory) -> int:
    """Somebody who works Monday to Friday."""
    with write() as session:
        return a_technician(session).id


def test_a_shift_is_added_changed_and_removed(
    program: Program, technician_id: int, read: SessionFactory
) -> None:
    shift = got(program.put("/shifts/by-external-id/S1", a_saturday(technician_id)), 201)
    assert (shift["service_on"], shift["technician_ids"]) == ("2026-03-14", [technician_id])
    later = got(program.patch(f"/shifts/{shift['id']}", {"ends_at": moment(SATURDAY, 15)}))
    assert later["ends_at"] == at(SATURDAY, 15).isoformat()
    with read() as session:
        day = session.scalars(select(ServiceDay)).one()
        assert [route.shift_id for route in day.routes] == [shift["id"]]
        version = day.version
    reply = program.post("/shifts", a_saturday(technician_id))
    assert str(shift["id"]) in told(reply, 409, "conflict")["detail"]
    assert program.delete(f"/shifts/{shift['id']}").status_code == 204
    with read() as session:
        day = session.scalars(select(ServiceDay)).one()
        assert (list(day.routes), day.version > version) == ([], True)
    told(program.delete(f"/shifts/{shift['id']}"), 404, "not-found")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": moment(SATURDAY, 8)}, "ends_at"),
        ({"ends_at": moment(SATURDAY + timedelta(days=1), 9)}, "ends_at"),
        (
            {"starts_at": moment(date(2026, 3, 9), 9), "ends_at": moment(date(2026, 3, 9), 12)},
            "starts_at",
        ),
        (
            {"starts_at": moment(date(2028, 3, 9), 9), "ends_at": moment(date(2028, 3, 9), 12)},
            "starts_at",
        ),
        ({"technician_ids": []}, "technician_ids"),
        ({"technician_ids": [77]}, "technician_ids"),
        ({"lunch_minutes": 30}, "lunch_from_at"),
        ({"starts_at": "2026-03-14T09:00:00"}, "starts_at"),
    ],
)
def test_a_shift_nobody_can_work_is_refused(
    program: Program, technician_id: int, changes: dict[str, Any], field: str
) -> None:
    assert faulty(program.post("/shifts", a_saturday(technician_id, **changes))) == {field}


def test_an_apprentice_drives_no_van_and_nobody_is_in_it_twice(
    program: Program, technician_id: int, write: SessionFactory
) -> None:
    with write() as session:
        home = session.get_one(Technician, technician_id).territory_id
        trainee = a_technician(session, session.get_one(Territory, home), is_trainee=True).id
        stranger = a_technician(session).id
    for crew in (
        [trainee],
        [trainee, technician_id],
        [technician_id] * 2,
        [technician_id, stranger],
    ):
        reply = program.post("/shifts", a_saturday(technician_id, technician_ids=crew))
        assert faulty(reply) == {"technician_ids"}, crew
    both = a_saturday(technician_id, technician_ids=[technician_id, trainee])
    assert got(program.post("/shifts", both), 201)["technician_ids"] == [technician_id, trainee]


def test_a_shift_with_visits_is_changed_in_sight_and_not_removed(
    program: Program, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office)
        offer = at_hour(offered(session, office, wanted), TOMORROW, 10)
        book(
            session,
            take_order(session, wanted, NOW, None),
            wish_of(session, wanted),
            offer.token,
            asked(),
        )
        shift_id = session.scalars(select(Shift.id).where(Shift.service_on == TOMORROW)).one()
    told(program.delete(f"/shifts/{shift_id}"), 409, "conflict")
    got(program.patch(f"/shifts/{shift_id}", {"starts_at": moment(TOMORROW, 9)}))
    with read() as session:
        stop = session.scalars(select(Stop).where(Stop.visit_id.is_not(None))).one()
        assert stop.starts_at >= at(TOMORROW, 10)
    hours = {"starts_at": moment(SATURDAY, 9), "ends_at": moment(SATURDAY, 12)}
    other_day = {**hours, "lunch_minutes": 0}
    assert faulty(program.patch(f"/shifts/{shift_id}", other_day)) == {"starts_at"}


def test_shifts_are_found_by_day_and_person(program: Program, write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        technician_id = session.scalars(select(Technician.id)).one()
    path = f"/shifts?technician_id={technician_id}&from_day=2026-03-11&until_day=2026-03-12"
    found = got(program.get(path))["items"]
    assert [one["service_on"] for one in found] == ["2026-03-11", "2026-03-12"]
    assert got(program.get(f"/shifts?territory_id={office.id + 1}"))["items"] == []


def test_an_absence_is_kept_as_the_staff_system_knows_it(
    program: Program, technician_id: int, read: SessionFactory
) -> None:
    wanted = {
        "technician_id": technician_id,
        "first_day": "2026-03-11",
        "last_day": "2026-03-12",
        "reason": "Holiday",
    }
    path = "/absences/by-external-id/HR-1"
    absence = got(program.put(path, wanted), 201)
    assert absence["starts_at"] == at(TOMORROW, 0).isoformat()
    assert absence["ends_at"] == at(date(2026, 3, 13), 0).isoformat()
    again = got(program.put(path, {**wanted, "last_day": "2026-03-13", "back_at": "12:00"}))
    assert (again["id"], again["ends_at"]) == (absence["id"], at(date(2026, 3, 13), 12).isoformat())
    ill = got(program.patch(f"/absences/{absence['id']}", {"reason": "Ill"}))
    assert (ill["ends_at"], ill["reason"]) == (again["ends_at"], "Ill")
    assert faulty(program.patch(f"/absences/{absence['id']}", {"last_day": "2026-03-20"})) == {
        "first_day"
    }
    assert faulty(program.post("/absences", wanted)) == {"first_day"}
    turned = {**wanted, "first_day": "2026-04-02", "last_day": "2026-04-01"}
    assert faulty(program.post("/absences", turned)) == {"last_day"}
    assert program.delete(f"/absences/{absence['id']}").status_code == 204
    with read() as session:
        assert session.scalar(select(func.count()).select_from(Absence)) == 0
    told(program.delete(f"/absences/{absence['id']}"), 404, "not-found")


def test_a_product_changes_for_what_is_installed_from_now_on(
    program: Program, write: SessionFactory
) -> None:
    with write() as session:
        product_id = a_product(session).id
        asset_id = an_asset(session, product_id=product_id).id
    got(program.patch(f"/products/{product_id}", {"warranty_months": 60}))
    assert got(program.get(f"/assets/{asset_id}"))["warranty_until"] == "2027-06-01"
    assert faulty(program.patch(f"/products/{product_id}", {"warranty_months": 601})) == {
        "warranty_months"
    }


def test_what_is_changed_to_nothing_new_stays(
    program: Program, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        customer = a_customer(session)
        ids = {"customers": customer.id, "sites": customer.sites[0].id}
    for kind, one in ids.items():
        before = got(program.get(f"/{kind}/{one}"))
        assert got(program.patch(f"/{kind}/{one}", {})) == before
    with read() as session:
        assert session.get_one(Site, ids["sites"]).updated_at == NOW
