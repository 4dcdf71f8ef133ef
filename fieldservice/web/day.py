"""The dispatcher's day: every van with its stops, who is left out, and one visit beside them."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.clock import is_business_day, local_day, next_business_day
from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.users import RoleName
from fieldservice.operations.dispatching.day_panel import VisitPanel, visit_panel
from fieldservice.operations.dispatching.day_view import day_view
from fieldservice.operations.dispatching.route_sheet import day_as_csv, route_sheet
from fieldservice.operations.dispatching.unpublishing import undo_until
from fieldservice.operations.outlook.day_outlook import NOTHING, DayOutlook, day_outlook
from fieldservice.operations.plans.days import find_day, has_visits
from fieldservice.operations.plans.plan_questions import is_over
from fieldservice.operations.plans.planning import newest_run
from fieldservice.web.day_address import Address, address, known_day, open_if_near, territory_of
from fieldservice.web.here import current_territory
from fieldservice.web.roles import open_to

blueprint = Blueprint("day", __name__)


@blueprint.get("/day")
@open_to(RoleName.DISPATCHER)
def show_today() -> Response | str:
    """Today of the territory looked at last where anything is to do, else the next business day."""
    territory = current_territory()
    if territory is None:
        return render_template("day/no_territory.html")
    today = local_day(clock.now(), territory.zone)
    works = is_business_day(today, territory.country) or has_visits(
        db.session(), territory.id, today
    )
    day = today if works else next_business_day(today, territory.country)
    wanted = request.args.get("date") or day.isoformat()
    return redirect(url_for("day.show", territory=territory.slug, day=wanted))


@blueprint.get("/day/<territory>/<day>")
@open_to(RoleName.DISPATCHER)
def show(territory: str, day: str) -> str:
    """The whole page, with a visit in the side panel where one is named."""
    here = address(territory, day)
    open_if_near(here)
    visit_id = request.args.get("visit", type=int)
    panel = _panel(here, visit_id)
    return render_template("day/show.html", panel=panel, outlook=_outlook(here), **_page(here))


@blueprint.get("/day/<territory>/<day>/visits/<int:visit_id>")
@open_to(RoleName.DISPATCHER)
def visit(territory: str, day: str, visit_id: int) -> str:
    """The side panel alone."""
    here = address(territory, day)
    panel = _panel(here, visit_id)
    if panel is None:
        raise NotFound(gettext("This visit is not on this day any more."))
    return render_template("day/panel.html", panel=panel, here=here, outlook=_outlook(here))


@blueprint.get("/day/<territory>/<day>/run")
@open_to(RoleName.DISPATCHER)
def run(territory: str, day: str) -> Response:
    """How the planner is doing; the page is loaded anew once it has ended."""
    here = address(territory, day)
    found = newest_run(db.session(), known_day(here).id)
    answer = make_response(render_template("day/run.html", run=found, here=here))
    if found is None or found.state not in ("queued", "running"):
        answer.headers["HX-Refresh"] = "true"
    return answer


@blueprint.get("/day/<territory>/<day>/routes/<int:shift_id>")
@open_to(RoleName.DISPATCHER)
def sheet(territory: str, day: str, shift_id: int) -> str:
    """One van's day on paper."""
    here = address(territory, day)
    found = route_sheet(db.session(), known_day(here), shift_id)
    return render_template("day/sheet.html", sheet=found, here=here, zone=territory_of(here).zone)


@blueprint.get("/day/<territory>/<day>/day.csv")
@open_to(RoleName.DISPATCHER)
def export(territory: str, day: str) -> Response:
    """The day for a spreadsheet."""
    here = address(territory, day)
    answer = make_response(day_as_csv(db.session(), known_day(here), territory_of(here).zone))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = f"{here.slug}-{here.day.isoformat()}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _panel(here: Address, visit_id: int | None) -> VisitPanel | None:
    if visit_id is None:
        return None
    territory = territory_of(here)
    try:
        return visit_panel(db.session(), territory.id, here.day, visit_id, clock.now())
    except NotFound:
        # It was moved or cancelled since the page was drawn: the day without it says so.
        return None


def _outlook(here: Address) -> DayOutlook:
    """How likely its promises are kept; a day nobody opened yet has none."""
    service = find_day(db.session(), territory_of(here).id, here.day)
    return day_outlook(db.session(), service, clock.now()) if service else NOTHING


def _page(here: Address) -> dict[str, object]:
    territory, now = territory_of(here), clock.now()
    service = find_day(db.session(), territory.id, here.day)
    ends = undo_until(db.session(), service) if service else None
    return {
        "here": here,
        "view": day_view(db.session(), territory, here.day, now),
        "today": local_day(now, territory.zone),
        "day_before": here.day - timedelta(days=1),
        "day_after": here.day + timedelta(days=1),
        "undo_until": ends if ends and now < ends else None,
        "team_url": _team_url(here),
        "is_over": is_over(db.session(), territory, here.day, now),
    }


def _team_url(here: Address) -> str | None:
    """Where technicians get their hours."""
    if "team.index" not in current_app.view_functions:
        return None
    return url_for("team.index", territory=here.slug)
