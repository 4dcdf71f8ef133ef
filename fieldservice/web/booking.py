"""The office books: new work for a customer, and another time for what is booked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, redirect, render_template, request, url_for
from flask_security import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from fieldservice import clock
from fieldservice.clock import local_day
from fieldservice.db import db
from fieldservice.errors import Refused, WindowTaken
from fieldservice.models.customers import Customer
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.operations.bookings.new_work import book_new
from fieldservice.operations.bookings.work_orders import NewOrder, wish_of
from fieldservice.operations.customers.customer_file import (
    CustomerFile,
    customer_file,
)
from fieldservice.operations.outlook.experience import UsualKind, experience, usual_kinds
from fieldservice.web.again import written
from fieldservice.web.booking_forms import FIELDS, OrderFields, order_fields
from fieldservice.web.forms import blame
from fieldservice.web.offering import Choice, asked, choice, fresh_choice, holder, say_booked
from fieldservice.web.roles import open_to
from fieldservice.web.sentences import in_words

blueprint = Blueprint("booking", __name__)

Page = str | AnyResponse | tuple[str, int]
Answer = TypeVar("Answer")


@blueprint.get("/customers/<int:customer_id>/book")
@open_to(RoleName.DISPATCHER)
def ask(customer_id: int) -> str:
    """What is wanted; the times come after."""
    file = customer_file(db.session(), customer_id, clock.now())
    return _order_page(file, order_fields(file), None)


@blueprint.post("/customers/<int:customer_id>/times")
@open_to(RoleName.DISPATCHER)
def times(customer_id: int) -> Page:
    """The times that can be kept for what was asked."""
    file = customer_file(db.session(), customer_id, clock.now())
    form = order_fields(file)
    try:
        wish = wish_of(db.session(), form.order(customer_id))
        return _order_page(file, form, fresh_choice(file.customer.territory, wish, holder()))
    except Refused as refused:
        blame(form, refused, FIELDS)
        return _order_page(file, form, None), 400


@blueprint.post("/customers/<int:customer_id>/book")
@open_to(RoleName.DISPATCHER)
def book(customer_id: int) -> Page:
    """New work at the chosen time; a time that is gone brings the free ones."""
    file = customer_file(db.session(), customer_id, clock.now())
    form = order_fields(file)
    try:
        visit_ids = written(_booked(form.order(customer_id), request.form.get("offer", "")))
    except WindowTaken as taken:
        return _order_page(file, form, _fresh(form, customer_id, taken), in_words(taken)), 409
    except Refused as refused:
        blame(form, refused, FIELDS)
        return _order_page(file, form, _again(form, customer_id)), 400
    say_booked(visit_ids)
    return redirect(url_for("customers.show", customer_id=customer_id), 303)


def _booked(wanted: NewOrder, offer: str) -> Callable[[Session], list[int]]:
    asking = asked(current_user.id, holder())

    def deed(session: Session) -> list[int]:
        return [one.id for one in book_new(session, wanted, offer, asking)]

    return deed


def _order_page(
    file: CustomerFile, form: OrderFields, choice: Choice | None, taken: str | None = None
) -> str:
    return render_template(
        "booking/new.html",
        file=file,
        form=form,
        choice=choice,
        taken=taken,
        usual=_usual(file.customer.territory),
    )


def _usual(territory: Territory) -> list[UsualKind]:
    """How long visits of each kind take there, of which enough were finished to say so."""
    known = experience(db.session(), territory.id, local_day(clock.now(), territory.zone))
    return [one for one in usual_kinds(territory, known) if one.is_known]


def _fresh(form: OrderFields, customer_id: int, taken: WindowTaken) -> Choice:
    wish = wish_of(db.session(), form.order(customer_id))
    territory = db.session.get_one(Customer, customer_id).territory
    return choice(territory, wish, taken.instead(db.session()), clock.now())


def _again(form: OrderFields, customer_id: int) -> Choice | None:
    try:
        wish = wish_of(db.session(), form.order(customer_id))
    except Refused:
        return None
    return fresh_choice(db.session.get_one(Customer, customer_id).territory, wish, holder())
