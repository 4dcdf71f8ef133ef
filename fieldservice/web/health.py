"""Whether the server answers and its database does too."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import select

from fieldservice.db import db
from fieldservice.web.roles import open_to_anybody

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@open_to_anybody
def healthz() -> dict[str, str]:
    """Answers once the database does."""
    db.session.execute(select(1))
    return {"status": "ok"}
