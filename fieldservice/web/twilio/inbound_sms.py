"""Texts customers send to our numbers: kept at once, understood by the clock."""

from __future__ import annotations

from flask import Response, request

from fieldservice import clock
from fieldservice.db import transaction
from fieldservice.models.callbacks import CallbackKind
from fieldservice.operations.messages.callbacks import keep
from fieldservice.web.twilio import blueprint
from fieldservice.web.twilio.guard import TEXT, field_of, signed_by_twilio

NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""What we answer goes through the outbox, where it is seen, paced and never sent twice."""


@blueprint.post("/inbound/sms")
@signed_by_twilio(*TEXT)
def inbound_sms() -> Response:
    """One text."""
    sid = field_of(*TEXT)
    with transaction() as session:
        keep(session, CallbackKind.TEXT, "", sid, "received", request.form, clock.now())
    return Response(NO_ANSWER, content_type="text/xml")
