"""A known customer books another visit through their own link."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import LinkExpired, Refused, WindowTaken
from fieldservice.operations.bookings.new_work import book_new
from fieldservice.operations.bookings.work_orders import NewOrder, wish_of
from fieldservice.operations.customers.customer_file import CustomerFile, customer_file
from fieldservice.web.again import written
from fieldservice.web.booking_forms import kind_said, new_key
from fieldservice.web.customer_frame import init_customer_pages, opened, page, sentence_of
from fieldservice.web.customer_pages import expired, often_enough, say_booked
from fieldservice.web.limits import limiter
from fieldservice.web.offering import asked, fresh_choice, holder
from fieldservice.web.roles import open_to_anybody

blueprint = Blueprint("customer_booking", __name__, url_prefix="/c")
init_customer_pages(blueprint)
blueprint.register_error_handler(LinkExpired, expired)

Page = str | Response | tuple[str, int]


@blueprint.get("/<token>/book")
@open_to_anybody
def ask(token: str) -> str:
    """What is wanted, and of which appliance."""
    return _form_page(token, _file(token))


@blueprint.post("/<token>/book")
@open_to_anybody
@limiter.limit(often_enough)
def book(token: str) -> Page:
    """The times for it; with a time chosen, the visit."""
    file = _file(token)
    try:
        wanted = _wanted(file)
        if "offer" not in request.form:
            return _times_page(token, file, wanted)
        ids = written(lambda session: _booked(session, wanted, request.form["offer"]))
    except WindowTaken as taken:
        return _times_page(token, file, wanted, sentence_of(taken)), 409
    except Refused as refused:
        if "offer" in request.form and refused.field == "offer":
            return _times_page(token, file, wanted, sentence_of(refused)), 400
        return _form_page(token, file, refused), 400
    say_booked(ids)
    return redirect(url_for("customer_pages.show", token=token), 303)


def _booked(session: Session, wanted: NewOrder, offer: str) -> list[int]:
    return [visit.id for visit in book_new(session, wanted, offer, asked(None))]


def _file(token: str) -> CustomerFile:
    link = opened(db.session(), token)
    return customer_file(db.session(), link.customer_id, clock.now())


def _wanted(file: CustomerFile) -> NewOrder:
    asset_id = request.form.get("asset", type=int)
    asset = next((one for one in file.assets if one.asset_id == asset_id), None)
    first = next((site.id for site in file.customer.sites), 0)
    return NewOrder(
        customer_id=file.customer.id,
        site_id=asset.site_id if asset else request.form.get("site", first, type=int),
        kind=kind_said(request.form.get("kind")),
        summary=request.form.get("summary", ""),
        form_key=holder() or new_key(),
        asset_id=asset_id,
    )


def _form_page(token: str, file: CustomerFile, refused: Refused | None = None) -> str:
    return page(
        "customer/book.html",
        file.customer.territory,
        file=file,
        said=request.form or request.args,
        wrong=refused.field if refused else None,
        sentence=sentence_of(refused) if refused else None,
        form_key=holder() or new_key(),
        back=url_for("customer_pages.show", token=token),
    )


def _times_page(token: str, file: CustomerFile, wanted: NewOrder, said: str | None = None) -> str:
    choice = fresh_choice(file.customer.territory, wish_of(db.session(), wanted))
    hidden = {
        "kind": wanted.kind.value,
        "summary": wanted.summary,
        "asset": wanted.asset_id or "",
        "site": wanted.site_id,
        "form_key": wanted.form_key,
    }
    back = url_for("customer_pages.show", token=token)
    return page(
        "customer/times.html",
        file.customer.territory,
        line=None,
        choice=choice,
        said=said,
        hidden=hidden,
        back=back,
    )
