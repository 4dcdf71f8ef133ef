"""A territory's senders, and the preflight: what would happen to a message before one leaves."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound, Refused
from fieldservice.models.customers import Channel
from fieldservice.models.senders import Sender
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.operations.messages import preflight
from fieldservice.operations.messages import senders as sending
from fieldservice.operations.messages.preflight import Outside
from fieldservice.operations.messages.senders import SenderEntry
from fieldservice.operations.plans.days import territory_by_slug
from fieldservice.web import entries
from fieldservice.web.entries import Form
from fieldservice.web.roles import open_to

blueprint = Blueprint("senders", __name__, url_prefix="/territories/<territory>/senders")

Answer = Response | str | tuple[str, int]


@blueprint.get("")
@open_to(RoleName.ADMIN)
def index(territory: str) -> str:
    """The senders, by what each country is reached, and what can be said without asking."""
    return _page(territory, None)


@blueprint.post("/preflight")
@open_to(RoleName.ADMIN)
def check(territory: str) -> str:
    """Ask the provider and knock at our own door; nothing is changed by it."""
    return _page(territory, preflight.ask_outside(_settings()))


@blueprint.route("/new", methods=["GET", "POST"])
@open_to(RoleName.ADMIN)
def add(territory: str) -> Answer:
    """One more sender."""
    place = territory_by_slug(db.session(), territory)
    if request.method == "GET":
        return _form(place, None, _usual())
    try:
        entry = _entry(request.form)
        with transaction() as session:
            mine = territory_by_slug(session, territory)
            sending.add_sender(session, clock.now(), current_user.id, mine, entry)
    except Refused as refusal:
        return _form(place, None, request.form, refusal), 400
    flash(gettext("Saved. Run the preflight to see whether it works."), "success")
    return _to(territory)


@blueprint.route("/<int:sender_id>", methods=["GET", "POST"])
@open_to(RoleName.ADMIN)
def change(territory: str, sender_id: int) -> Answer:
    """One sender, put right."""
    place = territory_by_slug(db.session(), territory)
    sender = _sender(place, sender_id)
    if request.method == "GET":
        return _form(place, sender, _written(sender))
    try:
        entry = _entry(request.form)
        with transaction() as session:
            sending.change_sender(session, clock.now(), current_user.id, sender_id, entry)
    except Refused as refusal:
        return _form(place, sender, request.form, refusal), 400
    flash(gettext("Saved. Run the preflight to see whether it works."), "success")
    return _to(territory)


@blueprint.post("/<int:sender_id>/retire")
@open_to(RoleName.ADMIN)
def retire(territory: str, sender_id: int) -> Response:
    """Nothing leaves by it any more."""
    _sender(territory_by_slug(db.session(), territory), sender_id)
    with transaction() as session:
        sending.retire_sender(session, clock.now(), current_user.id, sender_id)
    flash(gettext("Retired: nothing leaves by it any more."), "success")
    return _to(territory)


@blueprint.post("/<int:sender_id>/bring-back")
@open_to(RoleName.ADMIN)
def bring_back(territory: str, sender_id: int) -> Response:
    """A retired one is used again."""
    _sender(territory_by_slug(db.session(), territory), sender_id)
    with transaction() as session:
        sending.bring_back_sender(session, clock.now(), current_user.id, sender_id)
    return _to(territory)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["fieldservice_settings"]
    return settings


def _sender(place: Territory, sender_id: int) -> Sender:
    sender = sending.sender_by_id(db.session(), sender_id)
    if sender.territory_id != place.id:
        raise NotFound(gettext("This sender does not exist."))
    return sender


def _page(territory: str, outside: Outside | None) -> str:
    session, settings = db.session(), _settings()
    place = territory_by_slug(session, territory)
    return render_template(
        "senders/index.html",
        place=place,
        senders=sending.senders(session, place.id),
        lines=preflight.country_lines(session, place),
        findings=preflight.findings(session, place, settings.public_base_url, outside),
        by_twilio=settings.twilio is not None,
        was_asked=outside is not None,
    )


def _entry(form: Form) -> SenderEntry:
    try:
        medium = Channel(form.get("medium", ""))
        per_second = float(form.get("per_second", "").replace(",", "."))
    except ValueError as error:
        sentence = gettext("Messages a second: write a number such as 1 or 0.5.")
        raise Refused(sentence, "per_second") from error
    return SenderEntry(
        medium=medium,
        address=entries.words(form, "address", gettext("Number or name"), 40),
        serves=entries.maybe_words(form, "serves", gettext("Country"), 2),
        per_second=per_second,
        can_be_answered=entries.ticked(form, "can_be_answered"),
        registered=entries.ticked(form, "registered"),
        voice=entries.ticked(form, "voice"),
    )


def _usual() -> Form:
    return {"medium": Channel.SMS.value, "per_second": "1", "can_be_answered": "1"}


def _written(sender: Sender) -> Form:
    said = {
        "medium": sender.medium.value,
        "address": sender.address,
        "serves": sender.serves or "",
        "per_second": f"{sender.per_second:g}",
    }
    ticks = ("can_be_answered", "registered", "voice")
    return said | {name: "1" for name in ticks if getattr(sender, name)}


def _form(
    place: Territory, sender: Sender | None, said: Form, refusal: Refused | None = None
) -> str:
    media = [(Channel.SMS.value, gettext("Texts")), (Channel.CALL.value, gettext("Calls"))]
    return render_template(
        "senders/sender.html", place=place, sender=sender, said=said, refusal=refusal, media=media
    )


def _to(territory: str) -> Response:
    return redirect(url_for("senders.index", territory=territory), 303)
