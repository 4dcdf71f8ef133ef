"""What became of texts, as the network tells us: kept at once, acted on by the clock."""

from __future__ import annotations

from flask import request

from fieldservice import clock
from fieldservice.db import transaction
from fieldservice.models.callbacks import CallbackKind
from fieldservice.operations.messages.callbacks import keep
from fieldservice.web.twilio import blueprint
from fieldservice.web.twilio.guard import TEXT, field_of, signed_by_twilio

KEPT = ("", 204)


@blueprint.post("/receipt/<token>")
@signed_by_twilio(*TEXT)
def receipt(token: str) -> tuple[str, int]:
    """One state of one text."""
    form = request.form
    status = form.get("MessageStatus", form.get("SmsStatus", ""))
    with transaction() as session:
        keep(session, CallbackKind.RECEIPT, token, field_of(*TEXT), status, form, clock.now())
    return KEPT
