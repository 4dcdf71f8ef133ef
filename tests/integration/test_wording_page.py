"""The page that shows every text with its length, as it would leave here."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from fieldservice.models.users import RoleName
from tests.conftest import SessionFactory, SignIn
from tests.factories import a_territory

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("language", "asked", "said"),
    [
        ("en", "Reply 1 to confirm", "Change it:"),
        ("es", "Responda 1 para confirmar", "Cambios:"),
        ("ca", "Respongui 1 per confirmar", "Canvis:"),
        ("hu", "Válasz: 1 megfelel", "időpontja"),
    ],
)
def test_each_language_is_shown_with_and_without_a_question(
    client: FlaskClient,
    sign_in: SignIn,
    write: SessionFactory,
    language: str,
    asked: str,
    said: str,
) -> None:
    with write() as session:
        a_territory(session)
    sign_in(client, RoleName.DISPATCHER)
    asking = client.get(f"/outbox/wording?in={language}&asks=1").text
    telling = client.get(f"/outbox/wording?in={language}&asks=0").text
    assert asked in asking
    assert asked not in telling
    assert said in telling
    assert "characters in" in telling


def test_the_reminder_of_two_hours_before_does_not_say_tomorrow(
    client: FlaskClient, sign_in: SignIn, write: SessionFactory
) -> None:
    with write() as session:
        a_territory(session)
    sign_in(client, RoleName.DISPATCHER)
    bodies = re.findall(r'<p class="bubble">(.*?)</p>', client.get("/outbox/wording?in=en").text)
    day_before, hours_before = bodies[1:3]
    assert "tomorrow" in day_before
    assert "tomorrow" not in hours_before
    assert "today" in hours_before


def test_a_territory_without_senders_that_can_be_answered_asks_nothing(
    client: FlaskClient, sign_in: SignIn, write: SessionFactory
) -> None:
    with write() as session:
        a_territory(session, default_language="en")
    sign_in(client, RoleName.DISPATCHER)
    assert "no text asks for an answer" in client.get("/outbox/wording?in=xx").text
