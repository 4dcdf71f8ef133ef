"""Publishing a day: the preview, the deed, and taking it back while the texts wait."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request
from flask_babel import gettext, ngettext
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db
from fieldservice.models.users import RoleName
from fieldservice.operations.dispatching import publishing, unpublishing
from fieldservice.operations.dispatching.publishing import PublishPreview
from fieldservice.web.again import written
from fieldservice.web.day_address import address, known_day, opened_day, territory_of, to_day
from fieldservice.web.roles import open_to

blueprint = Blueprint("publishing", __name__)


@blueprint.get("/day/<territory>/<day>/publish")
@open_to(RoleName.DISPATCHER)
def preview(territory: str, day: str) -> str:
    """What would be texted to whom, and whose route changes."""
    here = address(territory, day)
    found = publishing.preview(db.session(), known_day(here), clock.now())
    zone = territory_of(here).zone
    return render_template("day/publish.html", preview=found, here=here, zone=zone)


@blueprint.post("/day/<territory>/<day>/publish")
@open_to(RoleName.DISPATCHER)
def publish(territory: str, day: str) -> Response:
    """Give the routes out, as the preview said."""
    here, seen = address(territory, day), request.form.get("version", type=int)
    done = written(
        lambda session: publishing.publish(
            session, opened_day(session, here), clock.now(), current_user.id, seen
        )
    )
    _say(done)
    return to_day(here)


@blueprint.post("/day/<territory>/<day>/unpublish")
@open_to(RoleName.DISPATCHER)
def undo(territory: str, day: str) -> Response:
    """Take the last publication back."""
    here = address(territory, day)
    written(
        lambda session: unpublishing.undo_publish(
            session, opened_day(session, here), clock.now(), current_user.id
        )
    )
    flash(gettext("Taken back. No text left the house."), "success")
    return to_day(here)


def _say(done: PublishPreview) -> None:
    if done.nothing_new:
        flash(gettext("Everybody knew all of it already, so nothing was sent."), "info")
        return
    words = ngettext(
        "Published. %(num)s text leaves in %(minutes)s minutes.",
        "Published. %(num)s texts leave in %(minutes)s minutes.",
        done.texts,
        minutes=done.hold_minutes,
    )
    flash(words if done.texts else gettext("Published. Nobody needs a text."), "success")
