"""Every route × every visitor: who is let in, who is sent to sign in, who is refused.

A new route needs one line in ROUTES:  "blueprint.view": WHO,  with WHO one of
    ANYBODY   everybody, signed in or not
    LINK      whoever holds a customer's link; a wrong token opens nothing
    STAFF     whoever is signed in
    OFFICE    dispatchers and admins
    FIELD     technicians and admins
    ADMIN     admins alone
    SIGNED   the provider alone, by its signature
    TOKEN     programs with a token alone: test_api_routes.py judges which scope
    NOBODY    shut, since the product does not use it
A part of an address that is not in `addresses` below is asked with 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from fieldservice.models.users import RoleName
from fieldservice.operations.customers.links import make_link, token_of
from fieldservice.operations.customers.mail_opt_out import opt_out_address
from tests.conftest import SessionFactory, SignIn
from tests.factories import (
    NOW,
    TOMORROW,
    a_customer,
    a_technician,
    a_territory,
    a_visit,
    a_work_order,
)
from tests.integration.api_routes import API_ROUTES

ANYBODY = frozenset({"anonymous", "customer", *RoleName})
LINK = frozenset({"customer"})
STAFF = frozenset(RoleName)
OFFICE = frozenset({RoleName.DISPATCHER, RoleName.ADMIN})
FIELD = frozenset({RoleName.TECHNICIAN, RoleName.ADMIN})
ADMIN = frozenset({RoleName.ADMIN})
NOBODY: frozenset[str] = frozenset()
TOKEN = frozenset({"program"})
SIGNED = frozenset({"provider"})

ROUTES = {
    "account.change_password": STAFF,
    "account.choose_language": STAFF,
    "account.show": STAFF,
    "api_document.docs": ANYBODY,
    "api_document.openapi": ANYBODY,
    "attention.show": OFFICE,
    "calibration.index": OFFICE,
    "booking.ask": OFFICE,
    "booking.book": OFFICE,
    "booking.times": OFFICE,
    "calendars.end": OFFICE,
    "calendars.end_own": FIELD,
    "calendars.feed": ANYBODY,
    "calendars.make": OFFICE,
    "calendars.make_own": FIELD,
    "calendars.own": FIELD,
    "calendars.show": OFFICE,
    "carriers.index": OFFICE,
    "carriers.resume": OFFICE,
    "carriers.text_again": OFFICE,
    "conversations.answer": OFFICE,
    "conversations.begin": OFFICE,
    "conversations.close": OFFICE,
    "conversations.index": OFFICE,
    "conversations.measure": OFFICE,
    "conversations.reopen": OFFICE,
    "conversations.show": OFFICE,
    "by_hand.index": OFFICE,
    "by_hand.letters": OFFICE,
    "by_hand.not_reached": OFFICE,
    "by_hand.posted": OFFICE,
    "by_hand.sheet": OFFICE,
    "by_hand.told": OFFICE,
    "customer_booking.ask": LINK,
    "customer_booking.book": LINK,
    "customer_pages.again": LINK,
    "customer_pages.ask_cancel": LINK,
    "customer_pages.ask_move": LINK,
    "customer_pages.cancel": LINK,
    "customer_pages.move": LINK,
    "customer_pages.show": LINK,
    "customer_reach.ask": LINK,
    "customer_reach.choose": LINK,
    "customers.add": OFFICE,
    "customers.ask_new": OFFICE,
    "customers.consent": OFFICE,
    "customers.contact": OFFICE,
    "customers.edit": OFFICE,
    "customers.language": OFFICE,
    "customers.link": OFFICE,
    "customers.revoke_links": OFFICE,
    "customers.show": OFFICE,
    "customers.site": OFFICE,
    "day.export": OFFICE,
    "day.run": OFFICE,
    "day.sheet": OFFICE,
    "day.show": OFFICE,
    "day.show_today": OFFICE,
    "day.visit": OFFICE,
    "dispatching.add": OFFICE,
    "dispatching.assign": OFFICE,
    "dispatching.backlog": OFFICE,
    "dispatching.move": OFFICE,
    "dispatching.pin": OFFICE,
    "dispatching.settle": OFFICE,
    "dispatching.unassign": OFFICE,
    "dispatching.unpin": OFFICE,
    "follow_ups.close": OFFICE,
    "follow_ups.index": OFFICE,
    "health.healthz": ANYBODY,
    "holds.hold_move": OFFICE,
    "holds.hold_new": OFFICE,
    "holds.let_go": OFFICE,
    "home.home": STAFF,
    "imports.ask_columns": OFFICE,
    "imports.discard": OFFICE,
    "imports.index": OFFICE,
    "imports.progress": OFFICE,
    "imports.say_columns": OFFICE,
    "imports.show": OFFICE,
    "imports.upload": OFFICE,
    "imports.write": OFFICE,
    "mail_opt_out.show": LINK,
    "mail_opt_out.stop": LINK,
    "moving.ask": OFFICE,
    "moving.ask_cancel": OFFICE,
    "moving.cancel": OFFICE,
    "moving.move": OFFICE,
    "outbox.hand_over": OFFICE,
    "outbox.index": OFFICE,
    "outbox.keep_silent": OFFICE,
    "outbox.let_leave": OFFICE,
    "outbox.send_again": OFFICE,
    "outbox.settle": OFFICE,
    "phone.arrive": FIELD,
    "phone.ask_no_access": FIELD,
    "phone.ask_to_finish": FIELD,
    "phone.finish": FIELD,
    "phone.no_access": FIELD,
    "phone.see_changes": FIELD,
    "phone.set_out": FIELD,
    "phone.show_day": FIELD,
    "phone.show_today": FIELD,
    "phone.show_visit": FIELD,
    "phone.step_back": FIELD,
    "places.index": OFFICE,
    "places.place": OFFICE,
    "programs.add": OFFICE,
    "programs.everybody": ADMIN,
    "programs.index": OFFICE,
    "programs.revoke": OFFICE,
    "proposals.accept": OFFICE,
    "proposals.accept_move": OFFICE,
    "proposals.ask": OFFICE,
    "proposals.refuse": OFFICE,
    "proposals.refuse_move": OFFICE,
    "proposals.review": OFFICE,
    "proposals.stop": OFFICE,
    "repairs.over": OFFICE,
    "repairs.repair": OFFICE,
    "repairs.show": OFFICE,
    "public_booking.again": ANYBODY,
    "public_booking.answer": ANYBODY,
    "public_booking.ask": ANYBODY,
    "public_booking.ask_code": ANYBODY,
    "public_booking.confirm": ANYBODY,
    "publishing.preview": OFFICE,
    "publishing.publish": OFFICE,
    "publishing.undo": OFFICE,
    "requests.index": OFFICE,
    "search.index": OFFICE,
    "security.login": ANYBODY,
    "security.logout": ANYBODY,
    "security.static": NOBODY,
    "security.verify": NOBODY,
    "simulated_phone.call": OFFICE,
    "simulated_phone.do": OFFICE,
    "simulated_phone.index": OFFICE,
    "simulated_phone.show": OFFICE,
    "simulated_phone.write": OFFICE,
    "sounds.play": OFFICE,
    "static": ANYBODY,
    "survey.answer": LINK,
    "survey.show": LINK,
    "team.absent": OFFICE,
    "team.add": OFFICE,
    "team.change": OFFICE,
    "team.engage": OFFICE,
    "team.index": OFFICE,
    "team.present": OFFICE,
    "team.release": OFFICE,
    "team.retire": OFFICE,
    "team.show_stranded": OFFICE,
    "senders.add": ADMIN,
    "senders.bring_back": ADMIN,
    "senders.change": ADMIN,
    "senders.check": ADMIN,
    "senders.index": ADMIN,
    "senders.retire": ADMIN,
    "territories.add": ADMIN,
    "territories.add_slow_hours": ADMIN,
    "territories.change": ADMIN,
    "territories.close_day": ADMIN,
    "territories.index": ADMIN,
    "territories.open_day": ADMIN,
    "territories.remove_slow_hours": ADMIN,
    "twilio.knock": SIGNED,
    "twilio.begin": SIGNED,
    "twilio.fallback": SIGNED,
    "twilio.inbound": SIGNED,
    "twilio.inbound_sms": SIGNED,
    "twilio.inbound_status": SIGNED,
    "twilio.key": SIGNED,
    "twilio.receipt": SIGNED,
    "twilio.recording": SIGNED,
    "twilio.status": SIGNED,
    "twilio.through": SIGNED,
    "twilio.words": SIGNED,
    "users.add": ADMIN,
    "users.change": ADMIN,
    "users.dismiss": ADMIN,
    "users.index": ADMIN,
    "users.renew": ADMIN,
    "users.take_back": ADMIN,
    "ways.show": OFFICE,
    "ways.take": OFFICE,
    "ways.take_proposed": OFFICE,
    "wording.show": OFFICE,
    "webhooks.add": ADMIN,
    "webhooks.change": ADMIN,
    "webhooks.end_old_secret": ADMIN,
    "webhooks.index": ADMIN,
    "webhooks.pause": ADMIN,
    "webhooks.ping": ADMIN,
    "webhooks.remove": ADMIN,
    "webhooks.replay": ADMIN,
    "webhooks.replay_since": ADMIN,
    "webhooks.resume": ADMIN,
    "webhooks.rotate": ADMIN,
    "webhooks.secret": ADMIN,
    "webhooks.show": ADMIN,
}

ROUTES |= dict.fromkeys(API_ROUTES, TOKEN)

VISITORS = ["anonymous", "customer", *RoleName]
GUARDED_BY_TOKEN = frozenset(name for name, who in ROUTES.items() if who in (SIGNED, TOKEN)) | {
    "mail_opt_out.stop"
}
"""POST routes that need no CSRF token, since somebody else's program calls them."""

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class House:
    """An application with one of everything, and its visitors."""

    def __init__(self, app: Flask, sign_in: SignIn, write: SessionFactory) -> None:
        self.app, self.sign_in = app, sign_in
        app.config["PROPAGATE_EXCEPTIONS"] = False
        with write() as session:
            territory = a_territory(session, slug="andorra", public_booking=True)
            technician = a_technician(session, territory)
            order = a_work_order(session, a_customer(session, territory))
            visit = a_visit(session, order)
            expires_at = NOW + timedelta(days=9)
            secret = app.config["SECRET_KEY"]
            link = make_link(session, secret, order.customer_id, visit.id, NOW, expires_at)
            self.technician_id = technician.id
            reader = opt_out_address(order.customer.contacts[0], secret, "").rpartition("/")[2]
            self.addresses: dict[str, Any] = {
                "territory": territory.slug,
                "slug": territory.slug,
                "territory_id": territory.id,
                "technician_id": technician.id,
                "customer_id": order.customer_id,
                "visit_id": visit.id,
                "work_order_id": order.id,
                "day": TOMORROW.isoformat(),
                "token": token_of(link, secret),
                "reader": reader,
                "filename": "dist/manifest.json",
            }

    def client_of(self, visitor: str) -> FlaskClient:
        """The browser of one visitor; a customer is nobody but for the address they hold."""
        client = self.app.test_client()
        if visitor in set(RoleName):
            role = RoleName(visitor)
            technician_id = self.technician_id if role == RoleName.TECHNICIAN else None
            self.sign_in(client, role, technician_id=technician_id)
        return client

    def requests(self, endpoint: str, visitor: str) -> Iterator[tuple[str, str]]:
        """Each method and address the endpoint answers to, as this visitor would ask."""
        adapter = self.app.url_map.bind("localhost")
        for rule in self.app.url_map.iter_rules(endpoint):
            values = {name: self.addresses.get(name, 1) for name in rule.arguments}
            for secret in {"token", "reader"} & set(values) if visitor != "customer" else ():
                values[secret] = "A" * 22
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, adapter.build(endpoint, values, method=method)


