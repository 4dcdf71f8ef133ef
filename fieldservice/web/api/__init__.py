"""The API: what other programs may read and do here, at /api/v1, by a personal token."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from fieldservice.web.api.document import init_document
from fieldservice.web.api.guard import init_guard
from fieldservice.web.api.place import is_api

RESOURCES = (
    "absences",
    "assets",
    "calendars",
    "contacts",
    "customers",
    "happenings",
    "messages",
    "offers",
    "plan_runs",
    "plans",
    "products",
    "shifts",
    "sites",
    "surveys",
    "technicians",
    "territories",
    "visits",
    "webhooks",
    "work_orders",
)
"""Modules of this package, each with the `blueprint` of one kind of record."""

__all__ = ["RESOURCES", "init_api", "is_api"]


def init_api(app: Flask) -> None:
    """Hang the routes of every resource on the application, with their guard and document."""
    init_guard(app)
    resources = [import_module(f"{__name__}.{name}").blueprint for name in RESOURCES]
    for resource in resources:
        app.register_blueprint(resource)
        # Bearer tokens are never sent by a browser of its own accord, so nothing is to be forged.
        app.extensions["csrf"].exempt(resource)
    init_document(app, resources)
