"""Programs that act for oneself: their tokens are made here, shown once, and revoked."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import Refused
from fieldservice.models.api import Scope
from fieldservice.models.users import RoleName
from fieldservice.operations.house import token_lines, tokens
from fieldservice.operations.house.people import user_of
from fieldservice.web.bounds import is_record_number
from fieldservice.web.limits import limiter
from fieldservice.web.roles import open_to

blueprint = Blueprint("programs", __name__)

Answer = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Right:
    """One kind of record, and what a token may be given for it."""

    label: str
    read: Scope | None
    write: Scope | None


@blueprint.get("/account/programs")
@open_to(RoleName.DISPATCHER)
def index() -> str:
    """One's own tokens, and the form for a new one."""
    return _page(ImmutableMultiDict({"days": "90"}))


@blueprint.post("/account/programs")
@open_to(RoleName.DISPATCHER)
@limiter.limit("30 per hour")
def add() -> Answer:
    """Make a token; its secret is on this page and on no other."""
    form = request.form
    try:
        scopes = [_scope(text) for text in form.getlist("scopes")]
        days = int(form["days"]) if is_record_number(form.get("days", "")) else 0
        with transaction() as session:
            token, secret = tokens.make_token(
                session, clock.now(), current_user.id, form.get("name", ""), scopes, days
            )
    except Refused as refusal:
        return _page(form, refusal), 400
    return render_template("people/token.html", token=token, secret=secret)


@blueprint.post("/account/programs/<int:token_id>/revoke")
@open_to(RoleName.DISPATCHER)
def revoke(token_id: int) -> Response:
    """End a token: whatever program uses it is shut out at once."""
    with transaction() as session:
        token = tokens.revoke(session, clock.now(), current_user.id, token_id)
        own = token.user_id == current_user.id
    flash(gettext("Revoked. The program that used it is shut out."), "success")
    return redirect(url_for("programs.index" if own else "programs.everybody"), 303)


@blueprint.get("/people/programs")
@open_to(RoleName.ADMIN)
def everybody() -> str:
    """Every token of the house."""
    lines = token_lines.all_lines(db.session(), clock.now())
    return render_template("people/programs.html", lines=lines, everybodys=True)


def _page(form: MultiDict[str, str], refusal: Refused | None = None) -> str:
    session = db.session()
    may = tokens.may_give(user_of(session, current_user.id))
    return render_template(
        "people/programs.html",
        lines=token_lines.own_lines(session, current_user.id, clock.now()),
        everybodys=False,
        rights=_rights(may),
        lifetimes=[(days, gettext("%(n)s days", n=days)) for days in tokens.LIFETIMES],
        said=form,
        ticked=set(form.getlist("scopes")),
        refusal=refusal,
    )


def _scope(text: str) -> Scope:
    try:
        return Scope(text)
    except ValueError as error:
        raise Refused(gettext("Choose among the rights below."), "scopes") from error


def _rights(may: frozenset[Scope]) -> list[Right]:
    words = {
        "territories": gettext("Territories"),
        "customers": gettext("Customers, contacts and sites"),
        "assets": gettext("Products and assets"),
        "work_orders": gettext("Work orders"),
        "visits": gettext("Visits and bookings"),
        "technicians": gettext("Technicians"),
        "shifts": gettext("Shifts"),
        "absences": gettext("Absences"),
        "plans": gettext("Plans"),
        "messages": gettext("Messages"),
        "surveys": gettext("Surveys"),
        "webhooks": gettext("Webhooks and events"),
        "calendars": gettext("Calendars"),
    }
    known = {scope.value: scope for scope in Scope if scope in may}
    rights = [
        Right(label, known.get(f"{name}:read"), known.get(f"{name}:write"))
        for name, label in words.items()
    ]
    return [right for right in rights if right.read or right.write]
