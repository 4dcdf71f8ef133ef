"""Addresses to place on the map: a link or coordinates pasted, read without any network."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound, Refused
from fieldservice.models.users import RoleName
from fieldservice.operations.customers.places import place_site, to_place
from fieldservice.web.here import current_territory
from fieldservice.web.roles import open_to
from fieldservice.web.sentences import in_words

blueprint = Blueprint("places", __name__, url_prefix="/places")

SHOWN = 100


@blueprint.get("")
@open_to(RoleName.DISPATCHER)
def index() -> str:
    """Every address whose point is a guess or missing, what is needed first on top."""
    return _page()


@blueprint.post("/<int:site_id>")
@open_to(RoleName.DISPATCHER)
def place(site_id: int) -> Response | tuple[str, int]:
    """Put one address at the pasted point."""
    pasted = request.form.get("pasted", "")
    try:
        with transaction() as session:
            street = place_site(session, clock.now(), current_user.id, site_id, pasted).street
    except Refused as error:
        return _page(site_id, pasted, in_words(error)), 400
    flash(gettext("%(street)s is on the map now.", street=street), "success")
    return redirect(url_for(".index"))


def _page(site_id: int | None = None, pasted: str = "", refusal: str | None = None) -> str:
    territory = current_territory()
    if territory is None:
        raise NotFound(gettext("There is no territory yet. Set one up first."))
    found = to_place(db.session(), territory.id, clock.now())
    return render_template(
        "places/index.html",
        sites=found[:SHOWN],
        count=len(found),
        refused_site=site_id,
        pasted=pasted,
        refusal=refusal,
    )
