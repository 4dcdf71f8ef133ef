"""The question on a customer's own page: how may we reach you?"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import Refused
from fieldservice.operations.customers.own_reach import choose_reach, reader_of_link
from fieldservice.operations.messages.recipients import is_textable, usual_way
from fieldservice.web.again import written
from fieldservice.web.customer_frame import init_customer_pages, opened, page, sentence_of
from fieldservice.web.customer_pages import often_enough
from fieldservice.web.customer_words import words
from fieldservice.web.limits import limiter
from fieldservice.web.roles import open_to_anybody

blueprint = Blueprint("customer_reach", __name__, url_prefix="/c")
init_customer_pages(blueprint)

Page = str | Response | tuple[str, int]


@blueprint.get("/<token>/reach")
@open_to_anybody
def ask(token: str) -> str:
    """The ways there are for whoever holds this address."""
    return _page(token)


@blueprint.post("/<token>/reach")
@open_to_anybody
@limiter.limit(often_enough)
def choose(token: str) -> Page:
    """It is so from now on, for what waits already too."""
    reach, email = request.form.get("reach", ""), request.form.get("email", "")
    try:
        written(
            lambda s: choose_reach(s, opened(s, token), reach, email[:300], clock.now()) is not None
        )
    except Refused as refused:
        return _page(token, refused), 400
    flash(words().reach_saved, "success")
    return redirect(url_for("customer_pages.show", token=token), 303)


def _page(token: str, refused: Refused | None = None) -> str:
    link = opened(db.session(), token)
    contact = reader_of_link(db.session(), link)
    ways = {
        "sms": is_textable(contact),
        "call": bool(contact.phone),
        "email": True,
        "by_hand": True,
    }
    return page(
        "customer/reach.html",
        link.customer.territory,
        token=token,
        ways=[way for way, there in ways.items() if there],
        chosen=request.form.get("reach") or usual_way(contact).value,
        has_email=bool(contact.email),
        wrong=refused.field if refused else None,
        sentence=sentence_of(refused) if refused else None,
    )
