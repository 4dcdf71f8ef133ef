"""Asking for a plan, stopping it, and saying yes or no to what it proposes."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import format_decimal, gettext, ngettext
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.plans import PlanRun, PlanRunState
from fieldservice.models.users import RoleName
from fieldservice.operations.plans import planning
from fieldservice.operations.plans.proposal_view import proposal_view
from fieldservice.web.again import written
from fieldservice.web.day_address import (
    Address,
    address,
    known_day,
    opened_day,
    territory_of,
    to_day,
)
from fieldservice.web.roles import open_to
from fieldservice.web.sentences import in_words

blueprint = Blueprint("proposals", __name__)

USUAL_SECONDS = 20


@blueprint.post("/day/<territory>/<day>/plan")
@open_to(RoleName.DISPATCHER)
def ask(territory: str, day: str) -> Response:
    """Queue a run for this day."""
    here, seconds = address(territory, day), _seconds()
    written(
        lambda session: planning.ask_for_plan(
            session, opened_day(session, here), seconds, 1, current_user.id, clock.now()
        )
    )
    return to_day(here)


@blueprint.post("/day/<territory>/<day>/runs/<int:run_id>/stop")
@open_to(RoleName.DISPATCHER)
def stop(territory: str, day: str, run_id: int) -> Response:
    """End the search with its best so far."""
    here = address(territory, day)
    try:
        written(
            lambda session: planning.ask_to_stop(
                session, planning.find_run(session, run_id), clock.now(), current_user.id
            )
        )
    except Conflict as ended:
        flash(in_words(ended), "info")
    return to_day(here)


@blueprint.get("/day/<territory>/<day>/proposal")
@open_to(RoleName.DISPATCHER)
def review(territory: str, day: str) -> str:
    """The newest proposal of the day, move by move."""
    here = address(territory, day)
    run = planning.newest_run(db.session(), known_day(here).id)
    if run is None:
        raise NotFound(gettext("This day was not planned yet. Plan it first."))
    view = proposal_view(db.session(), run)
    zone = territory_of(here).zone
    percent = format_decimal(view.gap_percent or 0)
    return render_template("day/proposal.html", view=view, here=here, zone=zone, percent=percent)


@blueprint.post("/day/<territory>/<day>/runs/<int:run_id>/accept")
@open_to(RoleName.DISPATCHER)
def accept(territory: str, day: str, run_id: int) -> Response:
    """Make the proposal the working plan."""
    here = address(territory, day)
    run = written(
        lambda session: planning.accept(
            session, planning.find_run(session, run_id), clock.now(), current_user.id
        )
    )
    _say(run)
    if run.state is PlanRunState.ACCEPTED and run.freeze_minutes is not None:
        return redirect(url_for("publishing.preview", territory=here.slug, day=here.day), 303)
    return to_day(here)


@blueprint.post("/day/<territory>/<day>/runs/<int:run_id>/refuse")
@open_to(RoleName.DISPATCHER)
def refuse(territory: str, day: str, run_id: int) -> Response:
    """Leave the day as it is."""
    here = address(territory, day)
    written(
        lambda session: planning.refuse(
            session, planning.find_run(session, run_id), clock.now(), current_user.id
        )
    )
    flash(gettext("Refused. The day stays as it is."), "success")
    return to_day(here)


@blueprint.post("/day/<territory>/<day>/runs/<int:run_id>/moves/<int:move_id>/accept")
@open_to(RoleName.DISPATCHER)
def accept_move(territory: str, day: str, run_id: int, move_id: int) -> Response:
    """Do this one move now."""
    here = address(territory, day)
    try:
        move = written(
            lambda session: planning.accept_move(
                session, planning.find_run(session, run_id), move_id, clock.now(), current_user.id
            )
        )
        flash(move.note or gettext("Moved."), "warning" if move.note else "success")
    except Conflict as conflict:
        flash(in_words(conflict), "warning")
    return _to_review(here)


@blueprint.post("/day/<territory>/<day>/runs/<int:run_id>/moves/<int:move_id>/refuse")
@open_to(RoleName.DISPATCHER)
def refuse_move(territory: str, day: str, run_id: int, move_id: int) -> Response:
    """Leave this visit where it is."""
    here = address(territory, day)
    written(
        lambda session: planning.refuse_move(
            session, planning.find_run(session, run_id), move_id, clock.now(), current_user.id
        )
    )
    return _to_review(here)


def _to_review(here: Address) -> Response:
    return redirect(url_for("proposals.review", territory=here.slug, day=here.day), 303)


def _seconds() -> int:
    text = request.form.get("seconds", str(USUAL_SECONDS))
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise Refused(gettext("Give the seconds to plan as a whole number, such as 20."), "seconds")
    return int(text)


def _say(run: PlanRun) -> None:
    if run.state is PlanRunState.FAILED:
        flash(in_words(run.failure), "error")
        return
    dropped = sum(1 for move in run.moves if move.state == "dropped")
    if dropped:
        words = ngettext(
            "Accepted. The day had changed: %(num)s move no longer fits and was left out.",
            "Accepted. The day had changed: %(num)s moves no longer fit and were left out.",
            dropped,
        )
        flash(words, "warning")
    else:
        flash(gettext("Accepted. Publish the day to give technicians their routes."), "success")
