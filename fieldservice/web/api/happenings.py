"""Events over the API, for who missed webhooks: the last thirty days, by number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from fieldservice.db import db
from fieldservice.models.api import Scope
from fieldservice.models.events import Event
from fieldservice.web.api.frame import Asked, Resource, answers, takes
from fieldservice.web.api.guard import needs
from fieldservice.web.api.schemas.reports import EventsAsked, EventsSchema

blueprint = Resource("events", "What happened, as webhooks tell it.")

USUAL = 50


@blueprint.get("/events")
@needs(Scope.WEBHOOKS_READ)
@takes(EventsAsked, "query")
@answers(200, EventsSchema)
def list_events(asked: Asked) -> Any:
    """List events in their order."""
    query = (
        select(Event)
        .where(Event.number > asked.get("after", 0))
        .order_by(Event.number)
        .limit(asked.get("limit", USUAL))
    )
    return {"items": db.session.scalars(query).all()}
