"""What people of the office tell customers: the list to call from, and letters to post."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound, Refused
from fieldservice.models.kinds import Language
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.notify.letters.writing import LETTERS
from fieldservice.operations.messages import telling
from fieldservice.operations.messages.hand_list import hand_lines, hand_list
from fieldservice.operations.messages.paper import papers
from fieldservice.web.here import current_territory
from fieldservice.web.roles import open_to

blueprint = Blueprint("by_hand", __name__, url_prefix="/by-hand")
MOST_LETTERS = 200
WINDOW_RIGHT = ("ES", "AD", "PT")
"""Countries whose usual envelopes have their window on the right."""


@blueprint.get("")
@open_to(RoleName.DISPATCHER)
def index() -> str:
    """Whom to call and what to say."""
    territory, now = _territory(), clock.now()
    lines = hand_list(db.session(), territory, now)
    return render_template(
        "by_hand/index.html",
        lines=lines,
        letters=sum(one.by_post for one in lines),
        now=now,
        silent=territory.keeps_silent,
    )


@blueprint.get("/sheet")
@open_to(RoleName.DISPATCHER)
def sheet() -> str:
    """The same list on paper, with boxes to tick."""
    territory, now = _territory(), clock.now()
    lines = hand_list(db.session(), territory, now)
    return render_template("by_hand/sheet.html", lines=lines, today=_today(territory, now))


@blueprint.get("/letters")
@open_to(RoleName.DISPATCHER)
def letters() -> str:
    """One letter a page, for those chosen or for all that would come in time."""
    territory, now = _territory(), clock.now()
    chosen = _chosen(request.args.getlist("message"))
    if chosen:
        lines = hand_lines(db.session(), territory, chosen, now)
    else:
        lines = [one for one in hand_list(db.session(), territory, now) if one.by_post]
    return render_template(
        "by_hand/letters.html",
        papers=papers(db.session(), territory, lines[:MOST_LETTERS]),
        window_right=territory.country in WINDOW_RIGHT,
        today=_today(territory, now),
    )


@blueprint.post("/<int:message_id>/told")
@open_to(RoleName.DISPATCHER)
def told(message_id: int) -> Response:
    """The customer heard it."""
    with transaction() as session:
        telling.told(session, message_id, clock.now(), current_user.id)
    flash(gettext("Noted: the customer knows."), "success")
    return redirect(url_for("by_hand.index"), 303)


@blueprint.post("/<int:message_id>/not-reached")
@open_to(RoleName.DISPATCHER)
def not_reached(message_id: int) -> Response:
    """Nobody was there."""
    with transaction() as session:
        telling.not_reached(session, message_id, clock.now(), current_user.id)
    flash(gettext("Noted. It stays on the list; try again in an hour."), "success")
    return redirect(url_for("by_hand.index"), 303)


@blueprint.post("/posted")
@open_to(RoleName.DISPATCHER)
def posted() -> Response:
    """These letters are in the post."""
    chosen = _chosen(request.form.getlist("message"))
    with transaction() as session:
        count = telling.posted(session, chosen, clock.now(), current_user.id)
    flash(ngettext("%(num)s letter is posted.", "%(num)s letters are posted.", count), "success")
    return redirect(url_for("by_hand.index"), 303)


@blueprint.app_template_filter("letter_date")
def letter_date(day: date, language: Language) -> str:
    """The day a letter is written, as its reader writes days."""
    return str(format_date(day, "long", locale=LETTERS[language].locale))


def _chosen(texts: list[str]) -> list[int]:
    numbers = [text for text in texts if text.isascii() and text.isdigit() and len(text) < 10]
    if len(numbers) > MOST_LETTERS:
        raise Refused(gettext("Choose at most 200 letters at a time."), "message")
    return list(dict.fromkeys(int(text) for text in numbers))


def _today(territory: Territory, now: datetime) -> date:
    return clock.local_day(now, territory.zone)


def _territory() -> Territory:
    territory = current_territory()
    if territory is None:
        raise NotFound(gettext("There is no territory yet. Set one up first."))
    return territory
