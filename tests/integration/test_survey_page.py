"""The customer's survey page: one question behind a link, in their own language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.models.kinds import Language
from fieldservice.models.messages import ConsoleDelivery
from fieldservice.models.surveys import FollowUp, SurveyResponse
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.customers.links import open_link, revoke
from fieldservice.operations.messages.delivery import hand_over_now
from fieldservice.operations.messages.surveys_owed import owe_survey_text
from fieldservice.web.post_room import post_room
from tests.conftest import SessionFactory
from tests.factories import NOW, TODAY, a_customer, a_visit, a_work_order


@pytest.fixture
def address(app: Flask, write: SessionFactory) -> str:
    """What a Hungarian customer was texted after the visit."""
    with write() as session:
        customer = a_customer(session, name="Szabó Anna", language=Language.HUNGARIAN)
        order = a_work_order(session, customer)
        visit = a_visit(session, order, state=VisitState.COMPLETED, day=TODAY)
        (message,) = owe_survey_text(session, visit, NOW)
        message_id = message.id
    with app.app_context():
        hand_over_now(post_room(), message_id, NOW)
    with write() as session:
        body = session.scalars(select(ConsoleDelivery.body)).one()
    return next(word for word in body.split() if "/s/" in word).split("//", 1)[1].split("/", 1)[1]


def look(client: FlaskClient, address: str, status: int = 200) -> str:
    with client.get(f"/{address}") as reply:
        assert reply.status_code == status
        return reply.get_data(as_text=True)


def answer(client: FlaskClient, address: str, status: int = 200, **values: str) -> str:
    with client.post(f"/{address}", data=values, follow_redirects=True) as reply:
        assert reply.status_code == status
        return reply.get_data(as_text=True)


def scores(read: SessionFactory) -> list[tuple[int, str | None]]:
    with read() as session:
        rows = session.scalars(select(SurveyResponse)).all()
        return [(row.score, row.comment) for row in rows]


def test_the_page_speaks_the_contacts_language_unless_another_is_chosen(
    client: FlaskClient, address: str
) -> None:
    text = look(client, address)
    assert 'lang="hu"' in text
    assert "Mennyire elégedett a munkánkkal?" in text
    assert "Javítás, márc. 10., kedd" in text
    assert "¿Le ha satisfecho nuestra visita?" in look(client, f"{address}?lang=es")


def test_looking_changes_nothing(client: FlaskClient, address: str, read: SessionFactory) -> None:
    look(client, address)
    look(client, address)
    assert scores(read) == []


def test_an_answer_is_kept_and_thanked_for(
    client: FlaskClient, address: str, read: SessionFactory
) -> None:
    assert "Köszönjük" in answer(client, address, score="5", comment="  Remek.  ")
    assert scores(read) == [(5, "Remek.")]
    assert "Válaszát megkaptuk." in look(client, address)


def test_a_low_score_promises_a_call_and_leaves_one_follow_up(
    client: FlaskClient, address: str, read: SessionFactory
) -> None:
    assert "Hívni fogjuk Önt" in answer(client, address, score="2", comment="Késő.")
    answer(client, address, score="1", comment="Még egyszer.")
    assert scores(read) == [(2, "Késő.")]
    with read() as session:
        assert session.scalars(select(FollowUp.note)).all() == ["Késő."]


@pytest.mark.parametrize("score", ["", "0", "6", "x", "-1", "²", "99999999999"])
def test_a_missing_or_odd_score_is_asked_for_again_and_the_words_stay(
    client: FlaskClient, address: str, read: SessionFactory, score: str
) -> None:
    text = answer(client, address, 400, score=score, comment="Jó volt.")
    assert "Hiányzik az értékelés." in text
    assert "Jó volt." in text
    assert scores(read) == []


def test_an_address_that_is_wrong_expired_or_revoked_opens_nothing(
    client: FlaskClient, address: str, write: SessionFactory, time_machine: Any
) -> None:
    wrong = look(client, "s/AAAAAAAAAAAAAAAAAAAAAA?lang=ca", 404)
    assert "Aquest enllaç no existeix" in wrong
    with write() as session:
        token = address.rsplit("/", 1)[1]
        revoke(open_link(session, token, NOW), NOW)
    assert "ya no es válido" in look(client, f"{address}?lang=es", 410)


def test_after_a_month_and_more_the_address_has_expired(
    client: FlaskClient, address: str, time_machine: Any
) -> None:
    time_machine.move_to(NOW + timedelta(days=40), tick=False)
    look(client, address, 410)
    answer(client, address, 410, score="5")


def test_before_the_visit_is_over_there_is_nothing_to_ask(
    client: FlaskClient, address: str, write: SessionFactory
) -> None:
    with write() as session:
        session.scalars(select(Visit)).one().state = VisitState.ON_SITE
    assert "Még nincs miről" in look(client, address, 409)


def test_the_comment_is_shown_as_text(client: FlaskClient, address: str) -> None:
    text = answer(client, address, 400, comment="<script>alert(1)</script>")
    assert "<script>alert(1)" not in text
