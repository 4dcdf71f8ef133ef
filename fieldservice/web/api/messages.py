"""Messages over the API: what customers were told, and whether it arrived."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select

from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.api import Scope
from fieldservice.models.messages import Message
from fieldservice.web.api.frame import Asked, Resource, answers, takes
from fieldservice.web.api.guard import needs
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.schemas.reports import MessagesAsked, MessageSchema
from fieldservice.web.api.versions import shown

blueprint = Resource("messages", "What customers are told, and whether it arrived.")


@blueprint.get("/messages")
@needs(Scope.MESSAGES_READ)
@takes(MessagesAsked, "query")
@answers(200, page_of(MessageSchema))
def list_messages(asked: Asked) -> Page:
    """List messages."""
    names = ("territory_id", "visit_id", "contact_id", "state", "kind")
    return page(db.session(), filtered(select(Message), Message, asked, *names), Message, asked)


@blueprint.get("/messages/<int:message_id>")
@needs(Scope.MESSAGES_READ)
@answers(200, MessageSchema)
def show_message(message_id: int) -> Response:
    """Read a message."""
    message = db.session.get(Message, message_id)
    if message is None:
        raise NotFound("There is no such message.")
    return shown(message, MessageSchema)
