"""Simulated phones: what customers would see, and the calls they would answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup, escape
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound
from fieldservice.models.users import RoleName
from fieldservice.operations.calls import playing
from fieldservice.operations.messages import simulated_phones
from fieldservice.web.here import current_territory
from fieldservice.web.post_room import post_room
from fieldservice.web.roles import open_to

blueprint = Blueprint("simulated_phone", __name__, url_prefix="/outbox/phones")

Deed = Callable[[Session, str, str, datetime], object]

DEEDS: dict[str, Deed] = {
    "answer": lambda session, token, _, now: playing.pick_up(session, token, now),
    "let-ring": lambda session, token, _, now: playing.not_answered(session, token, now),
    "press": playing.press_key,
    "wait": lambda session, token, _, now: playing.press_key(session, token, "", now),
    "say": playing.say,
    "talk": lambda session, token, _, now: playing.connected(session, token, True, now),
    "find-busy": lambda session, token, _, now: playing.connected(session, token, False, now),
    "hang-up": lambda session, token, _, now: playing.hang_up(session, token, now),
}


@blueprint.get("")
@open_to(RoleName.DISPATCHER)
def index() -> str:
    """The phones that got something."""
    words = _words()
    return render_template("outbox/phones.html", phones=_phones(words), words=words, shown=None)


@blueprint.get("/<int:delivery_id>")
@open_to(RoleName.DISPATCHER)
def show(delivery_id: int) -> str:
    """The phone that got this delivery."""
    return render_template(
        "outbox/phones.html",
        phones=_phones(_words()),
        words=_words(),
        shown=simulated_phones.phone(db.session(), delivery_id, clock.now()),
        base_url=post_room().base_url,
        delivery_id=delivery_id,
        zone=_zone(),
    )


@blueprint.post("/<int:delivery_id>/call")
@open_to(RoleName.DISPATCHER)
def call(delivery_id: int) -> Response:
    """The owner of this phone calls the office."""
    with transaction() as session:
        simulated_phones.call_office(session, delivery_id, clock.now())
    return redirect(url_for("simulated_phone.show", delivery_id=delivery_id), 303)


@blueprint.post("/<int:delivery_id>/write")
@open_to(RoleName.DISPATCHER)
def write(delivery_id: int) -> Response:
    """The owner of this phone writes to the office."""
    with transaction() as session:
        words = request.form.get("text", "")
        simulated_phones.write_text(session, delivery_id, words, clock.now())
    return redirect(url_for("simulated_phone.show", delivery_id=delivery_id), 303)


@blueprint.post("/<int:delivery_id>/<deed>")
@open_to(RoleName.DISPATCHER)
def do(delivery_id: int, deed: str) -> Response:
    """What the customer does with the call on this phone."""
    if deed not in DEEDS:
        raise NotFound(gettext("A phone cannot do that."))
    said = request.form.get("digits") or request.form.get("text") or ""
    with transaction() as session:
        token = simulated_phones.line_token(session, delivery_id)
        DEEDS[deed](session, token, said, clock.now())
    return redirect(url_for("simulated_phone.show", delivery_id=delivery_id), 303)


@blueprint.app_template_filter("with_address")
def with_address(text: str, base_url: str) -> Markup:
    """The text with our own addresses in it made links."""
    words = [
        Markup('<a href="{0}">{0}</a>').format(word)
        if word.startswith(f"{base_url}/")
        else escape(word)
        for word in re.split(r"(\s+)", text)
    ]
    return Markup("").join(words)


def _words() -> str:
    """Whose phones are looked for."""
    return request.args.get("q", "")[:100]


def _phones(words: str) -> list[simulated_phones.PhoneLine]:
    territory = current_territory()
    return simulated_phones.phones(db.session(), territory.id, words) if territory else []


def _zone() -> str:
    territory = current_territory()
    return territory.zone if territory else "UTC"
