"""The page behind the bell: everything that waits for a dispatcher, with the way to it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from flask_babel import gettext

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.users import RoleName
from fieldservice.operations.attention import Attention, attention
from fieldservice.web.here import current_territory
from fieldservice.web.roles import open_to

blueprint = Blueprint("attention", __name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of thing that waits, how many, and where it is done."""

    count: int
    label: str
    advice: str
    url: str


@blueprint.get("/attention")
@open_to(RoleName.DISPATCHER)
def show() -> str:
    """Counts of what waits, each linked to where it is done."""
    territory = current_territory()
    if territory is None:
        raise NotFound(gettext("There is no territory yet. Set one up first."))
    waits = attention(db.session(), territory, clock.now())
    return render_template("attention/show.html", waiting=_listed(waits))


def _listed(waits: Attention) -> list[Waiting]:
    day = url_for("day.show_today")
    return [
        *_held_up(waits),
        Waiting(
            waits.conversations,
            gettext("Conversations"),
            gettext("A customer wrote or asked for something: read it and answer."),
            url_for("conversations.index"),
        ),
        Waiting(
            waits.follow_ups,
            gettext("Follow-ups"),
            gettext("A low score or a visit that went wrong: call the customer back."),
            url_for("follow_ups.index"),
        ),
        Waiting(
            waits.unseen_routes,
            gettext("Changes not seen"),
            gettext("A technician has not looked at a changed route for 10 minutes: call."),
            day,
        ),
        Waiting(
            waits.by_hand,
            gettext("Customers to tell by hand"),
            gettext("No text, call or e-mail told them: call, or post a letter."),
            url_for("by_hand.index"),
        ),
        *_to_book(waits),
        Waiting(
            waits.stuck_messages,
            gettext("Messages that need a decision"),
            gettext("It is not known whether they arrived: send again or leave it."),
            url_for("outbox.index", state="needs_human"),
        ),
        *_in_time(waits),
    ]


def _to_book(waits: Attention) -> list[Waiting]:
    """Visits without a time or without anybody who drives there."""
    return [
        Waiting(
            waits.unassigned,
            gettext("Promised visits on no route"),
            gettext("Plan the day again, or give them another window."),
            url_for("day.show_today"),
        ),
        Waiting(
            waits.requests,
            gettext("Requests without an appointment"),
            gettext("Give each a window, or put it on a day."),
            url_for("requests.index"),
        ),
        Waiting(
            waits.lists,
            gettext("Lists with visits to book"),
            gettext("Imported visits wait for a time: give each one, or put it on a day."),
            url_for("requests.index"),
        ),
    ]


def _in_time(waits: Attention) -> list[Waiting]:
    """What no customer waits for."""
    return [
        Waiting(
            waits.to_place,
            gettext("Addresses to place on the map"),
            gettext("Planned from the middle of their municipality until somebody places them."),
            url_for("places.index"),
        ),
        Waiting(
            waits.stopped_webhooks,
            gettext("Webhooks that were stopped"),
            gettext(
                "Another system did not answer for three days. An admin lets it be told again."
            ),
            url_for("webhooks.index"),
        ),
    ]


def _held_up(waits: Attention) -> list[Waiting]:
    """What keeps messages in the house: first, since customers hear nothing meanwhile."""
    here = url_for("carriers.index")
    return [
        Waiting(
            waits.stopped_carriers,
            gettext("Messages are not taken"),
            gettext("The provider refuses or fails: see why, and hand over again."),
            here,
        ),
        Waiting(
            waits.waiting_messages,
            gettext("Messages that wait though they are due"),
            gettext("No sender reaches them, or what a day may cost is spent."),
            here,
        ),
    ]
