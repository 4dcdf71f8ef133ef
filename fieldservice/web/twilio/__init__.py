"""Where Twilio calls back: every route wears `signed_by_twilio`."""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from fieldservice.notify.twilio.addresses import PREFIX

blueprint = Blueprint("twilio", __name__, url_prefix=PREFIX)

ROUTES = ("knock", "receipts", "inbound_sms", "voice")
"""Modules of this package that hang their routes on the blueprint."""

for module in ROUTES:
    import_module(f"{__name__}.{module}")


@blueprint.record_once
def without_form_tokens(state: BlueprintSetupState) -> None:
    """Another program calls these routes: its signature stands for a form's token."""
    state.app.extensions["csrf"].exempt(blueprint)
