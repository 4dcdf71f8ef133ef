"""The team of a territory: technicians, their weeks, absences and activities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound, Refused
from fieldservice.models.technicians import Skill, Technician
from fieldservice.models.territories import Place, Territory
from fieldservice.models.users import RoleName
from fieldservice.operations.house.absences import (
    Stranded,
    absence_of,
    add_absence,
    remove_absence,
    stranded_by,
)
from fieldservice.operations.house.activities import USUAL_TITLES, add_activity, remove_activity
from fieldservice.operations.house.team import team
from fieldservice.operations.house.technicians import (
    add_technician,
    change_technician,
    retire_technician,
    technician_of,
)
from fieldservice.operations.plans.days import territory_by_slug
from fieldservice.web.entries import Form
from fieldservice.web.forms import refusal_shown
from fieldservice.web.roles import open_to
from fieldservice.web.team_entries import (
    MOST_SKILLS,
    absence_entry,
    activity_entry,
    technician_entry,
    written_technician,
)
from fieldservice.web.times import day_words

blueprint = Blueprint("team", __name__, url_prefix="/team/<territory>")

Answer = Response | str | tuple[str, int]


@blueprint.get("")
@open_to(RoleName.DISPATCHER)
def index(territory: str) -> str:
    """Everybody of the territory on one page."""
    place = territory_by_slug(db.session(), territory)
    members = team(db.session(), place, clock.now())
    return render_template(
        "team/index.html",
        place=place,
        members=members,
        is_admin=current_user.plays(RoleName.ADMIN),
    )


@blueprint.route("/technicians/new", methods=["GET", "POST"])
@open_to(RoleName.DISPATCHER)
def add(territory: str) -> Answer:
    """A new technician."""
    if request.method == "GET":
        return _technician_form(territory, None, written_technician(None))
    try:
        entry = technician_entry(request.form)
        with transaction() as session:
            place = territory_by_slug(session, territory)
            add_technician(session, clock.now(), current_user.id, place, entry)
    except Refused as refusal:
        return _technician_form(territory, None, request.form, refusal), 400
    flash(gettext("%(name)s is on the team.", name=entry.name), "success")
    return _to_team(territory)


@blueprint.route("/technicians/<int:technician_id>", methods=["GET", "POST"])
@open_to(RoleName.DISPATCHER)
def change(territory: str, technician_id: int) -> Answer:
    """A technician's name, home, skills and usual week."""
    technician = _technician(db.session(), territory, technician_id)
    if request.method == "GET":
        return _technician_form(territory, technician, written_technician(technician))
    try:
        entry = technician_entry(request.form)
        with transaction() as session:
            days = change_technician(session, clock.now(), current_user.id, technician_id, entry)
    except Refused as refusal:
        return _technician_form(territory, technician, request.form, refusal), 400
    flash(gettext("Saved: %(name)s.", name=entry.name), "success")
    _say_days(days)
    return _to_team(territory)


@blueprint.post("/technicians/<int:technician_id>/retire")
@open_to(RoleName.DISPATCHER)
def retire(territory: str, technician_id: int) -> Response:
    """They work here no more."""
    _technician(db.session(), territory, technician_id)
    with refusal_shown():
        with transaction() as session:
            days = retire_technician(session, clock.now(), current_user.id, technician_id)
        flash(gettext("They get no more shifts. What they did stays on record."), "success")
        _say_days(days)
    return _to_team(territory)


@blueprint.route("/technicians/<int:technician_id>/absences/new", methods=["GET", "POST"])
@open_to(RoleName.DISPATCHER)
def absent(territory: str, technician_id: int) -> Answer:
    """Hours or days a technician is not there."""
    technician = _technician(db.session(), territory, technician_id)
    if request.method == "GET":
        return _page("team/absence.html", territory, technician, {})
    try:
        entry = absence_entry(request.form)
        with transaction() as session:
            new = add_absence(session, clock.now(), current_user.id, technician_id, entry)
    except Refused as refusal:
        return _page("team/absence.html", territory, technician, request.form, refusal), 400
    flash(gettext("The absence is noted."), "success")
    if not new.stranded:
        return _to_team(territory)
    return redirect(
        url_for("team.show_stranded", territory=territory, absence_id=new.absence_id), 303
    )


