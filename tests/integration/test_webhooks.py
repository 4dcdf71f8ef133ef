"""Other systems are told what happens: signed, again where need be, and never twice by design."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.errors import Refused
from fieldservice.jobs.webhooks import clear_out, webhook_room
from fieldservice.models.events import Event, WebhookDelivery, WebhookEndpoint, WebhookState
from fieldservice.models.work_orders import Visit
from fieldservice.operations import audit
from fieldservice.operations.events import deliveries, endpoints
from fieldservice.operations.events.events import spread
from fieldservice.operations.events.signing import secret_words
from fieldservice.operations.events.telling import tell_due
from tests.conftest import SessionFactory
from tests.factories import NOW, a_customer, a_technician, a_territory, a_visit, a_work_order
from tests.receiver import Got, Receiver, Says, a_receiver

DAY = timedelta(days=1)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings that let the local receiver be reached."""
    return replace(settings, outgoing_allow=frozenset({"127.0.0.1"}))


class Trial:
    """An application whose events go to a receiver that may be told how to behave."""

    def __init__(
        self, app: Flask, write: SessionFactory, read: SessionFactory, receiver: Receiver
    ) -> None:
        self.app, self.write, self.read, self.receiver = app, write, read, receiver
        self.at = NOW
        with write() as session:
            self.endpoint_id = endpoints.add_endpoint(session, NOW, None, receiver.url, []).id
            self.visit_id = a_visit(session).id

    def visit_is_booked(self) -> None:
        """Something others want to hear of."""
        with self.write() as session:
            visit = session.get_one(Visit, self.visit_id)
            audit.record(session, self.at, None, "visit.booked", visit, day_id=7)

    def tell(self, after: timedelta = timedelta()) -> int:
        """What the clock does, so much later."""
        self.at += after
        return tell_due(webhook_room(self.app, lambda: self.at))

    def deliveries(self) -> list[WebhookDelivery]:
        """All of them, the oldest first."""
        with self.read() as session:
            found = session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)).all()
            session.expunge_all()
        return list(found)

    def endpoint(self) -> WebhookEndpoint:
        """As it stands."""
        with self.read() as session:
            found = session.get_one(WebhookEndpoint, self.endpoint_id)
            session.expunge_all()
        return found

    def secret(self) -> str:
        """What its admin was shown."""
        return secret_words(self.endpoint().nonce, self.app.config["SECRET_KEY"])


@pytest.fixture
def trial(app: Flask, write: SessionFactory, read: SessionFactory, receiver: Receiver) -> Trial:
    """A receiver that wants to hear of everything, and one visit."""
    return Trial(app, write, read, receiver)


