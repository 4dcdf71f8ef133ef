"""`fieldservice preflight`: what an operator sees before the first message leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fieldservice.cli import main
from fieldservice.models.customers import Channel
from fieldservice.operations.messages.senders import SenderEntry, add_sender
from tests.conftest import SessionFactory
from tests.emulator import NUMBER, Emulator, free_port
from tests.factories import NOW, a_customer, a_territory


@pytest.fixture
def said(
    database_url: str, tmp_path: Path, write: SessionFactory, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    """A territory with one number that texts, and customers in two countries."""
    with write() as session:
        place = a_territory(session, slug="andorra")
        add_sender(session, NOW, None, place, SenderEntry(Channel.SMS, NUMBER, serves="AD"))
        a_customer(session, place, phone="+34612345678")
        a_customer(session, place, phone="+447700900699")
    monkeypatch.setenv("FIELDSERVICE_VAR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database_url.replace("+psycopg", ""))
    return monkeypatch


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["preflight", *words])


def test_without_a_provider_it_says_where_messages_stay(said: pytest.MonkeyPatch) -> None:
    answer = run()
    assert answer.exit_code == 1, "no sender reaches the customer in Spain"
    assert "stay on simulated phones" in answer.stdout
    assert "!! ES: No text arrives there (numbers known: 1)" in answer.stdout
    assert "!! GB: No text arrives there (numbers known: 1)" in answer.stdout
    assert "AD             0  +376 600 100       yes" in answer.stdout


def test_a_territory_for_trying_is_in_order_as_it_is(
    said: pytest.MonkeyPatch, write: SessionFactory
) -> None:
    with write() as session:
        a_customer(session, a_territory(session, slug="trial", console_only=True))
    answer = run("--territory", "trial")
    assert answer.exit_code == 0
    assert "stay on simulated phones" in answer.stdout
    assert "!!" not in answer.stdout


def test_the_provider_and_our_own_door_are_asked(
    said: pytest.MonkeyPatch, emulator: Emulator
) -> None:
    said.setenv("MESSAGES_BY", "twilio")
    said.setenv("TWILIO_ACCOUNT_SID", emulator.account_sid)
    said.setenv("TWILIO_AUTH_TOKEN", emulator.auth_token)
    said.setenv("TWILIO_API_BASE", emulator.base_url)
    said.setenv("PUBLIC_BASE_URL", f"http://127.0.0.1:{free_port()}")
    answer = run("--territory", "andorra")
    assert answer.exit_code == 1
    assert "ok Account: The provider accepts the account" in answer.stdout.replace("  ", " ")
    assert "!! Public address: Nobody answers" in answer.stdout
    assert "Account" not in run("--offline").stdout


def test_a_territory_nobody_knows(said: pytest.MonkeyPatch) -> None:
    assert run("--territory", "atlantis").exit_code == 2
