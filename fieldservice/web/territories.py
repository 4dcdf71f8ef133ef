"""The settings of territories, for admins."""

from __future__ import annotations

from datetime import time

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import Refused
from fieldservice.models.kinds import Kind, Language
from fieldservice.models.technicians import Skill
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.house import slow_hours
from fieldservice.operations.house import territories as settings
from fieldservice.operations.plans.days import territory_by_slug
from fieldservice.web import entries
from fieldservice.web.account import NAMES
from fieldservice.web.entries import Form
from fieldservice.web.forms import refusal_shown
from fieldservice.web.roles import open_to

blueprint = Blueprint("territories", __name__, url_prefix="/territories")

Answer = Response | str | tuple[str, int]


@blueprint.get("")
@open_to(RoleName.ADMIN)
def index() -> str:
    """All territories."""
    return render_template("territories/index.html", territories=settings.territories(db.session()))


@blueprint.route("/new", methods=["GET", "POST"])
@open_to(RoleName.ADMIN)
def add() -> Answer:
    """A new territory."""
    if request.method == "GET":
        return _form(None, _usual())
    try:
        entry = _entry(request.form)
        with transaction() as session:
            made = settings.add_territory(session, clock.now(), current_user.id, entry)
            slug = made.slug
    except Refused as refusal:
        return _form(None, request.form, refusal), 400
    flash(gettext("%(name)s is there. Add its technicians next.", name=entry.name), "success")
    return redirect(url_for("team.index", territory=slug), 303)


@blueprint.route("/<territory>", methods=["GET", "POST"])
@open_to(RoleName.ADMIN)
def change(territory: str) -> Answer:
    """One territory's settings."""
    place = territory_by_slug(db.session(), territory)
    if request.method == "GET":
        return _form(place, _written(place))
    try:
        entry = _entry(request.form)
        with transaction() as session:
            settings.change_territory(session, clock.now(), current_user.id, place.id, entry)
    except Refused as refusal:
        return _form(place, request.form, refusal), 400
    flash(gettext("Saved. New offers and plans follow it."), "success")
    return _to(territory)


@blueprint.post("/<territory>/closed-days")
@open_to(RoleName.ADMIN)
def close_day(territory: str) -> Response:
    """The office does not work on that day."""
    with refusal_shown():
        day = entries.day(request.form, "day", gettext("Day"))
        reason = entries.maybe_words(request.form, "reason", gettext("Reason"))
        with transaction() as session:
            place = territory_by_slug(session, territory)
            settings.add_closed_day(session, clock.now(), current_user.id, place, day, reason)
    return _to(territory)


@blueprint.post("/<territory>/closed-days/<int:closed_day_id>/remove")
@open_to(RoleName.ADMIN)
def open_day(territory: str, closed_day_id: int) -> Response:
    """The office works on that day after all."""
    with transaction() as session:
        settings.remove_closed_day(session, clock.now(), current_user.id, closed_day_id)
    return _to(territory)


@blueprint.post("/<territory>/slow-hours")
@open_to(RoleName.ADMIN)
def add_slow_hours(territory: str) -> Response:
    """Drives take longer in these hours of the week."""
    with refusal_shown():
        entry = _slow_hours(request.form)
        with transaction() as session:
            place = territory_by_slug(session, territory)
            slow_hours.add_slow_hours(session, clock.now(), current_user.id, place, entry)
    return _to(territory)


@blueprint.post("/<territory>/slow-hours/<int:slow_hours_id>/remove")
@open_to(RoleName.ADMIN)
def remove_slow_hours(territory: str, slow_hours_id: int) -> Response:
    """The roads are free again then."""
    with transaction() as session:
        slow_hours.remove_slow_hours(session, clock.now(), current_user.id, slow_hours_id)
    return _to(territory)


def _slow_hours(form: Form) -> slow_hours.SlowHoursEntry:
    longest = slow_hours.LONGER
    return slow_hours.SlowHoursEntry(
        first_weekday=entries.whole(form, "first_weekday", gettext("First day"), 0, 6),
        last_weekday=entries.whole(form, "last_weekday", gettext("Last day"), 0, 6),
        from_time=entries.hour(form, "from_time", gettext("From")),
        until_time=entries.hour(form, "until_time", gettext("Until")),
        longer=entries.whole(
            form, "longer", gettext("Longer by, percent"), longest.low, longest.high
        ),
    )


