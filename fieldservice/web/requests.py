"""Visits that were asked for and wait for somebody to give them a time."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext

from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.users import RoleName
from fieldservice.operations.customers.customer_file import requested_visits
from fieldservice.operations.customers.phone_codes import unconfirmed
from fieldservice.web.here import current_territory
from fieldservice.web.roles import open_to

blueprint = Blueprint("requests", __name__)


@blueprint.get("/requests")
@open_to(RoleName.DISPATCHER)
def index() -> str:
    """Who asked for what, oldest first."""
    territory = current_territory()
    if territory is None:
        raise NotFound(gettext("There is no territory yet. Set one up first."))
    waiting = requested_visits(db.session(), territory.id)
    strangers = unconfirmed(db.session(), [line.visit_id for _customer, line in waiting])
    return render_template("booking/requests.html", waiting=waiting, unconfirmed=strangers)
