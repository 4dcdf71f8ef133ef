"""Publishing a day: the preview, the deed, and taking it back while the texts wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from flask import Blueprint, flash, render_template, request
from flask_babel import gettext, ngettext
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db
from fieldservice.models.customers import Channel
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
    if not done.messages:
        flash(gettext("Published. Nobody needs to be told."), "success")
        return
    said = {"ways": ways_words(done.ways), "minutes": done.hold_minutes}
    flash(gettext("Published. In %(minutes)s minutes: %(ways)s.", **said), "success")


@blueprint.app_template_filter("ways_words")
def ways_words(told: Iterable[Channel] | Mapping[Channel, int]) -> str:
    """How many are told, by each way: 3 texts, 1 call, 2 by hand."""
    ways = Counter(told)
    words = {
        Channel.SMS: ngettext("%(num)s text", "%(num)s texts", ways[Channel.SMS]),
        Channel.CALL: ngettext("%(num)s call", "%(num)s calls", ways[Channel.CALL]),
        Channel.EMAIL: ngettext("%(num)s e-mail", "%(num)s e-mails", ways[Channel.EMAIL]),
        Channel.BY_HAND: ngettext("%(num)s by hand", "%(num)s by hand", ways[Channel.BY_HAND]),
    }
    said = [words[way] for way in words if ways[way]]
    return ", ".join(said) or str(gettext("nobody is told anything"))
