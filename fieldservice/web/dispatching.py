"""What a dispatcher does to one visit on the day page; each deed leads back to it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, render_template, request
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice.db import db
from fieldservice.errors import Conflict, Refused, RuleBroken
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit
from fieldservice.operations.dispatching import dispatch, dispatch_days
from fieldservice.operations.dispatching.dispatch import Goal, Order
from fieldservice.web.again import written
from fieldservice.web.bounds import is_record_number
from fieldservice.web.day_address import address, opened_day, order_of_form, to_day
from fieldservice.web.roles import open_to
from fieldservice.web.sentences import in_words

blueprint = Blueprint("dispatching", __name__)

Page = Response | tuple[str, int]


@blueprint.post("/day/<territory>/<day>/visits/<int:visit_id>/move")
@open_to(RoleName.DISPATCHER)
def move(territory: str, day: str, visit_id: int) -> Page:
    """Give the visit to a van; what that breaks is asked about first."""
    here, order, goal = address(territory, day), order_of_form(), _goal()
    reason = request.form.get("reason", "").strip()[:200] if "waive" in request.form else None
    try:
        written(
            lambda session: dispatch.move_visit(session, visit_id, goal, order, waive_as=reason)
        )
    except RuleBroken as broken:
        page = render_template(
            "day/broken.html", here=here, visit=_visit(visit_id), broken=broken, form=request.form
        )
        return page, 409
    flash(gettext("Moved. Publish the day when the routes are as you want them."), "success")
    return to_day(here, visit_id)


@blueprint.post("/day/<territory>/<day>/visits/<int:visit_id>/assign")
@open_to(RoleName.DISPATCHER)
def assign(territory: str, day: str, visit_id: int) -> Response:
    """Put the visit where it adds the least driving."""
    said = gettext("Put where it adds the least driving.")
    return _done(territory, day, visit_id, dispatch.assign, said)


@blueprint.post("/day/<territory>/<day>/visits/<int:visit_id>/pin")
@open_to(RoleName.DISPATCHER)
def pin(territory: str, day: str, visit_id: int) -> Response:
    """Keep the visit with its technician."""
    said = gettext("Pinned: no plan takes it from its technician.")
    return _done(territory, day, visit_id, dispatch.pin, said)


@blueprint.post("/day/<territory>/<day>/visits/<int:visit_id>/unpin")
@open_to(RoleName.DISPATCHER)
def unpin(territory: str, day: str, visit_id: int) -> Response:
    """Let the planner move it again."""
    return _done(territory, day, visit_id, dispatch.unpin, gettext("No longer pinned."))


@blueprint.post("/day/<territory>/<day>/visits/<int:visit_id>/unassign")
@open_to(RoleName.DISPATCHER)
def unassign(territory: str, day: str, visit_id: int) -> Response:
    """Take the visit off its route."""
    said = gettext("Taken off its route. It keeps its day and its promise.")
    return _done(territory, day, visit_id, dispatch.unassign, said)


@blueprint.post("/day/<territory>/<day>/visits/<int:visit_id>/backlog")
@open_to(RoleName.DISPATCHER)
def backlog(territory: str, day: str, visit_id: int) -> Response:
    """Take the visit off its day."""
    here, order = address(territory, day), order_of_form()
    written(lambda session: dispatch_days.to_backlog(session, visit_id, order))
    flash(gettext("Back in the backlog."), "success")
    return to_day(here)


@blueprint.post("/day/<territory>/<day>/add/<int:visit_id>")
@open_to(RoleName.DISPATCHER)
def add(territory: str, day: str, visit_id: int) -> Response:
    """Put a visit from the backlog on this day."""
    here, order = address(territory, day), order_of_form()
    placed = written(
        lambda session: dispatch_days.add_to_day(
            session, visit_id, opened_day(session, here), order
        )
    )
    if placed:
        flash(gettext("On the day, where it adds the least driving."), "success")
    else:
        flash(gettext("On the day, but nobody has room for it yet. Plan the day."), "warning")
    return to_day(here, visit_id)


@blueprint.post("/day/<territory>/<day>/settle")
@open_to(RoleName.DISPATCHER)
def settle(territory: str, day: str) -> Response:
    """Give away the visits of technicians who are absent."""
    here, order = address(territory, day), order_of_form()
    left = written(lambda session: dispatch_days.settle(session, opened_day(session, here), order))
    if left:
        words = ngettext(
            "%(num)s visit found nobody. It waits beside the routes.",
            "%(num)s visits found nobody. They wait beside the routes.",
            len(left),
        )
        flash(words, "warning")
    else:
        flash(gettext("Every visit found another technician."), "success")
    return to_day(here)


def _done(
    territory: str,
    day: str,
    visit_id: int,
    deed: Callable[[Session, int, Order], object],
    said: str,
) -> Response:
    here, order = address(territory, day), order_of_form()
    try:
        written(lambda session: deed(session, visit_id, order))
    except Conflict as conflict:
        if order.seen is None:
            flash(in_words(conflict), "warning")
            return to_day(here, visit_id)
        raise
    flash(said, "success")
    return to_day(here, visit_id)


def _goal() -> Goal:
    """`place` is a van, or a van and the visit to go behind; 0 is before all others."""
    shift, _, behind = request.form.get("place", "").partition(":")
    if not is_record_number(shift) or (behind and not is_record_number(behind)):
        raise Refused(gettext("Choose a technician."), "place")
    if not behind:
        return Goal(int(shift))
    return Goal(int(shift), after_visit_id=int(behind) or None, first=behind == "0")


def _visit(visit_id: int) -> Visit | None:
    return db.session.get(Visit, visit_id)
