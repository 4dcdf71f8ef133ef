"""The outbox: what waits to be said to customers, what was said, what somebody must decide."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound
from fieldservice.models.messages import MessageKind, MessageState
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.operations.messages import correspondence, deciding, recheck, silence
from fieldservice.operations.messages.correspondence import Box, Wanted
from fieldservice.operations.messages.delivery import hand_over_now
from fieldservice.operations.messages.hand_list import count_by_hand
from fieldservice.operations.messages.simulated_phones import newest_delivery
from fieldservice.web.here import current_territory
from fieldservice.web.letters import letter_of
from fieldservice.web.post_room import post_room
from fieldservice.web.roles import open_to
from fieldservice.web.times import day_words, time_in

blueprint = Blueprint("outbox", __name__, url_prefix="/outbox")

Choice = TypeVar("Choice", Box, MessageState, MessageKind)


@blueprint.get("")
@open_to(RoleName.DISPATCHER)
def index() -> str:
    """The messages of the territory, with one of them opened beside the list."""
    territory, now = _territory(), clock.now()
    wanted = _wanted()
    found = correspondence.find(db.session(), territory, wanted)
    opened = request.args.get("message", type=int)
    return render_template(
        "outbox/index.html",
        wanted=wanted,
        letters=[letter_of(message, territory) for message in found.messages],
        found=found,
        counts=correspondence.counts(db.session(), territory.id),
        by_hand=count_by_hand(db.session(), territory, now),
        held=silence.what_is_held(db.session(), territory.id, now),
        opened=_opened(opened, territory) if opened else None,
        phone_id=newest_delivery(db.session(), opened) if opened else None,
        kinds=list(MessageKind),
        states=list(MessageState),
    )


@blueprint.post("/<int:message_id>/hand-over")
@open_to(RoleName.DISPATCHER)
def hand_over(message_id: int) -> Response | str:
    """Send a waiting message now; in quiet hours only after a second question."""
    if "by_night" not in request.form:
        message, territory = correspondence.letter(db.session(), message_id), _territory()
        if recheck.is_quiet(db.session(), message, clock.now()):
            letter, now = letter_of(message, territory), clock.now()
            return render_template("outbox/by_night.html", letter=letter, now=now)
    hand_over_now(post_room(), message_id, clock.now())
    # The post room works in sessions of its own: what was read here before is old now.
    db.session.rollback()
    message = correspondence.letter(db.session(), message_id)
    if message.state == MessageState.SENT:
        delivery_id = newest_delivery(db.session(), message_id)
        return redirect(url_for("simulated_phone.show", delivery_id=delivery_id), 303)
    because = letter_of(message, _territory()).reason
    flash(gettext("It was not sent: %(because)s.", because=because), "warning")
    return redirect(url_for("outbox.index", box=Box.ALL, message=message_id), 303)


@blueprint.post("/<int:message_id>/send-again")
@open_to(RoleName.DISPATCHER)
def send_again(message_id: int) -> Response:
    """Say the same once more, though it may arrive twice."""
    with transaction() as session:
        deciding.send_again(session, message_id, clock.now(), current_user.id)
    flash(gettext("It will be sent again."), "success")
    return redirect(url_for("outbox.index", box=Box.NEEDS_HUMAN), 303)


@blueprint.post("/<int:message_id>/settle")
@open_to(RoleName.DISPATCHER)
def settle(message_id: int) -> Response:
    """It is seen to, without a message."""
    with transaction() as session:
        deciding.settle_by_hand(session, message_id, clock.now(), current_user.id)
    flash(gettext("Noted. Nothing will be sent."), "success")
    return redirect(url_for("outbox.index", box=Box.NEEDS_HUMAN), 303)


@blueprint.post("/silence")
@open_to(RoleName.DISPATCHER)
def keep_silent() -> Response:
    """From now on nothing leaves this territory."""
    territory_id = _territory().id
    with transaction() as session:
        silence.keep_silent(session, territory_id, clock.now(), current_user.id)
    flash(gettext("Nothing leaves any more until you say so."), "success")
    return redirect(url_for("outbox.index"), 303)


@blueprint.post("/speak")
@open_to(RoleName.DISPATCHER)
def let_leave() -> Response:
    """Messages leave again, with or without what fell due meanwhile."""
    territory_id = _territory().id
    too = request.form.get("backlog") == "send"
    with transaction() as session:
        silence.let_leave(
            session, territory_id, clock.now(), current_user.id, with_what_was_due=too
        )
    flash(gettext("Messages leave again."), "success")
    return redirect(url_for("outbox.index"), 303)


@blueprint.app_template_filter("moment_words")
def moment_words(moment: datetime, zone: str) -> str:
    """A moment on that zone's wall: Tue 24 Nov, 10:30."""
    return f"{day_words(clock.local_day(moment, zone))}, {time_in(moment, zone)}"


def _territory() -> Territory:
    territory = current_territory()
    if territory is None:
        raise NotFound(gettext("There is no territory yet. Set one up first."))
    return territory


def _opened(message_id: int, territory: Territory) -> object:
    message = correspondence.letter(db.session(), message_id)
    return letter_of(message, territory)


def _wanted() -> Wanted:
    state = _choice(MessageState, "state")
    box = _choice(Box, "box")
    if box is None:
        box = Box.NEEDS_HUMAN if state == MessageState.NEEDS_HUMAN else Box.WAITING
    return Wanted(
        box=box,
        state=None if box == Box.NEEDS_HUMAN else state,
        kind=_choice(MessageKind, "kind"),
        day=_day(),
        text=request.args.get("q", "")[:100],
        page=request.args.get("page", 1, type=int),
    )


def _choice(choices: type[Choice], name: str) -> Choice | None:
    asked = request.args.get(name)
    return choices(asked) if asked in {one.value for one in choices} else None


def _day() -> date | None:
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
    return day if clock.is_within_reach(day) else None
