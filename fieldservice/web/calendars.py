"""A technician's route in their own calendar: the feed, and who may have its address."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request
from flask import url_for as address_for
from flask_babel import force_locale, gettext
from flask_security import current_user
from icalendar import Calendar, Event
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound
from fieldservice.models.kinds import Kind
from fieldservice.models.technicians import Technician
from fieldservice.models.users import RoleName, User
from fieldservice.operations.house.technicians import technician_of
from fieldservice.operations.plans.days import territory_by_slug
from fieldservice.operations.road.calendar_feeds import (
    address_of,
    feed_by_token,
    feed_of,
    make_feed,
    revoke_feed,
)
from fieldservice.operations.road.route_calendar import RouteCalendar, RouteEntry, route_calendar
from fieldservice.web.limits import limiter
from fieldservice.web.roles import open_to, open_to_anybody

blueprint = Blueprint("calendars", __name__)

MAKER = "-//fieldservice//routes//EN"
REFRESH = timedelta(minutes=15)
OFFICE = "/team/<territory>/technicians/<int:technician_id>/calendar"


def _settings() -> Settings:
    found: Settings = current_app.extensions["fieldservice_settings"]
    return found


def _often_enough() -> str:
    return _settings().calendar_limit


def _per_calendar() -> str:
    return f"calendar:{(request.view_args or {}).get('token')}"


@blueprint.get("/calendar/<token>.ics")
@limiter.limit(_often_enough, key_func=_per_calendar)
@open_to_anybody
def feed(token: str) -> Response:
    """The route as it was published last, for programs that read calendars."""
    found = feed_by_token(db.session(), token)
    shown = route_calendar(db.session(), found, clock.now())
    with force_locale(_language(found.technician_id)):
        written = _written(shown)
    response = Response(written, content_type="text/calendar; charset=utf-8")
    response.set_etag(hashlib.sha256(written).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


@blueprint.get("/my-day/calendar")
@open_to(RoleName.TECHNICIAN)
def own() -> str:
    """My own calendar's address."""
    return render_template("phone/calendar.html", **_shown(_own_id()))


@blueprint.post("/my-day/calendar")
@open_to(RoleName.TECHNICIAN)
def make_own() -> AnyResponse:
    """A new address for my calendar."""
    _make(_own_id())
    return redirect(address_for("calendars.own"), 303)


@blueprint.post("/my-day/calendar/end")
@open_to(RoleName.TECHNICIAN)
def end_own() -> AnyResponse:
    """Nobody reads my route by that address any more."""
    _end(_own_id())
    return redirect(address_for("calendars.own"), 303)


@blueprint.get(OFFICE)
@open_to(RoleName.DISPATCHER)
def show(territory: str, technician_id: int) -> str:
    """The address of a technician's calendar."""
    technician = _known(territory, technician_id)
    place = territory_by_slug(db.session(), territory)
    shown = _shown(technician_id)
    return render_template("team/calendar.html", place=place, technician=technician, **shown)


@blueprint.post(OFFICE)
@open_to(RoleName.DISPATCHER)
def make(territory: str, technician_id: int) -> AnyResponse:
    """A new address for a technician's calendar."""
    _known(territory, technician_id)
    _make(technician_id)
    return _back(territory, technician_id)


@blueprint.post(f"{OFFICE}/end")
@open_to(RoleName.DISPATCHER)
def end(territory: str, technician_id: int) -> AnyResponse:
    """Nobody reads that technician's route any more."""
    _known(territory, technician_id)
    _end(technician_id)
    return _back(territory, technician_id)


def _back(territory: str, technician_id: int) -> AnyResponse:
    page = address_for("calendars.show", territory=territory, technician_id=technician_id)
    return redirect(page, 303)


def _own_id() -> int:
    found: int | None = current_user.technician_id
    if found is None:
        raise NotFound(
            gettext("No technician belongs to this account. Ask the office to connect one.")
        )
    return found


def _known(territory: str, technician_id: int) -> Technician:
    place = territory_by_slug(db.session(), territory)
    technician = technician_of(db.session(), technician_id)
    if technician.territory_id != place.id:
        raise NotFound(gettext("There is no such technician."))
    return technician


def _shown(technician_id: int) -> dict[str, object]:
    found = feed_of(db.session(), technician_id)
    settings = _settings()
    url = address_of(found, settings.secret_key, settings.public_base_url) if found else None
    return {"feed": found, "url": url, "subscribe": url and "webcal" + url[url.index(":") :]}


def _make(technician_id: int) -> None:
    names = request.form.get("names") == "1"
    with transaction() as session:
        make_feed(
            session,
            clock.now(),
            current_user.id,
            technician_id,
            _settings().secret_key,
            names_customers=names,
        )
    flash(gettext("A new address is ready. Whoever has it can read the route."), "success")


def _end(technician_id: int) -> None:
    with transaction() as session:
        revoke_feed(session, clock.now(), current_user.id, technician_id)
    flash(gettext("Ended. Calendars that read that address get nothing more."), "success")


def _language(technician_id: int) -> str:
    account = select(User.language).where(User.technician_id == technician_id, User.active)
    return db.session.scalar(account.limit(1)) or "en"


def _written(shown: RouteCalendar) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{shown.territory}: {shown.technician}")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for entry in shown.entries:
        calendar.add_component(_event(entry))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: RouteEntry) -> Event:
    base = _settings().public_base_url
    event = Event()
    event.add("uid", f"{entry.name}@{urlsplit(base).hostname}")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.published_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", max(entry.ends_at, entry.starts_at))
    event.add("summary", _title(entry))
    event.add("location", entry.place)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    if entry.visit_id is not None:
        event.add("url", f"{base}/my-day/visits/{entry.visit_id}")
    return event


def _title(entry: RouteEntry) -> str:
    if entry.kind is None:
        return entry.title
    words = {
        Kind.INSTALLATION: gettext("Installation"),
        Kind.MAINTENANCE: gettext("Maintenance"),
        Kind.REPAIR: gettext("Repair"),
        Kind.DEMONSTRATION: gettext("Demonstration"),
        Kind.INSPECTION: gettext("Inspection"),
    }
    return ": ".join(part for part in (words[entry.kind], entry.title) if part)
