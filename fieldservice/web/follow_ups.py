"""What low scores and visits that went wrong leave to do."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound
from fieldservice.models.users import RoleName
from fieldservice.operations.messages import follow_ups
from fieldservice.operations.messages.follow_up_cards import A_PAGE, cards
from fieldservice.web.here import current_territory
from fieldservice.web.roles import open_to

blueprint = Blueprint("follow_ups", __name__, url_prefix="/follow-ups")


@blueprint.get("")
@open_to(RoleName.DISPATCHER)
def index() -> str:
    """Those to do, or with ?closed=1 those done."""
    territory = current_territory()
    if territory is None:
        raise NotFound(gettext("There is no territory yet. Set one up first."))
    closed = request.args.get("closed") == "1"
    page = max(request.args.get("page", 1, type=int), 1)
    left = follow_ups.count_follow_ups(db.session(), territory.id)
    done = follow_ups.count_follow_ups(db.session(), territory.id, closed=True)
    return render_template(
        "follow_ups/index.html",
        cards=cards(db.session(), territory.id, closed=closed, page=page),
        closed=closed,
        left=left,
        done=done,
        page=page,
        pages=max(1, -(-(done if closed else left) // A_PAGE)),
    )


@blueprint.post("/<int:follow_up_id>/close")
@open_to(RoleName.DISPATCHER)
def close(follow_up_id: int) -> Response:
    """Note what was done for the customer."""
    outcome = request.form.get("outcome", "")
    with transaction() as session:
        follow_ups.close_follow_up(session, follow_up_id, outcome, clock.now(), current_user.id)
    flash(gettext("Closed. What was done is kept with the visit."), "success")
    return redirect(url_for("follow_ups.index"), 303)
