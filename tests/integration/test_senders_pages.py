"""Admins keep senders and run the preflight; dispatchers see how messages leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from fieldservice.app import create_app
from fieldservice.config import Settings, TwilioSettings
from fieldservice.db import transaction
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, AttemptOutcome, MessageKind, MessageState
from fieldservice.models.senders import Carrier, CarrierHealth, Sender
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.notify.channel import Answer
from fieldservice.notify.twilio.account import Account
from fieldservice.notify.twilio.knocking import knock
from fieldservice.operations.messages import breaker, consequences, preflight
from fieldservice.operations.messages.carriage import NO_SENDER
from fieldservice.operations.messages.preflight import Grade
from fieldservice.operations.messages.senders import SenderEntry, add_sender
from tests.conftest import SessionFactory, SignIn
from tests.databases import close
from tests.emulator import NUMBER, Emulator, free_port
from tests.factories import NOW, a_customer, a_message, a_territory
from tests.integration.twilio_line import TWILIO
from tests.serving import serving

WRITTEN = {
    "medium": "sms",
    "address": "600 100",
    "serves": "ad",
    "per_second": "0,5",
    "can_be_answered": "1",
    "voice": "1",
}


@pytest.fixture
def admin(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, RoleName.ADMIN)
    return client


@pytest.fixture
def slug(write: SessionFactory) -> str:
    with write() as session:
        return a_territory(session).slug


class TestPages:
    """Writing senders down."""

    def test_a_sender_is_added_changed_retired_and_brought_back(
        self, admin: FlaskClient, slug: str, read: SessionFactory
    ) -> None:
        base = f"/territories/{slug}/senders"
        assert "No sender yet" in admin.get(base).text
        assert admin.post(f"{base}/new", data=WRITTEN).location == base
        with read() as session:
            sender = session.scalars(select(Sender)).one()
            kept = (sender.address, sender.serves, sender.per_second, sender.registered)
            assert kept == ("+376600100", "AD", 0.5, False)
        one = f"{base}/{sender.id}"
        assert 'value="+376600100"' in admin.get(one).text
        admin.post(one, data={**WRITTEN, "registered": "1"})
        admin.post(f"{one}/retire")
        assert "retired" in admin.get(base).text
        admin.post(f"{one}/bring-back")
        with read() as session:
            sender = session.scalars(select(Sender)).one()
            assert (sender.registered, sender.active) == (True, True)

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"address": "Postvenda Andorra SL"}, "up to 11 letters"),
            ({"address": ""}, "is empty"),
            ({"serves": "XX"}, "is no country"),
            ({"per_second": "fast"}, "write a number"),
            ({"per_second": "nan"}, "give 0.01 to 100"),
            ({"medium": "pigeon"}, "write a number"),
            ({"medium": "by_hand"}, "texts or calls"),
        ],
    )
    def test_a_wrong_entry_says_what_is_wrong_and_keeps_the_rest(
        self, admin: FlaskClient, slug: str, wrong: dict[str, str], sentence: str
    ) -> None:
        answer = admin.post(f"/territories/{slug}/senders/new", data={**WRITTEN, **wrong})
        assert answer.status_code == 400
        assert sentence in answer.text

    def test_a_sender_of_another_territory_is_not_there(
        self, admin: FlaskClient, slug: str, write: SessionFactory
    ) -> None:
        with write() as session:
            entry = SenderEntry(Channel.SMS, NUMBER)
            other = add_sender(session, NOW, None, a_territory(session), entry).id
        base = f"/territories/{slug}/senders/{other}"
        assert admin.get(base).status_code == 404
        assert admin.post(f"{base}/retire").status_code == 404

    def test_the_office_sees_what_holds_messages_up_and_hands_over_again(
        self, client: FlaskClient, sign_in: SignIn, write: SessionFactory
    ) -> None:
        with write() as session:
            a_message(session, next_try_at=NOW, ended_because=NO_SENDER)
            refused = Answer(AttemptOutcome.NOT_SENT, error="refused password", code=20003)
            breaker.note(session, Carrier.TWILIO, refused, NOW)
        sign_in(client, RoleName.DISPATCHER)
        assert "Messages are not taken" in client.get("/attention").text
        page = client.get("/carriers").text
        assert "refused password" in page
        assert "1 message waits: no sender" in page
        assert client.post("/carriers/twilio/resume").status_code == 303
        assert client.post("/carriers/pigeon/resume").status_code == 404
        assert client.post("/carriers/smtp/resume").status_code == 404
        with write() as session:
            assert session.scalars(select(CarrierHealth)).one().stopped_because is None
        assert "Messages are not taken" not in client.get("/attention").text

    def test_only_a_house_that_sends_by_a_provider_waits_for_a_first_message(
        self, app: Flask, client: FlaskClient, sign_in: SignIn, write: SessionFactory
    ) -> None:
        with write() as session:
            a_territory(session)
        sign_in(client, RoleName.DISPATCHER)
        page = client.get("/carriers").text
        assert "Texts and calls stay on simulated phones." in page
        assert "Nothing has left yet" not in page
        here: Settings = app.extensions["fieldservice_settings"]
        app.extensions["fieldservice_settings"] = replace(here, twilio=TWILIO)
        page = client.get("/carriers").text
        assert "Nothing has left yet" in page
        assert "simulated phones" not in page
        with write() as session:
            breaker.note(session, Carrier.TWILIO, Answer(AttemptOutcome.SENT, "SM1"), NOW)
        page = client.get("/carriers").text
        assert "takes messages" in page
        assert "Nothing has left yet" not in page

    def test_a_number_no_text_reaches_says_so_until_somebody_knows_better(
        self, client: FlaskClient, sign_in: SignIn, write: SessionFactory
    ) -> None:
        with write() as session:
            customer = a_customer(session, a_territory(session))
            contact = customer.contacts[0]
            consequences.note_untextable(session, contact.phone or "", 30006, NOW)
            page = f"/customers/{customer.id}"
            deed = f"/carriers{page}/contacts/{contact.id}/text-again"
        sign_in(client, RoleName.DISPATCHER)
        assert "no text reaches this number" in client.get(page).text
        assert client.post(deed).location == page
        assert "no text reaches this number" not in client.get(page).text
        assert client.post(f"/carriers{page}/contacts/999/text-again").status_code == 404

    @pytest.mark.parametrize("code", [30004, 30007])
    def test_a_reminder_that_was_blocked_waits_for_a_person(
        self, client: FlaskClient, sign_in: SignIn, write: SessionFactory, code: int
    ) -> None:
        with write() as session:
            lost = MessageState.UNDELIVERED
            message = a_message(session, kind=MessageKind.REMINDER_DAY, state=lost)
            attempt = Attempt(message_id=message.id, token="one", started_at=NOW, code=code)
            session.add(attempt)
        sign_in(client, RoleName.DISPATCHER)
        assert "Messages that need a decision" in client.get("/attention").text


@dataclass(frozen=True)
class House:
    """Our application on a real port, speaking to the local Twilio."""

    app: Flask
    settings: Settings
    provider: Emulator

    def grades(self, about: str) -> set[Grade]:
        outside = preflight.ask_outside(self.settings)
        with self.app.app_context(), transaction() as session:
            place = session.scalars(select(Territory)).one()
            found = preflight.findings(session, place, self.settings.public_base_url, outside)
        return {one.grade for one in found if one.about.startswith(about)}


@pytest.fixture
def house(
    settings: Settings, emulator: Emulator, time_machine: object, tmp_path: Path
) -> Iterator[House]:
    port = free_port()
    outside = replace(
        settings, public_base_url=f"http://127.0.0.1:{port}", twilio=emulator.settings()
    )
    app = create_app(outside)
    with serving(app, port):
        yield House(app, outside, emulator)
    close(app)


class TestPreflight:
    """Asking the provider, and knocking at our own door."""

    def test_all_is_well_once_all_is_set_up(self, house: House) -> None:
        house.provider.point_at(house.settings.public_base_url)
        with house.app.app_context(), transaction() as session:
            place = a_territory(session)
            for medium in (Channel.SMS, Channel.CALL):
                add_sender(session, NOW, None, place, SenderEntry(medium, NUMBER, voice=True))
        for about in ("Account", "Public address", "AD", "+376 600 100"):
            assert house.grades(about) == {Grade.GOOD}, about

    def test_answers_that_go_elsewhere_are_named(self, house: House) -> None:
        house.provider.point_at("https://elsewhere.example.org")
        with house.app.app_context(), transaction() as session:
            entry = SenderEntry(Channel.SMS, NUMBER)
            add_sender(session, NOW, None, a_territory(session), entry)
        assert house.grades("+376 600 100") == {Grade.BAD, Grade.WARN}

    def test_a_number_that_is_not_ours_is_named(self, house: House) -> None:
        with house.app.app_context(), transaction() as session:
            entry = SenderEntry(Channel.SMS, "+376600999")
            add_sender(session, NOW, None, a_territory(session), entry)
        assert house.grades("+376 600 999") == {Grade.BAD}

    def test_customers_nobody_writes_to_are_named(self, house: House) -> None:
        with house.app.app_context(), transaction() as session:
            place = a_territory(session)
            add_sender(session, NOW, None, place, SenderEntry(Channel.SMS, "Postvenda"))
            a_customer(session, place, phone="+34612345678")
        assert house.grades("ES") == {Grade.BAD}, "Spain blocks names that are not registered"
        assert house.grades("AD") == {Grade.WARN}, "nobody can answer, and nobody can be called"

    def test_a_refused_password_is_named(self, house: House) -> None:
        with house.app.app_context(), transaction() as session:
            a_territory(session)
        assert house.settings.twilio
        wrong = replace(house.settings.twilio, auth_token="wrong")
        asked = House(house.app, replace(house.settings, twilio=wrong), house.provider)
        assert asked.grades("Account") == {Grade.BAD}
        assert asked.grades("Public address") == {Grade.BAD}

    @pytest.mark.parametrize(
        ("address", "sentence"),
        [
            (lambda house: f"http://127.0.0.1:{free_port()}", "Nobody answers"),
            (lambda house: house.provider.base_url, "Somebody else answers"),
        ],
    )
    def test_a_door_that_is_not_ours_is_named(
        self, house: House, address: Callable[[House], str], sentence: str
    ) -> None:
        account = house.settings.twilio
        assert account
        trouble = knock(account, address(house), house.settings.secret_key).trouble
        assert trouble
        assert sentence in trouble

    def test_an_address_only_neighbours_reach_is_named_for_the_real_provider(
        self, house: House
    ) -> None:
        outside = preflight.Outside(Account(status="active"), None, is_private=True, is_trial=False)
        with house.app.app_context(), transaction() as session:
            place = a_territory(session)
            found = preflight.findings(session, place, "http://192.168.1.9", outside)
        words = [one.words for one in found if one.grade != Grade.GOOD]
        assert any("private address" in one for one in words)
        assert any("openly" in one for one in words)

    def test_the_page_asks_when_it_is_told_to(self, house: House, sign_in: SignIn) -> None:
        with house.app.app_context(), transaction() as session:
            slug = a_territory(session).slug
        assert isinstance(house.settings.twilio, TwilioSettings)
        house.app.config["WTF_CSRF_ENABLED"] = False
        client = house.app.test_client()
        sign_in(client, RoleName.ADMIN)
        assert "Run the preflight" in client.get(f"/territories/{slug}/senders").text
        page = client.post(f"/territories/{slug}/senders/preflight").text
        assert "The provider accepts the account" in page
        assert "Signed callbacks reach" in page
