"""A stranger books on a territory's public page, after a code sent to the phone."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from limits import parse
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import NotFound, Refused
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from fieldservice.operations.customers.links import make_link, token_of
from fieldservice.operations.customers.new_links import LASTS
from fieldservice.operations.customers.phone_codes import (
    CodeAnswer,
    CodeLimit,
    TooManyCodes,
    check_code,
    send_code,
)
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.customers.records import places_of
from fieldservice.operations.customers.strangers import Stranger, check_step, take_request
from fieldservice.web.again import written
from fieldservice.web.booking_forms import new_key
from fieldservice.web.customer_frame import init_customer_pages, page, sentence_of
from fieldservice.web.customer_pages import often_enough
from fieldservice.web.customer_words import say_day, say_time, words
from fieldservice.web.limits import limiter
from fieldservice.web.offering import holder, settings
from fieldservice.web.roles import open_to_anybody

blueprint = Blueprint("public_booking", __name__, url_prefix="/book")
init_customer_pages(blueprint)

Page = str | Response | tuple[str, int]
STEPS = ("what", "where", "who")
TICKET_LASTS = timedelta(hours=12)


@blueprint.get("/<territory>")
@open_to_anybody
def ask(territory: str) -> str:
    """The first question: what is it?"""
    return _step_page(_open(territory), "what")


@blueprint.post("/<territory>")
@open_to_anybody
@limiter.limit(often_enough)
def answer(territory: str) -> Page:
    """One answer at a time; the last one sends the code."""
    place, step = _open(territory), request.form.get("step", "what")
    said = _said()
    try:
        for number, one in enumerate(STEPS):
            check_step(db.session(), place, one, said)
            if one == step and number < 2:
                return _step_page(place, STEPS[number + 1])
    except Refused as refused:
        return _step_page(place, one, refused), 400
    try:
        visit_id = written(lambda session: _requested(session, place.id, said))
    except TooManyCodes as many:
        return _step_page(place, "who", many), 429
    return redirect(
        url_for("public_booking.ask_code", territory=territory, ticket=_ticket(visit_id)), 303
    )


def _requested(session: Session, territory_id: int, said: Stranger) -> int:
    territory = session.get_one(Territory, territory_id)
    visit, is_new = take_request(session, territory, said, clock.now())
    if is_new:
        send_code(session, settings().secret_key, visit, code_limit(), clock.now())
    return visit.id


@blueprint.get("/<territory>/code/<ticket>")
@open_to_anybody
def ask_code(territory: str, ticket: str) -> str:
    """Where the code is typed."""
    return _code_page(_open(territory), ticket)


@blueprint.post("/<territory>/code/<ticket>")
@open_to_anybody
@limiter.limit(often_enough)
def confirm(territory: str, ticket: str) -> Page:
    """The right code opens the customer's own page with the times."""
    place, visit_id, typed = _open(territory), _visit_of(ticket), request.form.get("code", "")
    found, token = written(lambda session: _checked(session, visit_id, typed))
    if token is not None:
        address = url_for("customer_pages.ask_move", token=token, visit_id=visit_id)
        return redirect(address, 303)
    said = words()
    wrong = {
        CodeAnswer.WRONG: said.code_wrong,
        CodeAnswer.TOO_LATE: said.code_late,
        CodeAnswer.USED_UP: said.code_used,
    }
    return _code_page(place, ticket, wrong[found]), 400


def _checked(session: Session, visit_id: int, typed: str) -> tuple[CodeAnswer, str | None]:
    visit, now, secret = session.get_one(Visit, visit_id), clock.now(), settings().secret_key
    found = check_code(session, secret, visit, typed, now)
    if found is not CodeAnswer.CONFIRMED:
        return found, None
    link = make_link(session, secret, visit.work_order.customer_id, visit_id, now, now + LASTS)
    return found, token_of(link, secret)


@blueprint.post("/<territory>/code/<ticket>/again")
@open_to_anybody
@limiter.limit(often_enough)
def again(territory: str, ticket: str) -> Page:
    """Another code, as long as the number has not had its share."""
    place, visit_id = _open(territory), _visit_of(ticket)
    secret, now = settings().secret_key, clock.now()
    try:
        written(lambda s: send_code(s, secret, s.get_one(Visit, visit_id), code_limit(), now).id)
    except TooManyCodes as many:
        return _code_page(place, ticket, _too_many(place, many)), 429
    flash(words().code_sent_again, "success")
    return redirect(url_for("public_booking.ask_code", territory=territory, ticket=ticket), 303)


def code_limit() -> CodeLimit:
    """How many codes one number may get."""
    limit = parse(settings().code_limit)
    return CodeLimit(limit.amount, timedelta(seconds=limit.get_expiry()))


def _open(slug: str) -> Territory:
    territory = db.session.scalar(select(Territory).where(Territory.slug == slug))
    if territory is None or not territory.public_booking:
        raise NotFound("There is no public booking at this address.")
    return territory


def _said() -> Stranger:
    form = request.form
    return Stranger(
        kind=form.get("kind", ""),
        summary=form.get("summary", ""),
        street=form.get("street", ""),
        municipality=form.get("municipality", ""),
        postcode=form.get("postcode", ""),
        name=form.get("name", ""),
        phone=form.get("phone", ""),
        language=form.get("language", ""),
        form_key=holder() or new_key(),
    )


def _step_page(territory: Territory, step: str, refused: Refused | None = None) -> str:
    return page(
        "customer/public.html",
        territory,
        step=step,
        number=STEPS.index(step) + 1,
        said=request.form,
        wrong=refused.field if refused else None,
        sentence=_sentence(territory, refused) if refused else None,
        places=[place.name for place in places_of(db.session(), territory)],
        form_key=holder() or new_key(),
    )


def _sentence(territory: Territory, refused: Refused) -> str:
    if isinstance(refused, TooManyCodes):
        return _too_many(territory, refused)
    return sentence_of(refused)


def _too_many(territory: Territory, many: TooManyCodes) -> str:
    # Shown to the minute: a minute later it is true for certain.
    again_at, zone = many.again_at + timedelta(minutes=1), territory.zone
    day = clock.local_day(again_at, zone)
    time = say_time(again_at, zone)
    if day != clock.local_day(clock.now(), zone):
        time = f"{say_day(day)}, {time}"
    return words().code_many.format(time=time)


def _code_page(territory: Territory, ticket: str, wrong: str | None = None) -> str:
    visit = db.session.get_one(Visit, _visit_of(ticket))
    phone = visit.work_order.customer.contacts[0].phone or ""
    return page(
        "customer/code.html",
        territory,
        ticket=ticket,
        phone=shown_phone(phone),
        reference=visit.work_order.reference,
        wrong=wrong,
    )


def _tickets() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="requested visit")


def _ticket(visit_id: int) -> str:
    return str(_tickets().dumps(visit_id))


def _visit_of(ticket: str) -> int:
    try:
        return int(_tickets().loads(ticket, max_age=int(TICKET_LASTS.total_seconds())))
    except BadData as error:
        raise NotFound("This page is no longer open.") from error
