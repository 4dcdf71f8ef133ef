"""Whether the server answers, its database does too, and the clock runs beside it."""

from __future__ import annotations

from flask import Blueprint, current_app
from sqlalchemy import select

from fieldservice import clock
from fieldservice.db import db
from fieldservice.operations import liveness
from fieldservice.web.roles import open_to_anybody

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@open_to_anybody
def healthz() -> dict[str, str]:
    """Answers once the database does; without its clock a server still serves pages."""
    db.session.execute(select(1))
    var_dir = current_app.extensions["fieldservice_settings"].var_dir
    running = liveness.is_running(var_dir, clock.now())
    return {"status": "ok", "clock": "running" if running else "stopped"}
