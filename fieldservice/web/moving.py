"""The office gives a visit another time, or calls it off."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice.db import db
from fieldservice.errors import Refused, WindowTaken
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit
from fieldservice.operations.bookings import booking, cancelling
from fieldservice.operations.bookings.booking import Asked
from fieldservice.operations.bookings.wishes import Wish, wish_for_visits
from fieldservice.operations.customers.customer_file import visit_line
from fieldservice.web.again import written
from fieldservice.web.booking_forms import new_key
from fieldservice.web.offering import asked, fresh_choice, holder, say_booked
from fieldservice.web.roles import open_to
from fieldservice.web.sentences import in_words

blueprint = Blueprint("moving", __name__)

Page = str | Response | tuple[str, int]


@blueprint.get("/visits/<int:visit_id>/move")
@open_to(RoleName.DISPATCHER)
def ask(visit_id: int) -> Page:
    """The times another visit of this work could be at."""
    try:
        booking.changeable(db.session(), visit_id, None)
        return _move_page(visit_id, None)
    except Refused as refused:
        flash(in_words(refused), "error")
        customer, _line = visit_line(db.session(), visit_id)
        return redirect(url_for("customers.show", customer_id=customer.id))


@blueprint.post("/visits/<int:visit_id>/move")
@open_to(RoleName.DISPATCHER)
def move(visit_id: int) -> Page:
    """The visit at its new time, told as it was booked."""
    version, offer = request.form.get("version", -1, type=int), request.form.get("offer", "")
    asking = asked(current_user.id, holder())
    try:
        visit_ids = written(lambda s: _moved(s, visit_id, version, offer, asking))
    except WindowTaken as taken:
        return _move_page(visit_id, in_words(taken)), 409
    except Refused as refused:
        return _move_page(visit_id, in_words(refused)), 400
    say_booked(visit_ids)
    customer, _line = visit_line(db.session(), visit_id)
    return redirect(url_for("customers.show", customer_id=customer.id), 303)


def _moved(
    session: Session, visit_id: int, version: int | None, offer: str, asking: Asked
) -> list[int]:
    return [one.id for one in booking.move(session, visit_id, version, offer, asking)]


def _move_page(visit_id: int, said: str | None) -> str:
    customer, line = visit_line(db.session(), visit_id)
    free = fresh_choice(customer.territory, _wish_of(visit_id), holder())
    return render_template(
        "booking/move.html",
        customer=customer,
        line=line,
        choice=free,
        said=said,
        form_key=holder() or new_key(),
    )


def _wish_of(visit_id: int) -> Wish:
    visit = db.session.get_one(Visit, visit_id)
    return wish_for_visits(booking.together(visit))


@blueprint.get("/visits/<int:visit_id>/cancel")
@open_to(RoleName.DISPATCHER)
def ask_cancel(visit_id: int) -> str:
    """Why, before anything is called off."""
    booking.changeable(db.session(), visit_id, None)
    customer, line = visit_line(db.session(), visit_id)
    return render_template("booking/cancel.html", customer=customer, line=line, refusal=None)


@blueprint.post("/visits/<int:visit_id>/cancel")
@open_to(RoleName.DISPATCHER)
def cancel(visit_id: int) -> Page:
    """The visit is called off; whoever knew of it is told."""
    version, reason = (
        request.form.get("version", -1, type=int),
        request.form.get("reason", "").strip(),
    )
    asking = asked(current_user.id)
    customer, line = visit_line(db.session(), visit_id)
    customer_id = customer.id
    try:
        written(lambda s: len(cancelling.cancel(s, visit_id, version, reason, asking)))
    except Refused as refused:
        page = render_template("booking/cancel.html", customer=customer, line=line, refusal=refused)
        return page, 400
    flash(gettext("The visit is cancelled. Its time is free again."), "success")
    return redirect(url_for("customers.show", customer_id=customer_id), 303)