@blueprint.get("/absences/<int:absence_id>")
@open_to(RoleName.DISPATCHER)
def show_stranded(territory: str, absence_id: int) -> str:
    """The published visits an absence leaves without their technician."""
    absence = absence_of(db.session(), absence_id)
    technician = _technician(db.session(), territory, absence.technician_id)
    stranded = stranded_by(db.session(), technician, absence.starts_at, absence.ends_at)
    return _page("team/stranded.html", territory, technician, {}, stranded=stranded)


@blueprint.post("/absences/<int:absence_id>/remove")
@open_to(RoleName.DISPATCHER)
def present(territory: str, absence_id: int) -> Response:
    """They are there after all."""
    with transaction() as session:
        technician = remove_absence(session, clock.now(), current_user.id, absence_id)
        _technician(session, territory, technician.id)
    flash(gettext("Removed. Plan those days again to use the time."), "success")
    return _to_team(territory)


@blueprint.route("/technicians/<int:technician_id>/activities/new", methods=["GET", "POST"])
@open_to(RoleName.DISPATCHER)
def engage(territory: str, technician_id: int) -> Answer:
    """A training, meeting, store pick-up or day at the workshop."""
    technician = _technician(db.session(), territory, technician_id)
    if request.method == "GET":
        return _page("team/activity.html", territory, technician, {})
    try:
        entry = activity_entry(request.form)
        with transaction() as session:
            add_activity(session, clock.now(), current_user.id, technician_id, entry)
    except Refused as refusal:
        return _page("team/activity.html", territory, technician, request.form, refusal), 400
    flash(gettext("On the route. Publish the day so that it is seen."), "success")
    return _to_team(territory)


@blueprint.post("/activities/<int:activity_id>/remove")
@open_to(RoleName.DISPATCHER)
def release(territory: str, activity_id: int) -> Response:
    """It does not take place."""
    with transaction() as session:
        shift = remove_activity(session, clock.now(), current_user.id, activity_id)
        _technician(session, territory, shift.lead.id)
    flash(gettext("Removed. Publish the day so that it is seen."), "success")
    return _to_team(territory)


def _technician(session: Session, territory: str, technician_id: int) -> Technician:
    """The technician, where they belong to this territory."""
    technician = technician_of(session, technician_id)
    if technician.territory_id != territory_by_slug(session, territory).id:
        raise NotFound(gettext("There is no such technician."))
    return technician


def _technician_form(
    territory: str, technician: Technician | None, said: Form, refusal: Refused | None = None
) -> str:
    place = territory_by_slug(db.session(), territory)
    held = len(technician.skills) if technician else 0
    return render_template(
        "team/technician.html",
        place=place,
        technician=technician,
        said=said,
        refusal=refusal,
        vans=_vans(place, technician),
        skills=db.session.scalars(select(Skill.name).order_by(Skill.name)).all(),
        places=_places(place),
        rows=min(MOST_SKILLS, held + 3),
    )


def _vans(place: Territory, technician: Technician | None) -> list[tuple[int | str, str]]:
    drivers = db.session.scalars(
        select(Technician)
        .where(Technician.territory_id == place.id, Technician.is_active, ~Technician.is_trainee)
        .order_by(Technician.name)
    )
    vans = [
        (one.id, one.name)
        for one in drivers
        if one is not technician and not any(usual.rides_with_id for usual in one.working_hours)
    ]
    return [("", gettext("A van of their own")), *vans]


def _places(place: Territory) -> list[str]:
    names = select(Place.name).where(Place.territory_id == place.id).order_by(Place.name)
    return list(db.session.scalars(names))


def _page(
    template: str,
    territory: str,
    technician: Technician,
    said: Form,
    refusal: Refused | None = None,
    stranded: Sequence[Stranded] = (),
) -> str:
    place = territory_by_slug(db.session(), territory)
    return render_template(
        template,
        stranded=stranded,
        place=place,
        technician=technician,
        said=said,
        refusal=refusal,
        places=_places(place),
        titles=USUAL_TITLES,
        today=clock.local_day(clock.now(), place.zone),
    )


def _say_days(days: Sequence[date]) -> None:
    if days:
        words = ", ".join(day_words(day) for day in days)
        flash(
            ngettext(
                "%(num)s day has visits on the old hours: plan %(days)s again.",
                "%(num)s days have visits on the old hours: plan %(days)s again.",
                len(days),
                days=words,
            ),
            "warning",
        )


def _to_team(territory: str) -> Response:
    return redirect(url_for("team.index", territory=territory), 303)
