"""Technicians' calendar addresses over the API; they are read, never part of a kept answer."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.api import Scope
from fieldservice.operations.road.calendar_feeds import (
    address_of,
    feed_of,
    make_feed,
    revoke_feed,
)
from fieldservice.web.api.again import emptied, written
from fieldservice.web.api.frame import Asked, Resource, answers, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.schemas.webhooks import (
    CalendarMadeSchema,
    CalendarSchema,
    CalendarWanted,
)
from fieldservice.web.offering import settings

blueprint = Resource("calendars", "Technicians' routes for calendars, at secret addresses.")

NONE = "This technician has no calendar address. Make one."


@blueprint.get("/technicians/<int:technician_id>/calendar")
@needs(Scope.CALENDARS_READ)
@answers(200, CalendarSchema)
def show_calendar(technician_id: int) -> Any:
    """Read a technician's calendar address."""
    feed = feed_of(db.session(), technician_id)
    if feed is None:
        raise NotFound(NONE)
    address = address_of(feed, settings().secret_key, settings().public_base_url)
    return {
        "technician_id": feed.technician_id,
        "names_customers": feed.names_customers,
        "created_at": feed.created_at,
        "address": address,
    }


@blueprint.post("/technicians/<int:technician_id>/calendar")
@needs(Scope.CALENDARS_WRITE)
@takes(CalendarWanted)
@answers(201, CalendarMadeSchema)
def make_calendar(asked: Asked, technician_id: int) -> Response:
    """Make a new calendar address; the one before ends."""
    now, actor_id = clock.now(), caller().user_id
    names = asked.get("names_customers", False)
    return written(
        lambda session: make_feed(
            session, now, actor_id, technician_id, settings().secret_key, names_customers=names
        ),
        CalendarMadeSchema,
        201,
    )


@blueprint.delete("/technicians/<int:technician_id>/calendar")
@needs(Scope.CALENDARS_WRITE)
@answers(204)
def end_calendar(technician_id: int) -> Response:
    """End a technician's calendar address."""
    now, actor_id = clock.now(), caller().user_id

    def deed(session: Session) -> None:
        if revoke_feed(session, now, actor_id, technician_id) is None:
            raise NotFound(NONE)

    return emptied(deed)
