"""Our own knock at the public door, answered as only this installation can."""

from __future__ import annotations

from flask import current_app, request

from fieldservice.config import Settings
from fieldservice.notify.twilio.knocking import reply_to
from fieldservice.web.twilio import blueprint
from fieldservice.web.twilio.guard import signed_by_twilio


@blueprint.post("/knock")
@signed_by_twilio("Nonce")
def knock() -> str:
    """Show that a signed callback arrives here; nothing is kept."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    return reply_to(request.form.get("Nonce", ""), settings.secret_key)
