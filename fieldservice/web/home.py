"""The first page after signing in: the one each part needs."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice.models.users import RoleName
from fieldservice.web.roles import open_to

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@open_to(RoleName.DISPATCHER, RoleName.TECHNICIAN)
def home() -> Response:
    """A technician's own day; the day page for everybody else."""
    if current_user.plays(RoleName.DISPATCHER, RoleName.ADMIN):
        return redirect(url_for("day.show_today"))
    return redirect(url_for("phone.show_today"))
