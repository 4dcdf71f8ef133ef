"""The one search field of the office, and where it leads."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from fieldservice.db import db
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.operations.customers.search import newest, search
from fieldservice.web.here import current_territory
from fieldservice.web.roles import open_to

blueprint = Blueprint("search", __name__)

NEWEST = 15


@blueprint.get("/search")
@open_to(RoleName.DISPATCHER)
def index() -> str | Response:
    """Whoever the text may mean; straight to the customer where it means one."""
    text = request.args.get("q", "").strip()
    if not text:
        return render_template(
            "search/index.html", newest=newest(db.session(), NEWEST), search_text=""
        )
    found = search(db.session(), text, _countries())
    if found.only is not None:
        return redirect(url_for("customers.show", customer_id=found.only))
    return render_template("search/found.html", found=found, search_text=text)


def _countries() -> list[str]:
    """The country of the territory in hand first, then the others'."""
    here = current_territory()
    known = list(db.session.scalars(select(Territory.country).distinct().order_by("country")))
    return sorted(known, key=lambda country: country != (here.country if here else None))
