"""A customer's own page behind an opaque link: the next visit, another time, cancelling."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import LinkExpired, Refused, WindowTaken
from fieldservice.models.work_orders import Visit
from fieldservice.operations.bookings import booking, cancelling
from fieldservice.operations.bookings.booking import Asked
from fieldservice.operations.bookings.wishes import Wish, wish_for_visits
from fieldservice.operations.customers.customer_file import customer_file, visit_line
from fieldservice.operations.customers.new_links import send_new_link
from fieldservice.operations.customers.own_reach import reader_of_link
from fieldservice.operations.messages.recipients import usual_way
from fieldservice.web.again import written
from fieldservice.web.customer_frame import init_customer_pages, opened, page, sentence_of
from fieldservice.web.customer_words import say_window, words
from fieldservice.web.limits import limiter
from fieldservice.web.offering import asked, fresh_choice, settings
from fieldservice.web.roles import open_to_anybody

blueprint = Blueprint("customer_pages", __name__, url_prefix="/c")
init_customer_pages(blueprint)

Page = str | Response | tuple[str, int]


def often_enough() -> str:
    """How often one address may write here."""
    return settings().booking_limit


@blueprint.errorhandler(LinkExpired)
def expired(error: LinkExpired) -> tuple[str, int]:
    """What to do with an address that ran out."""
    token = (request.view_args or {}).get("token")
    return page("customer/expired.html", token=token, sent=False), 410


@blueprint.get("/<token>")
@open_to_anybody
def show(token: str) -> str:
    """What comes next and what has been; looking changes nothing."""
    link = opened(db.session(), token)
    file = customer_file(db.session(), link.customer_id, clock.now())
    way = usual_way(reader_of_link(db.session(), link)).value
    return page("customer/show.html", file.customer.territory, file=file, token=token, way=way)


@blueprint.post("/<token>/again")
@open_to_anybody
@limiter.limit(often_enough)
def again(token: str) -> str:
    """Another address, sent to the phone on file and to nobody else."""
    written(lambda session: bool(send_new_link(session, settings().secret_key, token, clock.now())))
    return page("customer/expired.html", token=token, sent=True)


@blueprint.get("/<token>/visits/<int:visit_id>/times")
@open_to_anybody
def ask_move(token: str, visit_id: int) -> str:
    """Other times for this visit, each of which can be kept."""
    customer_id = opened(db.session(), token).customer_id
    booking.changeable(db.session(), visit_id, None, customer_id)
    return _times_page(token, visit_id)


@blueprint.post("/<token>/visits/<int:visit_id>/times")
@open_to_anybody
@limiter.limit(often_enough)
def move(token: str, visit_id: int) -> Page:
    """The visit at the time chosen; one that is gone brings the free ones."""
    customer_id = opened(db.session(), token).customer_id
    version, offer = request.form.get("version", -1, type=int), request.form.get("offer", "")
    asking = asked(None)
    try:
        ids = written(lambda s: _moved(s, visit_id, version, offer, asking, customer_id))
    except WindowTaken as taken:
        return _times_page(token, visit_id, sentence_of(taken)), 409
    except Refused as refused:
        return _times_page(token, visit_id, sentence_of(refused)), 400
    say_booked(ids)
    return redirect(url_for("customer_pages.show", token=token), 303)


def _moved(
    session: Session, visit_id: int, version: int | None, offer: str, asking: Asked, whose: int
) -> list[int]:
    moved = booking.move(session, visit_id, version, offer, asking, whose)
    return [visit.id for visit in moved]


def _times_page(token: str, visit_id: int, said: str | None = None) -> str:
    customer, line = visit_line(db.session(), visit_id)
    try:
        choice = fresh_choice(customer.territory, _wish_of(visit_id))
    except Refused as refused:
        return page("customer/note.html", customer.territory, title=sentence_of(refused), lead=None)
    return page(
        "customer/times.html",
        customer.territory,
        line=line,
        choice=choice,
        said=said,
        back=url_for("customer_pages.show", token=token),
    )


def _wish_of(visit_id: int) -> Wish:
    return wish_for_visits(booking.together(db.session.get_one(Visit, visit_id)))


def say_booked(visit_ids: list[int]) -> None:
    """Confirm on the next page when somebody comes."""
    for visit_id in visit_ids:
        _customer, line = visit_line(db.session(), visit_id)
        if line.told_from and line.told_until:
            said = say_window(line.told_from, line.told_until, line.zone)
            flash(words().booked.format(window=said), "success")


@blueprint.get("/<token>/visits/<int:visit_id>/cancel")
@open_to_anybody
def ask_cancel(token: str, visit_id: int) -> str:
    """One question before anything is called off."""
    customer_id = opened(db.session(), token).customer_id
    booking.changeable(db.session(), visit_id, None, customer_id)
    customer, line = visit_line(db.session(), visit_id)
    return page("customer/cancel.html", customer.territory, line=line, token=token)


@blueprint.post("/<token>/visits/<int:visit_id>/cancel")
@open_to_anybody
@limiter.limit(often_enough)
def cancel(token: str, visit_id: int) -> Response:
    """The visit is called off."""
    customer_id = opened(db.session(), token).customer_id
    version, reason = request.form.get("version", -1, type=int), request.form.get("reason", "")
    asking = asked(None)
    written(
        lambda s: len(
            cancelling.cancel(s, visit_id, version, reason.strip()[:200], asking, customer_id)
        )
    )
    flash(words().cancelled, "success")
    return redirect(url_for("customer_pages.show", token=token), 303)
