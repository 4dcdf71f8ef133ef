"""Reading long lists while others write: nothing is missed, and nothing that stands still twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from fieldservice.db import transaction
from fieldservice.models.customers import Channel, Contact, Customer
from fieldservice.models.technicians import Absence, Technician
from fieldservice.operations.customers.records import record_consent, rename
from fieldservice.web.api import pages
from tests.conftest import SessionFactory
from tests.factories import NOW, a_customer, a_technician, a_territory
from tests.integration.program import Program, a_program

RECORDS = 9


@pytest.fixture
def program(app: Flask, write: SessionFactory) -> Program:
    """A program that reads as often as it likes."""
    object.__setattr__(app.extensions["fieldservice_settings"], "api_limit", "99999 per minute")
    return a_program(app, write)


def some_customers(write: SessionFactory, count: int = RECORDS) -> list[int]:
    """So many customers, all written at one moment."""
    with write() as session:
        territory = a_territory(session)
        return [a_customer(session, territory).id for _ in range(count)]


def read_since(program: Program, moment: str) -> list[int]:
    """Which customers changed at or after that moment."""
    found = program.pages("/customers", updated_since=moment)
    return [one["id"] for page in found for one in page["items"]]


def note(write: SessionFactory, customer_id: int, words: str) -> None:
    """Somebody changes a customer."""
    with write() as session:
        name = session.get_one(Customer, customer_id).name
        rename(session, customer_id, name, words, NOW, None)


def test_pages_follow_each_other_without_gap_or_overlap(
    program: Program, write: SessionFactory
) -> None:
    ids = some_customers(write)
    for limit in (1, 2, 4, 9, 200):
        found = list(program.pages("/customers", limit=limit))
        assert [one["id"] for page in found for one in page["items"]] == ids
        assert all(len(page["items"]) <= limit for page in found)


def test_a_cursor_is_of_use_for_its_own_question_only(
    program: Program, write: SessionFactory
) -> None:
    some_customers(write)
    cursor = program.get("/customers?limit=2").get_json()["next"]
    for path in (
        f"/customers?limit=2&territory_id=1&cursor={cursor}",
        f"/sites?limit=2&cursor={cursor}",
        f"/customers?cursor={cursor[:-2]}",
        "/customers?cursor=AAAA",
        "/customers?cursor=%C3%A9",
        "/customers?cursor=bnVsbA",
    ):
        reply = program.get(path)
        assert reply.status_code == 422, path
        assert reply.get_json()["errors"][0]["field"] == "cursor"
    assert program.get(f"/customers?limit=5&cursor={cursor}").status_code == 200


def test_only_what_changed_since_is_told(
    program: Program, write: SessionFactory, time_machine: Any
) -> None:
    ids = some_customers(write)
    time_machine.move_to(NOW + timedelta(hours=1), tick=False)
    since = list(program.pages("/customers"))[-1]["since"]
    time_machine.move_to(NOW + timedelta(hours=2), tick=False)
    note(write, ids[4], "New gate code.")
    with write() as session:
        # Not through a loaded record either.
        session.execute(update(Customer).where(Customer.id == ids[2]).values(note="By many."))
    later = (NOW + timedelta(hours=1, minutes=30)).isoformat()
    found = [
        one["id"]
        for page in program.pages("/customers", updated_since=later)
        for one in page["items"]
    ]
    assert sorted(found) == [ids[2], ids[4]]
    again = [
        one["id"]
        for page in program.pages("/customers", updated_since=since)
        for one in page["items"]
    ]
    assert {ids[2], ids[4]} <= set(again)


def test_a_part_that_changes_changes_its_record(
    write: SessionFactory, read: SessionFactory, time_machine: Any
) -> None:
    with write() as session:
        technician_id = a_technician(session, skills=["gas"]).id
        contact_id = a_customer(session).contacts[0].id
    time_machine.move_to(NOW + timedelta(hours=1), tick=False)
    with write() as session:
        technician = session.get_one(Technician, technician_id)
        technician.skills[0].level = 2
        contact = session.get_one(Contact, contact_id)
        record_consent(session, contact, Channel.SMS, False, "by phone", NOW, None)
        contact.customer.sites[0].access_notes = "Ring twice."
    with read() as session:
        assert session.get_one(Technician, technician_id).updated_at == NOW + timedelta(hours=1)
        contact = session.get_one(Contact, contact_id)
        assert contact.updated_at == NOW + timedelta(hours=1)
        assert contact.customer.updated_at == NOW + timedelta(hours=1)
    time_machine.move_to(NOW + timedelta(hours=2), tick=False)
    with write() as session:
        technician = session.get_one(Technician, technician_id)
        technician.skills.clear()
    with read() as session:
        assert session.get_one(Technician, technician_id).updated_at == NOW + timedelta(hours=2)


STEPS = st.lists(
    st.one_of(
        st.just("read"),
        st.tuples(st.just("change"), st.integers(0, RECORDS - 1)),
        st.just("add"),
        st.tuples(st.just("wait"), st.integers(0, 3)),
    ),
    max_size=25,
)


@given(steps=STEPS, limit=st.integers(1, 4))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nobody_is_missed_while_rows_change(
    program: Program,
    write: SessionFactory,
    read: SessionFactory,
    time_machine: Any,
    steps: list[Any],
    limit: int,
) -> None:
    # One house for all examples, each in a territory of its own; its clock never goes back.
    time_machine.move_to(datetime.now(UTC) + timedelta(minutes=2), tick=False)
    with write() as session:
        territory = a_territory(session)
        ids = [a_customer(session, territory).id for _ in range(RECORDS)]
    reader = Reader(program, limit, territory.id)
    for step in steps:
        if step == "read":
            reader.read_on()
        elif step == "add":
            with write() as session:
                ids.append(a_customer(session, territory).id)
        elif step[0] == "change":
            note(write, ids[step[1]], f"at {datetime.now(UTC)}")
        else:
            time_machine.move_to(datetime.now(UTC) + timedelta(seconds=step[1]), tick=False)
    reader.read_to_the_end()
    with read() as session:
        there = {one.id: one.note for one in session.scalars(select(Customer))}
    assert reader.last == {key: there[key] for key in ids}


class Reader:
    """Another system that keeps a copy: it reads to the end, then asks for changes."""

    def __init__(self, program: Program, limit: int, territory_id: int | None = None) -> None:
        self.program, self.limit = program, limit
        self.cursor: str | None = None
        self.since: str | None = None
        self.question = {"territory_id": territory_id} if territory_id else {}
        self.asked: dict[str, Any] = dict(self.question)
        self.seen: set[tuple[int, str, str | None]] = set()
        self.last: dict[int, str | None] = {}

    def read_on(self) -> bool:
        """One page; whether it was the last of this reading."""
        cursor = {"cursor": self.cursor} if self.cursor else {}
        asked = {"limit": self.limit, **self.asked, **cursor}
        page = self.program.get("/customers", query_string=asked).get_json()
        for one in page["items"]:
            state = (one["id"], one["updated_at"], one["note"])
            assert state not in self.seen, "the same state came twice in one reading"
            self.seen.add(state)
            self.last[one["id"]] = one["note"]
        self.cursor = page["next"]
        if self.cursor is None:
            self.asked, self.seen = {**self.question, "updated_since": page["since"]}, set()
        return self.cursor is None

    def read_to_the_end(self) -> None:
        """This reading, and one more for what changed meanwhile."""
        while not self.read_on():
            pass
        while not self.read_on():
            pass


def test_what_is_committed_late_is_told_by_the_next_reading(
    app: Flask,
    program: Program,
    write: SessionFactory,
    time_machine: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "MARGIN", timedelta(0))
    ids = some_customers(write, 3)
    # From now on the token is known to be in use, and reading writes nothing.
    program.get("/customers")
    dated, may_commit = Event(), Event()
    time_machine.move_to(NOW + timedelta(minutes=5), tick=True)

    def slow_writer() -> None:
        with app.app_context(), transaction() as session:
            session.get_one(Customer, ids[0]).note = "Written long before it is seen."
            session.flush()
            dated.set()
            may_commit.wait(20)

    writer = Thread(target=slow_writer)
    writer.start()
    try:
        assert dated.wait(20)
        reader = Reader(program, 2)
        while not reader.read_on():
            pass
        assert reader.last[ids[0]] is None
    finally:
        may_commit.set()
        writer.join(20)
    while not reader.read_on():
        pass
    assert reader.last[ids[0]] == "Written long before it is seen."


def test_what_is_there_already_is_older_than_any_question(write: SessionFactory) -> None:
    with write() as session:
        technician = a_technician(session)
        moment: datetime = technician.updated_at
        absence = Absence(starts_at=NOW, ends_at=NOW + timedelta(1), reason="x")
        technician.absences.append(absence)
        session.flush()
        assert moment == absence.updated_at == NOW
