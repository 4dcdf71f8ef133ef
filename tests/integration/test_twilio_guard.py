"""Who may call back: our own account with its signature, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from twilio.request_validator import HMAC_SHA256, RequestValidator

from fieldservice.config import Settings
from fieldservice.models.callbacks import Callback
from tests.conftest import SessionFactory
from tests.integration.twilio_line import ACCOUNT, BASE, OURS, TOKEN, TWILIO, Line, a_sid, signed

PATH = "/twilio/inbound/sms"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, twilio=replace(TWILIO, auth_token_before="the token before"))


Kept = Callable[[], int]


@pytest.fixture
def kept(read: SessionFactory) -> Kept:
    """How many callbacks were kept."""

    def count() -> int:
        with read() as session:
            return session.scalar(select(func.count()).select_from(Callback)) or 0

    return count


def a_form(**more: str) -> dict[str, str]:
    form = {"AccountSid": ACCOUNT, "MessageSid": a_sid(), "From": "+376312345", "To": OURS}
    return {**form, "Body": "1", **more}


def test_a_signed_callback_is_kept_once_however_often_it_is_told(
    client: FlaskClient, kept: Kept
) -> None:
    form = a_form()
    replies = [client.post(PATH, data=form, headers=signed(PATH, form)) for _ in range(5)]
    assert [reply.status_code for reply in replies] == [200] * 5
    assert replies[0].content_type.startswith("text/xml")
    assert kept() == 1


def test_a_text_without_a_name_is_refused_since_the_next_one_would_pass_for_it(
    client: FlaskClient, kept: Kept
) -> None:
    form = a_form(MessageSid="")
    assert client.post(PATH, data=form, headers=signed(PATH, form)).status_code == 400
    assert kept() == 0
    form = a_form(MessageSid="", SmsSid="SM7")
    assert client.post(PATH, data=form, headers=signed(PATH, form)).status_code == 200
    assert kept() == 1


@pytest.mark.parametrize("token", [TOKEN, "the token before"])
def test_while_tokens_are_rotated_both_are_believed(
    client: FlaskClient, kept: Kept, token: str
) -> None:
    form = a_form()
    assert client.post(PATH, data=form, headers=signed(PATH, form, token)).status_code == 200
    assert kept() == 1


def test_a_signature_of_the_newer_kind_is_understood(client: FlaskClient, kept: Kept) -> None:
    form = a_form()
    signature = RequestValidator(TOKEN).compute_signature(BASE + PATH, form, HMAC_SHA256)
    headers = {
        "X-Twilio-Signature": signature,
        "X-Twilio-Webhooks-Signature-Settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256",
    }
    assert client.post(PATH, data=form, headers=headers).status_code == 200
    unknown = {**headers, "X-Twilio-Webhooks-Signature-Settings": "key=a,algorithm=NONE"}
    assert client.post(PATH, data=a_form(), headers=unknown).status_code == 403
    assert kept() == 1


def forged() -> list[tuple[str, dict[str, str], dict[str, str]]]:
    """What strangers may try: each a story, the form and its headers."""
    form, foreign = a_form(), a_form(AccountSid="AC" + "9" * 32)
    nobodys = {key: value for key, value in a_form().items() if key != "AccountSid"}
    return [
        ("unsigned", form, {}),
        ("empty", form, {"X-Twilio-Signature": ""}),
        ("nonsense", form, {"X-Twilio-Signature": "ö not base 64 ✓".encode().decode("latin-1")}),
        ("wrong token", form, signed(PATH, form, "a guess")),
        ("empty token", form, signed(PATH, form, "")),
        ("another form", {**form, "Body": "STOP"}, signed(PATH, form)),
        ("a field more", {**form, "More": "1"}, signed(PATH, form)),
        ("another path", form, signed("/twilio/receipt/abc", form)),
        ("another host", form, signed(PATH, form, base="http://evil.example")),
        ("foreign account", foreign, signed(PATH, foreign)),
        ("no account", nobodys, signed(PATH, nobodys)),
    ]


@pytest.mark.parametrize(
    ("form", "headers"), [one[1:] for one in forged()], ids=[one[0] for one in forged()]
)
def test_forgeries_are_refused_and_change_nothing(
    client: FlaskClient, kept: Kept, form: dict[str, str], headers: dict[str, str]
) -> None:
    # The Host a stranger names is no proof either.
    with_host = {**headers, "Host": "evil.example"}
    assert client.post(PATH, data=form, headers=headers).status_code == 403
    assert client.post(PATH, data=form, headers=with_host).status_code == 403
    assert kept() == 0


def test_the_address_signed_is_the_public_one_whatever_host_is_named(
    client: FlaskClient, kept: Kept
) -> None:
    form = a_form()
    headers = {**signed(PATH, form), "Host": "10.0.0.7:8000"}
    assert client.post(PATH, data=form, headers=headers).status_code == 200
    assert kept() == 1


def test_without_an_account_nobody_is_let_in(app: Flask, client: FlaskClient, kept: Kept) -> None:
    settings: Settings = app.extensions["fieldservice_settings"]
    app.extensions["fieldservice_settings"] = replace(settings, twilio=None)
    form = a_form()
    assert client.post(PATH, data=form, headers=signed(PATH, form)).status_code == 403
    assert kept() == 0


def test_unreadable_signs_do_not_keep_a_text_out(
    app: Flask, client: FlaskClient, kept: Kept
) -> None:
    assert Line(app, client).writes("+376312345", "1\0\0").status_code == 200
    assert kept() == 1