def _entry(form: Form) -> settings.TerritoryEntry:
    numbers = {
        name: entries.whole(form, name, name.replace("_", " ").capitalize(), one.low, one.high)
        for name, one in settings.BOUNDS.items()
    }
    try:
        language = Language(form.get("default_language", ""))
    except ValueError as error:
        raise Refused(gettext("Choose one of the languages."), "default_language") from error
    return settings.TerritoryEntry(
        name=entries.words(form, "name", gettext("Name")),
        zone=entries.words(form, "zone", gettext("Zone"), 60),
        country=entries.words(form, "country", gettext("Country"), 2).upper(),
        phone=entries.maybe_words(form, "phone", gettext("Phone")),
        default_language=language,
        public_booking=entries.ticked(form, "public_booking"),
        kinds={kind: _kind(form, kind) for kind in Kind},
        records_calls=entries.ticked(form, "records_calls"),
        office_opens=_hour(form, "office_opens", 0),
        office_closes=_hour(form, "office_closes", 1),
        **numbers,
    )


def _hour(form: Form, name: str, end: int) -> time:
    written = entries.maybe_hour(form, name, gettext("Telephone answered"))
    return written or settings.USUAL_HOURS[end]


def _kind(form: Form, kind: Kind) -> settings.KindSetting:
    bounds = settings.KIND_MINUTES
    label = gettext("Minutes of a visit")
    return settings.KindSetting(
        entries.whole(form, f"minutes_{kind}", label, bounds.low, bounds.high),
        entries.maybe_words(form, f"skill_{kind}", gettext("Skill"), 60),
    )


def _usual() -> Form:
    kinds = {f"minutes_{kind}": str(count) for kind, count in settings.USUAL_MINUTES.items()}
    return {
        **kinds,
        "default_language": Language.ENGLISH.value,
        "window_minutes": "120",
        "offer_days": "10",
        "publish_hold_minutes": "3",
        "travel_base_seconds": "210",
        "travel_seconds_per_km": "108",
        "records_calls": "1",
        "office_opens": f"{settings.USUAL_HOURS[0]:%H:%M}",
        "office_closes": f"{settings.USUAL_HOURS[1]:%H:%M}",
    }


def _written(place: Territory) -> Form:
    skills = {skill.id: skill.name for skill in db.session.scalars(select(Skill))}
    said = {**_usual(), "name": place.name, "zone": place.zone, "country": place.country}
    said |= {name: str(getattr(place, name)) for name in settings.BOUNDS}
    said["phone"] = shown_phone(place.phone) if place.phone else ""
    said["default_language"] = place.default_language
    said["public_booking"] = "1" if place.public_booking else ""
    said["records_calls"] = "1" if place.records_calls else ""
    said["office_opens"] = f"{place.office_opens:%H:%M}"
    said["office_closes"] = f"{place.office_closes:%H:%M}"
    for default in place.kinds:
        said[f"minutes_{default.kind}"] = str(default.duration_minutes)
        said[f"skill_{default.kind}"] = skills.get(default.skill_id or 0, "")
    return said


def _form(place: Territory | None, said: Form, refusal: Refused | None = None) -> str:
    today = clock.local_day(clock.now(), place.zone) if place else None
    closed = sorted(place.closed_days, key=lambda one: one.day) if place else []
    return render_template(
        "territories/territory.html",
        place=place,
        said=said,
        refusal=refusal,
        kinds=list(Kind),
        bounds=settings.BOUNDS,
        languages=[(language.value, name) for language, name in NAMES.items()],
        skills=db.session.scalars(select(Skill.name).order_by(Skill.name)).all(),
        today=today,
        closed=[one for one in closed if today and one.day >= today],
        longer=slow_hours.LONGER,
    )


def _to(territory: str) -> Response:
    return redirect(url_for("territories.change", territory=territory), 303)
