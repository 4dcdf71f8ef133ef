"""What surrounds customers' own pages: their language, the company, errors in their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, render_template, request
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.customers import CustomerLink
from fieldservice.models.territories import Territory
from fieldservice.operations.bookings import booking, offer_tokens
from fieldservice.operations.customers import own_reach, phone_codes, strangers
from fieldservice.operations.customers.links import known_link, language_of, open_link
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.web.customer_words import (
    TONGUES,
    is_today,
    say_date,
    say_day,
    say_kind,
    say_time,
    say_window,
    words,
)
from fieldservice.web.language import browsers_language, chosen_language

WRITTEN = ("summary", "street", "municipality", "postcode", "name")
"""Free text: refused though it was filled in, it can only be too long."""


def init_customer_language(blueprint: Blueprint) -> None:
    """Let this blueprint's pages speak the customer's language, whatever becomes of the request."""

    @blueprint.url_value_preprocessor
    def settle(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        # Before any guard: who is refused for an old form or too many tries reads it too.
        token = (values or {}).get("token")
        g.language = chosen_language() or _written_to_in(token) or browsers_language()


def _written_to_in(token: str | None) -> str | None:
    try:
        link = known_link(db.session(), token) if token else None
    except NotFound:
        return None
    if link is None:
        return None
    contacts = link.customer.contacts
    first = contacts[0].language if contacts else None
    return language_of(db.session(), link) or first


def init_customer_pages(blueprint: Blueprint) -> None:
    """Let this blueprint's pages speak the customer's language, errors too."""
    init_customer_language(blueprint)

    @blueprint.errorhandler(NotFound)
    def unknown(error: NotFound) -> tuple[str, int]:
        said = words()
        return page("customer/note.html", title=said.unknown_title, lead=said.unknown_lead), 404

    @blueprint.errorhandler(Conflict)
    def too_late(error: Conflict) -> tuple[str, int]:
        return page("customer/note.html", title=sentence_of(error), lead=None, back=True), 409

    @blueprint.errorhandler(Refused)
    def wrong(error: Refused) -> tuple[str, int]:
        return page("customer/note.html", title=sentence_of(error), lead=None, back=True), 400


def opened(session: Session, token: str) -> CustomerLink:
    """The link behind the address."""
    return open_link(session, token, clock.now())


def page(template: str, territory: Territory | None = None, **values: Any) -> str:
    """A customer's page with all the words it may need."""
    return render_template(
        template,
        words=words(),
        tongues=TONGUES,
        say_window=say_window,
        say_day=say_day,
        say_date=say_date,
        say_time=say_time,
        is_today=is_today,
        say_kind=say_kind,
        company_name=territory.name if territory else None,
        company_phone=shown_phone(territory.phone) if territory and territory.phone else None,
        **values,
    )


def sentence_of(error: Conflict | Refused) -> str:
    """What an operation refused, in the customer's words."""
    said = words()
    known: Mapping[str, str] = {
        booking.TAKEN: said.taken,
        booking.TOO_OLD: said.too_old,
        booking.CHANGED: said.changed,
        booking.UNDER_WAY: said.under_way,
        booking.OVER: said.over,
        own_reach.NO_TEXT: said.reach_no_text,
        own_reach.NO_PHONE: said.reach_no_phone,
        phone_codes.LANDLINE: said.phone_landline,
        strangers.ELSEWHERE: said.phone_elsewhere,
        offer_tokens.BROKEN: said.offer_missing,
        offer_tokens.FOR_ANOTHER: said.offer_missing,
    }
    by_field: Mapping[str | None, str] = {
        "kind": said.kind_missing,
        "summary": said.summary_missing,
        "street": said.street_missing,
        "municipality": said.municipality_missing,
        "name": said.name_missing,
        "phone": said.phone_wrong,
        "language": said.language_missing,
        "site": said.not_placed,
        "offer": said.offer_missing,
        "reach": said.reach_missing,
        "email": said.email_wrong,
    }
    field = error.field if isinstance(error, Refused) else None
    if field in WRITTEN and request.form.get(field, "").strip():
        return said.too_long
    return known.get(error.sentence) or by_field.get(field) or said.wrong
