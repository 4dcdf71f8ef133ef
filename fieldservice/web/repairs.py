"""Repairing today: the dispatcher says what happened, and a better plan is looked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import Conflict, Refused
from fieldservice.models.plans import ServiceDay
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.dispatching import troubles
from fieldservice.operations.dispatching.dispatch import Order
from fieldservice.operations.dispatching.dispatch_days import join_day
from fieldservice.operations.dispatching.repair_view import repair_form
from fieldservice.operations.dispatching.troubles import Gone
from fieldservice.operations.plans.planning import refuse_busy
from fieldservice.operations.plans.repairs import (
    LONGEST_FREEZE,
    MOST_CHANGES,
    USUAL_FREEZE,
    RepairWish,
    ask_for_repair,
    refuse_other_days,
)
from fieldservice.web import entries
from fieldservice.web.again import written
from fieldservice.web.bounds import is_record_number
from fieldservice.web.day_address import (
    Address,
    address,
    known_day,
    opened_day,
    order_of_form,
    territory_of,
    to_day,
)
from fieldservice.web.roles import open_to
from fieldservice.web.sentences import in_words

blueprint = Blueprint("repairs", __name__)

Page = str | Response | tuple[str, int]
Said = Callable[[Session, ServiceDay, Order], int | None]


@blueprint.get("/day/<territory>/<day>/repair")
@open_to(RoleName.DISPATCHER)
def show(territory: str, day: str) -> str:
    """Choose what happened, with the few words it needs."""
    here = address(territory, day)
    refuse_other_days(db.session(), known_day(here), clock.now())
    return _page(here, request.args.get("what", ""), request.args)


@blueprint.post("/day/<territory>/<day>/repair")
@open_to(RoleName.DISPATCHER)
def repair(territory: str, day: str) -> Page:
    """Write down what happened and look for a plan that copes."""
    here, what = address(territory, day), request.form.get("what", "")
    try:
        said, freeze, most_changes = _said(what), _freeze(), _most_changes()

        def deed(session: Session) -> None:
            opened, order = opened_day(session, here), order_of_form()
            refuse_other_days(session, opened, order.now)
            refuse_busy(session, opened)
            urgent = said(session, opened, order)
            wish = RepairWish(freeze, most_changes, urgent)
            ask_for_repair(session, opened, wish, current_user.id, order.now)

        written(deed)
    except Refused as refusal:
        return _page(here, what, request.form, refusal), 400
    except Conflict as busy:
        flash(in_words(busy), "warning")
    return to_day(here)


@blueprint.post("/day/<territory>/<day>/repair/<int:disruption_id>/over")
@open_to(RoleName.DISPATCHER)
def over(territory: str, day: str, disruption_id: int) -> Response:
    """It counts no more."""
    here, order = address(territory, day), order_of_form()
    written(lambda session: troubles.over(session, opened_day(session, here), disruption_id, order))
    flash(gettext("Over. The times of the day are as usual again."), "success")
    return redirect(url_for("repairs.show", territory=here.slug, day=here.day), 303)


def _page(here: Address, what: str, said: Mapping[str, str], refusal: Refused | None = None) -> str:
    territory = territory_of(here)
    return render_template(
        "day/repair.html",
        here=here,
        zone=territory.zone,
        what=what if what in TROUBLES else "ill",
        said={"freeze": str(USUAL_FREEZE), "minutes": "20", "percent": "150", **said},
        refusal=refusal,
        form=repair_form(db.session(), territory, known_day(here), clock.now()),
    )


def _said(what: str) -> Said:
    if what not in TROUBLES:
        raise Refused(gettext("Choose what happened."), "what")
    return TROUBLES[what]()


def _ill() -> Said:
    return _gone(Gone("ill"))


def _van() -> Said:
    back = entries.maybe_hour(request.form, "back", gettext("Back at"))
    return _gone(Gone("van off the road", back=back))


def _leaves() -> Said:
    leaves = entries.hour(request.form, "leaves", gettext("Leaves at"))
    return _gone(Gone("has to leave", leaves=leaves))


def _gone(gone: Gone) -> Said:
    shift_id = _shift()
    return lambda session, day, order: troubles.away(session, day, shift_id, gone, order)


def _late() -> Said:
    shift_id = _shift()
    minutes = entries.whole(request.form, "minutes", gettext("Minutes late"), 1, troubles.LATEST)
    return lambda session, day, order: troubles.delay(session, day, shift_id, minutes, order)


def _early() -> Said:
    return lambda session, day, order: None


def _snow() -> Said:
    percent = entries.whole(request.form, "percent", gettext("Driving takes"), 101, 400)
    place = request.form.get("municipality") or None
    return lambda session, day, order: troubles.snow(session, day, percent, place, order)


def _emergency() -> Said:
    text = request.form.get("visit", "")
    if not is_record_number(text):
        raise Refused(gettext("Choose the visit that cannot wait."), "visit")

    def fit_in(session: Session, day: ServiceDay, order: Order) -> int:
        visit = session.get(Visit, int(text))
        if visit is not None and visit.state is VisitState.REQUESTED:
            join_day(session, visit.id, day, order)
        return int(text)

    return fit_in


TROUBLES: Mapping[str, Callable[[], Said]] = {
    "ill": _ill,
    "late": _late,
    "leaves": _leaves,
    "van": _van,
    "early": _early,
    "snow": _snow,
    "emergency": _emergency,
}


def _shift() -> int:
    text = request.form.get("shift", "")
    if not is_record_number(text):
        raise Refused(gettext("Choose a technician."), "shift")
    return int(text)


def _freeze() -> int:
    return entries.whole(
        request.form, "freeze", gettext("Keep the stops of the next"), 0, LONGEST_FREEZE
    )


def _most_changes() -> int | None:
    """How many other customers may get a new time; none said is as many as help."""
    if not request.form.get("changes"):
        return None
    return entries.whole(request.form, "changes", gettext("May change"), 0, MOST_CHANGES)
