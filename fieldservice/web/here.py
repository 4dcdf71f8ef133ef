"""Which territory a staff page is about: the one in its address, else the one looked at last."""

from __future__ import annotations

from flask import g, request, session
from sqlalchemy import select

from fieldservice.db import db
from fieldservice.models.territories import Territory

LAST = "territory"


def current_territory() -> Territory | None:
    """The territory named in the address, else the last one, else the first there is."""
    if "territory" not in g:
        g.territory = _find()
    found: Territory | None = g.territory
    return found


def _find() -> Territory | None:
    named = (request.view_args or {}).get("territory")
    slug = named or session.get(LAST)
    found = slug and db.session.scalar(select(Territory).where(Territory.slug == slug))
    if named and found:
        session[LAST] = named
    return found or db.session.scalar(select(Territory).order_by(Territory.id).limit(1))
