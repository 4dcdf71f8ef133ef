"""Ways to place a visit of the day, shown when asked for and taken with one click."""

from __future__ import annotations

import re
from datetime import datetime

from flask import Blueprint, flash, render_template, request
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import Conflict, NotFound, Refused, RuleBroken
from fieldservice.models.plans import PlanRunState
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit
from fieldservice.operations.bookings.booking import together
from fieldservice.operations.bookings.offers import Offer
from fieldservice.operations.bookings.wishes import wish_for_visits
from fieldservice.operations.dispatching.ways import ANOTHER_DAY, WayView, ways
from fieldservice.operations.dispatching.ways_taken import Way, take_way
from fieldservice.operations.plans import planning
from fieldservice.scheduling.replanning import LATENESS_COST
from fieldservice.web.again import written
from fieldservice.web.bounds import is_record_number
from fieldservice.web.day_address import (
    Address,
    address,
    known_day,
    order_of_form,
    territory_of,
    to_day,
)
from fieldservice.web.offering import fresh_choice
from fieldservice.web.roles import open_to
from fieldservice.web.sentences import in_words

blueprint = Blueprint("ways", __name__)

OTHER_DAYS = 2
"""Times on other days that are told."""
LONGEST_MINUTES = 24 * 60


@blueprint.get("/day/<territory>/<day>/visits/<int:visit_id>/ways")
@open_to(RoleName.DISPATCHER)
def show(territory: str, day: str, visit_id: int) -> str:
    """What stands in the way, and each way with its price: a part of the day page."""
    here = address(territory, day)
    visit, zone = _visit_on(here, visit_id), territory_of(here).zone
    found = ways(db.session(), known_day(here), visit_id, clock.now())
    others = () if found.is_placed else _on_other_days(here, visit)
    rows: list[WayView | Offer] = sorted([*found.ways, *others], key=_rank)
    return render_template(
        "day/ways.html", found=found, here=here, visit=visit, rows=rows, zone=zone
    )


@blueprint.post("/day/<territory>/<day>/visits/<int:visit_id>/ways")
@open_to(RoleName.DISPATCHER)
def take(territory: str, day: str, visit_id: int) -> Response:
    """Put the visit there, at the price that was shown."""
    here, order, way = address(territory, day), order_of_form(), _way()
    version = request.form.get("version", -1, type=int)
    try:
        written(lambda session: take_way(session, visit_id, way, version, order, _reason()))
    except RuleBroken as broken:
        flash(
            gettext("That would break more than it says: %(what)s", what=in_words(broken)), "error"
        )
    except Conflict as conflict:
        flash(in_words(conflict), "warning")
    else:
        flash(gettext("Placed. Publish the day when the routes are as you want them."), "success")
    return to_day(here, visit_id)


@blueprint.post("/day/<territory>/<day>/runs/<int:run_id>/visits/<int:visit_id>/ways")
@open_to(RoleName.DISPATCHER)
def take_proposed(territory: str, day: str, run_id: int, visit_id: int) -> Response:
    """Accept the proposal, and place a visit that it leaves out."""
    here, order, way = address(territory, day), order_of_form(), _way()

    def accept_and_take(session: Session) -> None:
        run = planning.find_run(session, run_id)
        if planning.accept(session, run, order.now, order.actor_id).state is PlanRunState.FAILED:
            raise Conflict(run.failure or "")
        take_way(session, visit_id, way, None, order, _reason())

    try:
        written(accept_and_take)
    except Conflict as conflict:
        flash(in_words(conflict), "warning")
    else:
        flash(gettext("The proposal is accepted and the visit placed."), "success")
    return to_day(here, visit_id)


def _visit_on(here: Address, visit_id: int) -> Visit:
    visit = db.session().get(Visit, visit_id)
    territory = territory_of(here)
    if visit is None or (visit.territory_id, visit.service_on) != (territory.id, here.day):
        raise NotFound(gettext("This visit is not on this day any more."))
    return visit


def _on_other_days(here: Address, visit: Visit) -> tuple[Offer, ...]:
    """The cheapest time of each of the cheapest other days, for work of one visit."""
    if visit.work_order.site.lat is None or together(visit) != [visit]:
        return ()
    choice = fresh_choice(territory_of(here), wish_for_visits([visit]))

    def price(one: Offer) -> tuple[int, datetime]:
        return one.expected_cost, one.window_from

    found = [min(some, key=price) for day, some in choice.days if day != here.day]
    return tuple(sorted(found, key=price)[:OTHER_DAYS])


def _rank(row: WayView | Offer) -> tuple[bool, int]:
    """Another day is another promise; see WayView.rank."""
    if isinstance(row, Offer):
        return True, row.extra_seconds + LATENESS_COST * ANOTHER_DAY
    return row.rank


def _way() -> Way:
    form = request.form
    shift, leaves = form.get("shift", ""), form.get("leaves", "")
    if not is_record_number(shift) or (leaves and not is_record_number(leaves)):
        raise Refused(gettext("Choose a technician."), "shift")
    behind = form.get("behind", "")
    if not re.fullmatch(r"-?[0-9]{1,15}", behind):
        raise Refused(gettext("Choose a place on the route."), "behind")
    return Way(
        form.get("kind", ""),
        int(shift),
        int(behind),
        _minutes(),
        form.get("rule") or None,
        int(leaves) if leaves else None,
    )


def _minutes() -> int:
    minutes = request.form.get("minutes", 0, type=int)
    if not 0 <= minutes <= LONGEST_MINUTES:
        raise Refused(gettext("Give the minutes as a whole number below 1440."), "minutes")
    return minutes


def _reason() -> str:
    return str(gettext("chosen among the ways to place it"))
