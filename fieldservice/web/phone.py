"""The technician's phone: my day, one visit, and one big button for what comes next."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound, Refused
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import VisitState
from fieldservice.operations.road import fieldwork
from fieldservice.operations.road.fieldwork import Crew
from fieldservice.operations.road.fieldwork_outcome import WorkReport
from fieldservice.operations.road.my_day import my_day, today_of
from fieldservice.operations.road.route_changes import see
from fieldservice.operations.road.visit_card import VisitCard, visit_card
from fieldservice.web.again import written
from fieldservice.web.day_address import day_said
from fieldservice.web.roles import open_to

blueprint = Blueprint("phone", __name__, url_prefix="/my-day")


@blueprint.get("")
@open_to(RoleName.TECHNICIAN)
def show_today() -> str:
    """Today's route of the technician who is signed in."""
    return _day_page(today_of(db.session(), _crew().technician_id, clock.now()))


@blueprint.get("/<day>")
@open_to(RoleName.TECHNICIAN)
def show_day(day: str) -> str:
    """The route of another day, such as tomorrow's."""
    return _day_page(day_said(day))


def _day_page(day: date) -> str:
    mine = my_day(db.session(), _crew().technician_id, day, clock.now())
    return render_template("phone/day.html", mine=mine)


@blueprint.post("/seen")
@open_to(RoleName.TECHNICIAN)
def see_changes() -> Response:
    """The technician has read what changed on a published route."""
    crew = _crew()
    with transaction() as session:
        see(session, clock.now(), crew.technician_id, crew.user_id, _numbers("publication"))
    day = _said("day")
    return redirect(url_for("phone.show_day", day=day) if day else url_for("phone.show_today"), 303)


@blueprint.get("/visits/<int:visit_id>")
@open_to(RoleName.TECHNICIAN)
def show_visit(visit_id: int) -> str:
    """One visit: where, who, what, and the next thing to do."""
    card = _card(visit_id)
    return render_template("phone/visit.html", card=card, routes=_ways_there(card))


@blueprint.post("/visits/<int:visit_id>/set-out")
@open_to(RoleName.TECHNICIAN)
def set_out(visit_id: int) -> Response:
    """Leave for the visit; the customer is told when to expect the van."""
    crew, version = _crew(), _version()
    written(lambda session: fieldwork.set_out(session, clock.now(), crew, visit_id, version))
    return _to_visit(visit_id)


@blueprint.post("/visits/<int:visit_id>/arrive")
@open_to(RoleName.TECHNICIAN)
def arrive(visit_id: int) -> Response:
    """Be at the door."""
    crew, version = _crew(), _version()
    written(lambda session: fieldwork.arrive(session, clock.now(), crew, visit_id, version))
    return _to_visit(visit_id)


@blueprint.get("/visits/<int:visit_id>/finish")
@open_to(RoleName.TECHNICIAN)
def ask_to_finish(visit_id: int) -> str:
    """What was done, which parts, and whether anything is left."""
    return render_template("phone/finish.html", card=_card(visit_id), said={}, refusal=None)


@blueprint.post("/visits/<int:visit_id>/finish")
@open_to(RoleName.TECHNICIAN)
def finish(visit_id: int) -> Response | tuple[str, int]:
    """End the visit; back to the day with what comes next."""
    try:
        crew, report, version = _crew(), _report(), _version()
        written(
            lambda session: fieldwork.finish(session, clock.now(), crew, visit_id, report, version)
        )
    except Refused as refusal:
        return _again("phone/finish.html", visit_id, refusal)
    flash(gettext("Finished. The customer will be asked how it was."), "success")
    return redirect(url_for("phone.show_today"), 303)


@blueprint.get("/visits/<int:visit_id>/no-access")
@open_to(RoleName.TECHNICIAN)
def ask_no_access(visit_id: int) -> str:
    """Why nobody could get in."""
    return render_template("phone/no_access.html", card=_card(visit_id), said={}, refusal=None)


@blueprint.post("/visits/<int:visit_id>/no-access")
@open_to(RoleName.TECHNICIAN)
def no_access(visit_id: int) -> Response | tuple[str, int]:
    """End the visit at a closed door; the customer is texted."""
    why = ". ".join(part for part in (_said("why"), _said("note")) if part)
    crew, version = _crew(), _version()
    try:
        written(
            lambda session: fieldwork.no_access(session, clock.now(), crew, visit_id, why, version)
        )
    except Refused as refusal:
        return _again("phone/no_access.html", visit_id, refusal)
    flash(gettext("Noted. The customer gets a text and the office follows up."), "success")
    return redirect(url_for("phone.show_today"), 303)


@blueprint.post("/visits/<int:visit_id>/step-back")
@open_to(RoleName.TECHNICIAN)
def step_back(visit_id: int) -> Response:
    """Undo the last button, pressed by mistake."""
    wrong = _state(request.form.get("wrong", ""))
    crew = _crew()
    written(lambda session: fieldwork.step_back(session, clock.now(), crew, visit_id, wrong))
    if wrong is VisitState.EN_ROUTE:
        flash(gettext("Taken back. If the customer has the text already, ring them."), "info")
    return _to_visit(visit_id)


def _crew() -> Crew:
    """The technician this account belongs to."""
    technician_id: int | None = current_user.technician_id
    if technician_id is None:
        raise NotFound(
            gettext("No technician belongs to this account. Ask the office to connect one.")
        )
    return Crew(technician_id, current_user.id)


def _card(visit_id: int) -> VisitCard:
    return visit_card(db.session(), _crew().technician_id, visit_id)


def _to_visit(visit_id: int) -> Response:
    return redirect(url_for("phone.show_visit", visit_id=visit_id), 303)


def _again(template: str, visit_id: int, refusal: Refused) -> tuple[str, int]:
    page = render_template(template, card=_card(visit_id), said=request.form, refusal=refusal)
    return page, 400


def _report() -> WorkReport:
    outcome = _said("outcome")
    if outcome not in ("done", "left", "parts"):
        raise Refused(gettext("Say whether all is done or something is left."), "outcome")
    return WorkReport(
        all_done=outcome == "done",
        remarks=_said("remarks") or None,
        parts_used=_said("parts_used") or None,
        waits_for_parts=outcome == "parts",
    )


def _said(field: str) -> str:
    return request.form.get(field, "").strip()


def _version() -> int | None:
    return request.form.get("version", type=int)


def _numbers(field: str) -> list[int]:
    return request.form.getlist(field, type=int)


def _state(text: str) -> VisitState:
    try:
        return VisitState(text)
    except ValueError as error:
        raise Refused(gettext("Open the visit again and step back from there.")) from error


def _ways_there(card: VisitCard) -> dict[str, str]:
    """Addresses that open the phone's own map, or a map on the web, at the site."""
    if card.lat is None or card.lon is None:
        return {}
    point = f"{card.lat:.6f},{card.lon:.6f}"
    return {
        "phone": f"geo:{point}?q={point}({quote(card.customer)})",
        "web": f"https://www.openstreetmap.org/directions?to={quote(point)}",
    }