@pytest.fixture
def house(app: Flask, sign_in: SignIn, write: SessionFactory) -> House:
    """The application with something behind every address."""
    return House(app, sign_in, write)


def outcome(reply: Response) -> str:
    """In one word what became of a visitor."""
    if reply.status_code == 302 and "/sign-in?next=" in (reply.location or ""):
        return "sent to sign in"
    if reply.status_code == 403:
        return "refused"
    if reply.status_code == 401:
        return "asked for a token"
    if reply.status_code in (404, 410):
        return "nothing here"
    return "broken" if reply.status_code >= 500 else "let in"


def expected(who: frozenset[str], visitor: str) -> set[str]:
    """What may become of a visitor at a route open to these."""
    if who == LINK and visitor != "customer":
        return {"nothing here"}
    if who == TOKEN:
        return {"asked for a token"}
    if who == SIGNED:
        return {"refused"}
    if visitor in who:
        return {"let in"} if who == LINK else {"let in", "nothing here"}
    return {"sent to sign in"} if visitor in ("anonymous", "customer") else {"refused"}


def test_every_route_is_in_the_table(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    unlisted = ", ".join(sorted(routes - set(ROUTES)))
    assert not unlisted, f"add to ROUTES in this file, with who may open it: {unlisted}"
    gone = ", ".join(sorted(set(ROUTES) - routes))
    assert not gone, f"remove from ROUTES in this file, there is no such route: {gone}"


@pytest.mark.parametrize("visitor", VISITORS)
def test_who_may_open_what(house: House, visitor: str) -> None:
    wrong = []
    for endpoint, who in ROUTES.items():
        for method, address in house.requests(endpoint, visitor):
            with house.client_of(visitor).open(address, method=method) as reply:
                found = outcome(reply)
            if found not in expected(who, visitor):
                wrong.append(f"{endpoint}: {method} {address} was {found} ({reply.status})")
    assert not wrong, f"as {visitor}: mend the view's mark or its row in ROUTES\n" + "\n".join(
        wrong
    )


@pytest.mark.parametrize("visitor", VISITORS)
def test_no_form_is_taken_without_its_csrf_token(house: House, visitor: str) -> None:
    house.app.config["WTF_CSRF_ENABLED"] = True
    client = house.client_of(visitor)
    taken = [
        f"{endpoint}: {method} {address}"
        for endpoint in sorted(set(ROUTES) - GUARDED_BY_TOKEN)
        for method, address in house.requests(endpoint, visitor)
        if method != "GET" and client.open(address, method=method).status_code != 400
    ]
    assert not taken, f"as {visitor}, without a token:\n" + "\n".join(taken)


def test_a_view_nobody_marked_stays_shut(app: Flask, sign_in: SignIn) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    client = app.test_client()
    assert client.get("/forgotten").status_code == 302
    sign_in(client, RoleName.ADMIN)
    assert client.get("/forgotten").status_code == 403
