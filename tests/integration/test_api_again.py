"""The same request sent again has one effect, however it comes to be sent again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from fieldservice.jobs import programs
from fieldservice.models.api import ApiAnswer
from fieldservice.models.customers import Customer
from fieldservice.operations.house import api_answers
from tests.conftest import SessionFactory
from tests.factories import NOW, a_territory
from tests.integration.program import Program, a_program, a_program_of
from tests.integration.test_api_frame import a_wanted_customer, told

AT_ONCE = 8


@pytest.fixture
def program(app: Flask, write: SessionFactory) -> Program:
    """A program that may do all a dispatcher may."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return a_program(app, write)


@pytest.fixture
def wanted(write: SessionFactory) -> dict[str, Any]:
    """A customer as a program sends one."""
    with write() as session:
        return a_wanted_customer(a_territory(session).id)


def sent(
    program: Program, wanted: dict[str, Any], key: str, path: str = "/customers"
) -> TestResponse:
    """The request with its key."""
    return program.post(path, wanted, headers={"Idempotency-Key": key})


def customers(read: SessionFactory) -> int:
    """How many there are."""
    with read() as session:
        return session.scalar(select(func.count()).select_from(Customer)) or 0


def test_a_request_sent_again_is_answered_as_before(
    program: Program, wanted: dict[str, Any], read: SessionFactory
) -> None:
    first, second = sent(program, wanted, "order-1"), sent(program, wanted, "order-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_data() == second.get_data()
    assert first.headers["Location"] == second.headers["Location"]
    assert first.headers["ETag"] == second.headers["ETag"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert customers(read) == 1


def test_a_key_stands_for_one_request(
    program: Program, wanted: dict[str, Any], read: SessionFactory
) -> None:
    made = sent(program, wanted, "k").get_json()
    told(sent(program, {**wanted, "note": "other"}, "k"), 422, "key-reused")
    told(
        sent(program, wanted["contact"], "k", f"/customers/{made['id']}/contacts"),
        422,
        "key-reused",
    )
    assert customers(read) == 1


def test_a_key_is_its_tokens_own(
    app: Flask,
    program: Program,
    wanted: dict[str, Any],
    write: SessionFactory,
    read: SessionFactory,
) -> None:
    other = a_program_of(app, write, program.user_id)
    assert sent(program, wanted, "k").get_json()["id"] != sent(other, wanted, "k").get_json()["id"]
    assert customers(read) == 2


def test_what_was_refused_may_be_mended_under_the_same_key(
    program: Program, wanted: dict[str, Any], read: SessionFactory
) -> None:
    assert sent(program, {**wanted, "territory_id": 77}, "k").status_code == 422
    assert sent(program, wanted, "k").status_code == 201
    assert customers(read) == 1


def test_a_key_is_forgotten_after_a_day(
    program: Program, wanted: dict[str, Any], read: SessionFactory, time_machine: Any
) -> None:
    sent(program, wanted, "k")
    time_machine.move_to(NOW + timedelta(hours=23, minutes=59), tick=False)
    assert sent(program, wanted, "k").headers["Idempotency-Replayed"] == "true"
    time_machine.move_to(NOW + timedelta(hours=24, minutes=1), tick=False)
    assert sent(program, {**wanted, "note": "new"}, "k").status_code == 201
    assert customers(read) == 2
    assert sent(program, {**wanted, "note": "new"}, "k").headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256, "a\tb"])
def test_a_key_nobody_can_keep_is_refused(
    program: Program, wanted: dict[str, Any], key: str
) -> None:
    reply = sent(program, wanted, key.encode().decode("latin-1"))
    assert told(reply, 422, "refused")["errors"][0]["field"] == "Idempotency-Key"


def test_without_a_key_each_request_counts(
    program: Program, wanted: dict[str, Any], read: SessionFactory
) -> None:
    program.post("/customers", wanted)
    program.post("/customers", wanted)
    assert customers(read) == 2
    with read() as session:
        assert session.scalar(select(func.count()).select_from(ApiAnswer)) == 0


def at_once(app: Flask, program: Program, deed: Any) -> list[TestResponse]:
    """The same, from as many threads at one moment."""
    start = Barrier(AT_ONCE)

    def one(_: int) -> TestResponse:
        mine = Program(app.test_client(), program.secret, program.user_id, program.token_id)
        start.wait()
        found: TestResponse = deed(mine)
        return found

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def test_sent_many_times_at_once_it_has_one_effect_and_one_answer(
    app: Flask, program: Program, wanted: dict[str, Any], read: SessionFactory
) -> None:
    for turn in range(3):
        replies = at_once(app, program, lambda mine, turn=turn: sent(mine, wanted, f"k{turn}"))
        assert {reply.status_code for reply in replies} == {201}
        assert len({reply.get_data() for reply in replies}) == 1
        assert sum("Idempotency-Replayed" not in reply.headers for reply in replies) == 1
        assert customers(read) == turn + 1


def test_a_deed_that_only_one_can_do_is_answered_the_same_to_all_who_sent_it(
    app: Flask, program: Program, wanted: dict[str, Any], read: SessionFactory
) -> None:
    known = {**wanted, "external_id": "ERP-1"}
    replies = at_once(app, program, lambda mine: sent(mine, known, "k"))
    assert {reply.status_code for reply in replies} == {201}
    assert customers(read) == 1


def test_without_a_key_the_external_id_is_given_once(
    app: Flask, program: Program, wanted: dict[str, Any], read: SessionFactory
) -> None:
    known = {**wanted, "external_id": "ERP-1"}
    replies = at_once(app, program, lambda mine: mine.post("/customers", known))
    assert sorted(reply.status_code for reply in replies) == [201, *[409] * (AT_ONCE - 1)]
    assert customers(read) == 1


def test_an_upsert_sent_at_once_makes_one_record(
    app: Flask, program: Program, wanted: dict[str, Any], read: SessionFactory
) -> None:
    path = "/customers/by-external-id/ERP-2"
    replies = at_once(app, program, lambda mine: mine.put(path, wanted))
    assert sorted(reply.status_code for reply in replies) == [*[200] * (AT_ONCE - 1), 201]
    assert customers(read) == 1


def test_answers_are_forgotten_after_a_day(
    app: Flask,
    program: Program,
    wanted: dict[str, Any],
    read: SessionFactory,
    time_machine: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(api_answers, "AT_ONCE", 2)
    monkeypatch.setattr(programs, "AT_ONCE", 2)
    for number in range(5):
        sent(program, wanted, f"old{number}")
    time_machine.move_to(NOW + timedelta(hours=12), tick=False)
    sent(program, wanted, "new")
    time_machine.move_to(NOW + timedelta(hours=24), tick=False)
    programs.forget(app)
    with read() as session:
        assert session.scalars(select(ApiAnswer.key)).all() == ["new"]
