"""What surrounds customers' own pages: their language, the company, errors in their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.customers import CustomerLink
from fieldservice.models.territories import Territory
from fieldservice.operations.bookings import booking, offer_tokens
from fieldservice.operations.customers.links import language_of, open_link
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.web.customer_words import (
    TONGUES,
    say_date,
    say_day,
    say_kind,
    say_time,
    say_window,
    words,
)
from fieldservice.web.language import LANGUAGES

YEAR = 365 * 24 * 3600


def init_customer_pages(blueprint: Blueprint) -> None:
    """Let this blueprint's pages speak the customer's language, errors too."""

    @blueprint.after_request
    def keep_language(response: Response) -> Response:
        asked = request.args.get("lang")
        if asked in LANGUAGES:
            response.set_cookie("lang", asked, max_age=YEAR, samesite="Lax", httponly=True)
        return response

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
    """The link behind the address; its customer's language is the page's, unless one was chosen."""
    link = open_link(session, token, clock.now())
    if request.args.get("lang") not in LANGUAGES and request.cookies.get("lang") not in LANGUAGES:
        contacts = link.customer.contacts
        g.language = language_of(session, link) or (contacts[0].language if contacts else "en")
    return link


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
    }
    field = error.field if isinstance(error, Refused) else None
    return known.get(error.sentence) or by_field.get(field) or said.wrong
