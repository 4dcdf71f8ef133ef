"""A window kept free for the customer on the telephone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, render_template, request
from flask_security import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import Conflict, Refused
from fieldservice.models.customers import Customer
from fieldservice.models.users import RoleName
from fieldservice.operations.bookings import booking, holding
from fieldservice.operations.bookings.holds import GOOD_FOR, release
from fieldservice.operations.bookings.wishes import Wish, wish_for_visits
from fieldservice.operations.bookings.work_orders import wish_of
from fieldservice.operations.customers.customer_file import customer_file
from fieldservice.web.again import written
from fieldservice.web.booking_forms import order_fields
from fieldservice.web.offering import asked, holder
from fieldservice.web.roles import open_to
from fieldservice.web.sentences import in_words

blueprint = Blueprint("holds", __name__)


@blueprint.post("/customers/<int:customer_id>/hold")
@open_to(RoleName.DISPATCHER)
def hold_new(customer_id: int) -> str:
    """Keep the chosen window free while the customer is on the phone."""
    form = order_fields(customer_file(db.session(), customer_id, clock.now()))
    wanted = form.order(customer_id)
    return _held(lambda session: (wish_of(session, wanted), customer_id))


@blueprint.post("/visits/<int:visit_id>/hold")
@open_to(RoleName.DISPATCHER)
def hold_move(visit_id: int) -> str:
    """Keep the new window free while the customer is on the phone."""

    def wanted(session: Session) -> tuple[Wish, int]:
        visit = booking.changeable(session, visit_id, None)
        return wish_for_visits(booking.together(visit)), visit.work_order.customer_id

    return _held(wanted)


def _held(wanted: Callable[[Session], tuple[Wish, int]]) -> str:
    asking, offer = asked(current_user.id, holder()), request.form.get("offer", "")

    def deed(session: Session) -> datetime:
        wish, customer_id = wanted(session)
        territory = session.get_one(Customer, customer_id).territory
        return holding.hold(session, territory, wish, offer, asking)

    try:
        written(deed)
    except (Conflict, Refused) as gone:
        return render_template("booking/_hold.html", seconds=None, gone=in_words(gone))
    return render_template("booking/_hold.html", seconds=int(GOOD_FOR.total_seconds()), gone=None)


@blueprint.post("/holds/release")
@open_to(RoleName.DISPATCHER)
def let_go() -> Response:
    """Whoever held a window has left the page."""
    mine = holder()
    if mine:
        written(lambda session: release(session, mine))
    return Response(status=204)
