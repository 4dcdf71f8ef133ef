"""The front door: pages for dispatchers, technicians and customers."""

from __future__ import annotations

from importlib import import_module

from flask import Flask
from flask_wtf import CSRFProtect

from fieldservice.config import Settings
from fieldservice.web.accounts import init_accounts
from fieldservice.web.api import init_api
from fieldservice.web.assets import init_assets
from fieldservice.web.bounds import init_bounds
from fieldservice.web.csp import init_headers
from fieldservice.web.errors import init_errors
from fieldservice.web.frame import init_frame
from fieldservice.web.language import init_language
from fieldservice.web.limits import init_limits
from fieldservice.web.roles import init_roles
from fieldservice.web.sentences import init_sentences
from fieldservice.web.times import init_times

PAGES = (
    "account",
    "attention",
    "booking",
    "calendars",
    "calibration",
    "carriers",
    "by_hand",
    "conversations",
    "customer_booking",
    "customer_pages",
    "customer_reach",
    "customers",
    "day",
    "dispatching",
    "follow_ups",
    "health",
    "holds",
    "home",
    "imports",
    "mail_opt_out",
    "moving",
    "outbox",
    "phone",
    "places",
    "programs",
    "proposals",
    "public_booking",
    "publishing",
    "repairs",
    "requests",
    "search",
    "senders",
    "simulated_phone",
    "sounds",
    "survey",
    "team",
    "territories",
    "twilio",
    "users",
    "ways",
    "wording",
    "webhooks",
)
"""Modules of this package, each with the `blueprint` of one kind of page."""


def init_web(app: Flask, settings: Settings) -> None:
    """Hang every page and guard on the application."""
    init_headers(app, settings)
    init_bounds(app)
    init_assets(app)
    init_language(app)
    CSRFProtect(app)
    init_accounts(app, settings)
    init_roles(app)
    init_limits(app)
    init_errors(app)
    init_frame(app)
    init_times(app)
    init_sentences(app)
    for page in PAGES:
        app.register_blueprint(import_module(f"fieldservice.web.{page}").blueprint)
    init_api(app)