def is_signed(got: Got, secret: str) -> bool:
    """The Standard Webhooks check, written again from its description."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = b".".join(
        [got.headers["Webhook-Id"].encode(), got.headers["Webhook-Timestamp"].encode(), got.body]
    )
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    given = got.headers["Webhook-Signature"].split(" ")
    return any(hmac.compare_digest(one, f"v1,{expected}") for one in given)


def said(got: Got) -> dict[str, Any]:
    """What a request told."""
    letter: dict[str, Any] = json.loads(got.body)
    return letter


def test_a_deed_is_told_in_ids_and_states_with_a_signature(trial: Trial) -> None:
    trial.visit_is_booked()
    assert trial.tell() == 1
    (got,) = trial.receiver.got
    assert is_signed(got, trial.secret())
    assert said(got) == {
        "type": "visit.booked",
        "timestamp": NOW.isoformat(),
        "data": {
            "object": "visit",
            "id": trial.visit_id,
            "event": said(got)["data"]["event"],
            "state": "booked",
            "version": 1,
            "day_id": 7,
            "url": f"http://localhost/api/v1/visits/{trial.visit_id}",
        },
    }
    assert int(got.headers["Webhook-Timestamp"]) == int(NOW.timestamp())
    (one,) = trial.deliveries()
    assert (one.state, one.response_status, one.tries) == (WebhookState.DELIVERED, 200, 1)
    assert one.duration_ms is not None
    assert trial.tell(DAY) == 0, "told once"


def test_a_changed_body_or_another_key_is_not_signed(trial: Trial) -> None:
    trial.visit_is_booked()
    trial.tell()
    (got,) = trial.receiver.got
    forged = replace(got, body=got.body.replace(b"booked", b"closed"))
    assert not is_signed(forged, trial.secret())
    nonce_alone = secret_words(trial.endpoint().nonce, "")
    assert not is_signed(got, nonce_alone), "a copy of the database signs nothing"


def test_the_check_told_to_receivers_accepts_ours_alone(trial: Trial) -> None:
    told = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    lines = told.split("By hand:\n\n")[1].split("\n\nCheck the body")[0].splitlines()
    scope: dict[str, Any] = {}
    exec("\n".join(line.removeprefix("    ") for line in lines), scope)
    is_ours = scope["is_ours"]
    trial.visit_is_booked()
    trial.tell()
    (got,) = trial.receiver.got
    assert is_ours(got.headers, got.body, trial.secret())
    assert not is_ours(got.headers, got.body + b" ", trial.secret())
    assert not is_ours(got.headers, got.body, "whsec_" + "A" * 44)
    old = {**got.headers, "Webhook-Timestamp": str(int(NOW.timestamp()) - 301)}
    assert not is_ours(old, got.body, trial.secret())


def test_nothing_personal_is_told(trial: Trial, write: SessionFactory) -> None:
    with write() as session:
        customer = a_customer(session, name="Maria Puig Vila", phone="+376300123")
        contact, site = customer.contacts[0], customer.sites[0]
        technician = a_technician(session, name="Pere Roca")
        audit.record(session, NOW, None, "customer.added", customer, name="Maria Puig Vila")
        audit.record(session, NOW, None, "contact.changed", contact, phone="+376 300 123 (casa)")
        audit.record(session, NOW, None, "site.placed", site, was="Carrer Major, 1")
        audit.record(session, NOW, None, "technician.changed", technician)
    trial.tell()
    everything = b"".join(got.body for got in trial.receiver.got).decode()
    assert len(trial.receiver.got) == 4
    for personal in ("Maria", "Puig", "300 123", "Carrer", "Pere", "Roca"):
        assert personal not in everything


def test_who_signs_in_and_what_opens_pages_is_nobodys_business(
    trial: Trial, write: SessionFactory
) -> None:
    with write() as session:
        territory = a_territory(session)
        for action in ("user.added", "link.made", "code.sent", "webhook.added"):
            audit.record(session, NOW, None, action, territory)
    trial.tell()
    assert trial.receiver.got == []


def test_an_event_of_an_undone_transaction_never_happened(
    trial: Trial, write: SessionFactory
) -> None:
    def fail() -> None:
        with write() as session:
            audit.record(session, NOW, None, "customer.added", a_customer(session))
            raise RuntimeError("the deed failed")

    with pytest.raises(RuntimeError):
        fail()
    assert trial.tell() == 0


def test_an_endpoint_hears_only_of_what_it_asked_for(trial: Trial, write: SessionFactory) -> None:
    with write() as session:
        endpoints.change_endpoint(
            session, NOW, None, trial.endpoint_id, trial.receiver.url, ["work_order"]
        )
        order = a_work_order(session)
        audit.record(session, NOW, None, "work_order.taken", order)
    trial.visit_is_booked()
    trial.tell()
    assert [said(got)["type"] for got in trial.receiver.got] == ["work_order.taken"]


def test_events_come_in_their_order(trial: Trial) -> None:
    for _ in range(12):
        trial.visit_is_booked()
    assert trial.tell() == 12
    numbers = [said(got)["data"]["event"] for got in trial.receiver.got]
    assert numbers == sorted(numbers)
    assert len({got.headers["Webhook-Id"] for got in trial.receiver.got}) == 12


@pytest.mark.parametrize("manner", [Says.BROKEN, Says.REDIRECT, Says.BAD, Says.RESET])
def test_a_failure_is_tried_again_until_it_succeeds(trial: Trial, manner: Says) -> None:
    trial.visit_is_booked()
    trial.receiver.says(Says.OK, manner, manner)
    assert trial.tell() == 0
    assert trial.tell() == 0, "not before its time"
    (one,) = trial.deliveries()
    assert (one.state, one.tries) == (WebhookState.PENDING, 1)
    assert one.failure
    assert trial.tell(timedelta(seconds=6)) == 0
    assert trial.tell(timedelta(seconds=35)) == 1
    (one,) = trial.deliveries()
    assert (one.state, one.tries, one.failure) == (WebhookState.DELIVERED, 3, None)
    assert len({got.headers["Webhook-Id"] for got in trial.receiver.got}) == 1
    assert trial.endpoint().failures == 0


def test_who_fails_for_three_days_is_left_alone_and_shown(trial: Trial) -> None:
    trial.receiver.says(Says.BROKEN)
    trial.visit_is_booked()
    trial.tell()
    for _ in range(80):
        trial.tell(timedelta(hours=1))
    (one,) = trial.deliveries()
    endpoint = trial.endpoint()
    assert one.state == WebhookState.FAILED
    assert 7 <= one.tries <= 11
    assert not endpoint.active
    assert endpoint.disabled_because == deliveries.FAILED_LONG
    trial.receiver.says(Says.OK)
    trial.visit_is_booked()
    assert trial.tell() == 0


def test_who_is_gone_is_left_alone_at_once(trial: Trial) -> None:
    trial.receiver.says(Says.GONE)
    trial.visit_is_booked()
    trial.tell()
    endpoint = trial.endpoint()
    assert (endpoint.active, endpoint.disabled_because) == (False, deliveries.IS_GONE)


def test_a_slow_one_keeps_nobody_else_waiting(trial: Trial, write: SessionFactory) -> None:
    with a_receiver() as slow:
        slow.says(Says.SILENCE)
        with write() as session:
            endpoints.add_endpoint(session, NOW, None, slow.url, [])
        for _ in range(5):
            trial.visit_is_booked()
        order: list[str] = []
        room = webhook_room(trial.app, lambda: trial.at)

        def release_once_others_are_told() -> None:
            while len(trial.receiver.got) < 5 or not slow.got:
                threading.Event().wait(0.01)
            order.append("others told while one is slow")
            slow.released.set()

        waiting = threading.Thread(target=release_once_others_are_told, daemon=True)
        waiting.start()
        tell_due(room)
        waiting.join(5)
        assert order == ["others told while one is slow"]
        assert len(slow.got) == 1, "who failed rests"


def test_while_a_secret_is_replaced_both_sign(trial: Trial, write: SessionFactory) -> None:
    old = trial.secret()
    with write() as session:
        endpoints.rotate(session, NOW, None, trial.endpoint_id)
    new = trial.secret()
    trial.visit_is_booked()
    trial.tell()
    trial.visit_is_booked()
    trial.tell(4 * DAY)
    first, later = trial.receiver.got
    assert old != new
    assert is_signed(first, old)
    assert is_signed(first, new)
    assert not is_signed(later, old)
    assert is_signed(later, new)


def test_the_old_secret_can_be_ended_early(trial: Trial, write: SessionFactory) -> None:
    old = trial.secret()
    with write() as session:
        endpoints.rotate(session, NOW, None, trial.endpoint_id)
        endpoints.end_old_secret(session, NOW, None, trial.endpoint_id)
    trial.visit_is_booked()
    trial.tell()
    assert not is_signed(trial.receiver.got[0], old)


def test_one_delivery_can_be_told_again_under_the_same_id(
    trial: Trial, write: SessionFactory
) -> None:
    trial.visit_is_booked()
    trial.tell()
    with write() as session:
        endpoints.replay(session, NOW, trial.deliveries()[0].id)
    assert trial.tell() == 1
    first, again = trial.receiver.got
    assert first.headers["Webhook-Id"] == again.headers["Webhook-Id"]
    assert first.body == again.body


def test_what_happened_since_a_moment_can_be_told_again(
    trial: Trial, write: SessionFactory
) -> None:
    trial.visit_is_booked()
    trial.at += timedelta(hours=2)
    trial.visit_is_booked()
    trial.visit_is_booked()
    trial.tell()
    with write() as session:
        since = NOW + timedelta(hours=1)
        assert endpoints.replay_since(session, trial.at, trial.endpoint_id, since) == 2
        assert endpoints.replay_since(session, trial.at, trial.endpoint_id, since) == 0, "waits"
    assert trial.tell() == 2
    assert len(trial.receiver.got) == 5


def test_what_was_missed_while_paused_can_be_told(trial: Trial, write: SessionFactory) -> None:
    with write() as session:
        endpoints.pause(session, NOW, None, trial.endpoint_id)
    trial.visit_is_booked()
    assert trial.tell() == 0
    with write() as session:
        endpoints.resume(session, NOW, None, trial.endpoint_id)
        endpoints.replay_since(session, NOW, trial.endpoint_id, NOW - DAY)
    assert trial.tell() == 1


def test_a_ping_says_nothing(trial: Trial, write: SessionFactory) -> None:
    with write() as session:
        endpoints.ping(session, NOW, trial.endpoint_id)
    trial.tell()
    (got,) = trial.receiver.got
    assert said(got)["type"] == "webhook.ping"
    assert "url" not in said(got)["data"]


def test_two_clocks_tell_each_event_once(trial: Trial) -> None:
    for _ in range(20):
        trial.visit_is_booked()
    room = webhook_room(trial.app, lambda: trial.at)
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(tell_due, [room, room]))
    assert sum(told) == 20
    assert len({got.headers["Webhook-Id"] for got in trial.receiver.got}) == 20
    assert len(trial.receiver.got) == 20


def test_who_died_with_an_event_in_hand_is_followed_by_another(
    trial: Trial, write: SessionFactory
) -> None:
    trial.visit_is_booked()
    with write() as session:
        spread(session, NOW)
        claim = deliveries.claim_next(session, trial.endpoint_id, NOW)
    assert claim is not None
    assert trial.tell() == 0, "somebody has it in hand"
    with write() as session:
        held = session.get_one(WebhookDelivery, claim.delivery_id)
        assert held.lease_until is not None
        held.lease_until -= timedelta(hours=1)
    with write() as session:
        deliveries.lapse(session, NOW)
        other = deliveries.claim_next(session, trial.endpoint_id, NOW)
        late = deliveries.Outcome(500, 1)
        assert not deliveries.record(session, claim, late, NOW), "another has it in hand by now"
        assert other is not None
        held = session.get_one(WebhookDelivery, claim.delivery_id, populate_existing=True)
        assert held.lease_until is not None
        held.lease_until -= timedelta(hours=1)
    assert trial.tell() == 1
    with write() as session:
        assert not deliveries.record(session, claim, late, NOW), "the fence keeps the dead out"
    assert trial.deliveries()[0].state == WebhookState.DELIVERED


def test_a_private_address_is_never_asked(
    app: Flask, write: SessionFactory, read: SessionFactory, receiver: Receiver
) -> None:
    app.extensions["fieldservice_settings"] = replace(
        app.extensions["fieldservice_settings"], outgoing_allow=frozenset()
    )
    trial = Trial(app, write, read, receiver)
    with write() as session:
        endpoint = session.get_one(WebhookEndpoint, trial.endpoint_id)
        endpoint.url = f"https://127.0.0.1:{receiver.port}/hook"
    trial.visit_is_booked()
    assert trial.tell() == 0
    assert receiver.connections == 0
    assert "private network" in str(trial.deliveries()[0].failure)


def test_old_events_are_forgotten_and_numbers_go_on(
    trial: Trial, read: SessionFactory, time_machine: Any
) -> None:
    trial.visit_is_booked()
    trial.visit_is_booked()
    trial.tell()
    time_machine.move_to(NOW + timedelta(days=31), tick=False)
    assert clock.now() > NOW + timedelta(days=30)
    clear_out(trial.app)
    with read() as session:
        kept = session.scalars(select(Event)).all()
    assert len(kept) == 1
    assert len(trial.deliveries()) == 1


def test_an_old_moment_cannot_be_replayed(trial: Trial, write: SessionFactory) -> None:
    long_ago: datetime = NOW - 31 * DAY
    with write() as session, pytest.raises(Refused, match="30 days"):
        endpoints.replay_since(session, NOW, trial.endpoint_id, long_ago)
