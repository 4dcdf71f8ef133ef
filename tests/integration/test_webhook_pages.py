"""An admin names systems that are told, gives them their secret, and sees what arrived."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.config import Settings
from fieldservice.jobs.webhooks import webhook_room
from fieldservice.models.events import WebhookDelivery, WebhookEndpoint
from fieldservice.models.users import RoleName
from fieldservice.operations import audit
from fieldservice.operations.events import deliveries
from fieldservice.operations.events.telling import tell_due
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, a_territory, a_visit
from tests.receiver import Receiver, Says


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings that let the local receiver be reached."""
    return replace(settings, outgoing_allow=frozenset({"127.0.0.1"}))


@pytest.fixture
def admin(client: FlaskClient, sign_in: SignIn, write: SessionFactory) -> FlaskClient:
    """An admin's browser."""
    with write() as session:
        a_territory(session)
    sign_in(client, RoleName.ADMIN)
    return client


def added(admin: FlaskClient, read: SessionFactory, url: str, **more: str) -> WebhookEndpoint:
    """The endpoint an admin has just written down."""
    answer = admin.post("/webhooks", data={"url": url, **more})
    assert answer.status_code == 303, answer.text
    with read() as session:
        found = session.scalars(select(WebhookEndpoint)).one()
        session.expunge_all()
    return found


def test_an_admin_adds_a_system_tests_it_and_sees_that_it_arrived(
    admin: FlaskClient, app: Flask, read: SessionFactory, receiver: Receiver
) -> None:
    endpoint = added(admin, read, receiver.url, topics="visit")
    page = f"/webhooks/{endpoint.id}"
    assert "Nothing yet" in admin.get(page).text
    assert admin.post(f"{page}/ping").status_code == 303
    assert "On its way" in admin.get(page).text
    tell_due(webhook_room(app, lambda: NOW))
    told = admin.get(page).text
    assert "Arrived" in told
    assert "webhook.ping" in told
    assert receiver.url in admin.get("/webhooks").text


def test_the_secret_is_shown_when_asked_for_and_changes_when_replaced(
    admin: FlaskClient, read: SessionFactory, receiver: Receiver
) -> None:
    page = f"/webhooks/{added(admin, read, receiver.url).id}"
    secrets = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")
    assert not secrets.search(admin.get(page).text)
    answer = admin.post(f"{page}/secret")
    assert answer.mimetype == "text/html"
    assert answer.headers["Cache-Control"] == "no-store"
    first = secrets.findall(answer.text)[0]
    admin.post(f"{page}/rotate")
    assert "End the old secret" in admin.get(page).text
    second = secrets.findall(admin.post(f"{page}/secret").text)[0]
    assert first != second
    admin.post(f"{page}/end-old-secret")
    assert "Make a new secret" in admin.get(page).text


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "empty"),
        ("ftp://example.org", "https"),
        ("https://localhost/hook", "private network"),
        ("https://[::1]/hook", "private network"),
        ("https://0x7f000001/hook", "private network"),
        ("https://user:pass@example.org/", "password"),
        ("http://10.0.0.1/hook", "https"),
        ("https://" + "a" * 3000, "longer"),
    ],
)
def test_an_address_nothing_may_be_sent_to_is_refused_with_the_reason(
    admin: FlaskClient, read: SessionFactory, url: str, why: str
) -> None:
    answer = admin.post("/webhooks", data={"url": url})
    assert answer.status_code == 400
    assert why in answer.text
    with read() as session:
        assert session.scalars(select(WebhookEndpoint)).all() == []


def test_an_unknown_topic_is_refused(admin: FlaskClient, receiver: Receiver) -> None:
    answer = admin.post("/webhooks", data={"url": receiver.url, "topics": "user"})
    assert answer.status_code == 400


def test_one_that_was_stopped_needs_somebody_and_can_be_told_again(
    admin: FlaskClient,
    app: Flask,
    read: SessionFactory,
    write: SessionFactory,
    receiver: Receiver,
) -> None:
    endpoint = added(admin, read, receiver.url)
    receiver.says(Says.OK, Says.GONE)
    with write() as session:
        audit.record(session, NOW, None, "visit.booked", a_visit(session))
    tell_due(webhook_room(app, lambda: NOW))
    assert "Webhooks that were stopped" in admin.get("/attention").text
    page = f"/webhooks/{endpoint.id}"
    assert deliveries.IS_GONE in admin.get(page).text
    assert admin.post(f"{page}/ping", follow_redirects=True).text.count("paused") == 1
    admin.post(f"{page}/resume")
    assert "Webhooks that were stopped" not in admin.get("/attention").text
    assert tell_due(webhook_room(app, lambda: NOW)) == 0
    again = admin.post(f"{page}/replay", data={"hours": "24"}, follow_redirects=True)
    assert "told again" in again.text


def test_pausing_changing_replaying_and_removing(
    admin: FlaskClient, app: Flask, read: SessionFactory, receiver: Receiver
) -> None:
    page = f"/webhooks/{added(admin, read, receiver.url).id}"
    admin.post(f"{page}/ping")
    tell_due(webhook_room(app, lambda: NOW))
    with read() as session:
        delivery_id = session.scalars(select(WebhookDelivery.id)).one()
    admin.post(f"/webhooks/deliveries/{delivery_id}/replay")
    assert tell_due(webhook_room(app, lambda: NOW)) == 1
    assert admin.post(page, data={"url": "nonsense"}).status_code == 400
    changed = admin.post(page, data={"url": receiver.url, "topics": "survey"})
    assert changed.status_code == 303
    admin.post(f"{page}/pause")
    assert "Paused" in admin.get(page).text
    assert admin.post(f"{page}/replay", data={"hours": "x"}).status_code == 303
    admin.post(f"{page}/remove")
    assert admin.get(page).status_code == 404
