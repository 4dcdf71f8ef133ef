"""What surrounds every staff page: the way around, the one search field, what needs somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext
from flask_security import current_user

from fieldservice import clock
from fieldservice.db import db
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.operations.attention import attention
from fieldservice.web.here import current_territory


@dataclass(frozen=True, slots=True)
class Way:
    """One link of the top bar or the account's menu."""

    label: str
    url: str
    current: bool = False


def _ways(territory: Territory) -> list[Way]:
    pages: tuple[tuple[str, str, dict[str, Any]], ...] = (
        (gettext("Day"), "day.show_today", {}),
        (gettext("Customers"), "search.index", {}),
        (gettext("Messages"), "outbox.index", {}),
        (gettext("Conversations"), "conversations.index", {}),
        (gettext("Follow-ups"), "follow_ups.index", {}),
        (gettext("Team"), "team.index", {"territory": territory.slug}),
        (gettext("Import"), "imports.index", {}),
    )
    return [
        Way(label, url_for(endpoint, **values), request.blueprint == endpoint.split(".")[0])
        for label, endpoint, values in pages
        if endpoint in current_app.view_functions
    ]


def _own_ways() -> list[Way]:
    pages = [(gettext("Password and language"), "account.show")]
    if current_user.plays(RoleName.DISPATCHER, RoleName.ADMIN):
        pages += [(gettext("Programs"), "programs.index")]
        pages += [(gettext("Promises and chances"), "calibration.index")]
    if current_user.plays(RoleName.ADMIN):
        pages += [(gettext("People who sign in"), "users.index")]
        pages += [(gettext("Territory settings"), "territories.index")]
        pages += [(gettext("Webhooks"), "webhooks.index")]
    return [
        Way(label, url_for(endpoint))
        for label, endpoint in pages
        if endpoint in current_app.view_functions
    ]


def _staff_frame(territory: Territory) -> dict[str, Any]:
    waits = attention(db.session(), territory, clock.now())
    return {
        "company_name": territory.name,
        "territory": territory,
        "nav": _ways(territory),
        "needs_me": waits.total,
        "needs_me_url": url_for("attention.show"),
    }


def init_frame(app: Flask) -> None:
    """Give every template of a signed-in person its frame."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        if not current_user or not current_user.is_authenticated:
            return {}
        found: dict[str, Any] = {"user_name": current_user.name, "user_links": _own_ways()}
        territory = current_territory()
        if technician := current_user.technician:
            found["company_name"] = db.session.get_one(Territory, technician.territory_id).name
        if territory and current_user.plays(RoleName.DISPATCHER, RoleName.ADMIN):
            found |= _staff_frame(territory)
        return found
