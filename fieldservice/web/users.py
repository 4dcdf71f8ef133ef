"""People who sign in: an admin lists, adds, changes and dismisses them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_security import current_user
from flask_security.utils import hash_password
from sqlalchemy import select
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import Refused
from fieldservice.models.technicians import Technician
from fieldservice.models.users import RoleName, User
from fieldservice.operations.house import people, users
from fieldservice.web import entries
from fieldservice.web.bounds import record_number
from fieldservice.web.entries import Form
from fieldservice.web.forms import refusal_shown
from fieldservice.web.roles import open_to
from fieldservice.web.sentences import in_words

blueprint = Blueprint("users", __name__, url_prefix="/people")

Answer = Response | str | tuple[str, int]


@blueprint.get("")
@open_to(RoleName.ADMIN)
def index() -> str:
    """Everybody with an account."""
    everybody = people.people(db.session())
    return render_template("people/index.html", people=everybody, mine=current_user.id)


@blueprint.route("/new", methods=["GET", "POST"])
@open_to(RoleName.ADMIN)
def add() -> Answer:
    """Let somebody sign in with a password that is shown this once."""
    if request.method == "GET":
        return _form(_first_words(request.args.get("technician", type=int)))
    password = people.made_password()
    try:
        user = _added(request.form, password)
    except Refused as refusal:
        return _form(request.form, refusal), 400
    return _shown_once(user, password)


def _added(form: Form, password: str) -> User:
    name = entries.words(form, "name", gettext("Name"))
    email = entries.words(form, "email", gettext("E-mail"))
    role, technician_id = _part(form)
    with transaction() as session:
        return people.add_person(
            session,
            clock.now(),
            current_user.id,
            email=email,
            name=name,
            role=role,
            technician_id=technician_id,
            password_hash=hash_password(password),
        )


def _shown_once(user: User, password: str) -> str:
    return render_template(
        "people/password.html", name=user.name, email=user.email, password=password
    )


@blueprint.route("/<int:user_id>", methods=["GET", "POST"])
@open_to(RoleName.ADMIN)
def change(user_id: int) -> Answer:
    """Give somebody another part."""
    user = people.user_of(db.session(), user_id)
    said: Form = {"role": str(user.roles[0].name) if user.roles else ""}
    said = {**said, "technician": str(user.technician_id or "")}
    if request.method == "GET":
        return _role_form(user_id, said)
    try:
        role, technician_id = _part(request.form)
        with transaction() as session:
            people.change_role(session, clock.now(), current_user.id, user_id, role, technician_id)
    except Refused as refusal:
        return _role_form(user_id, request.form, refusal), 400
    flash(gettext("Saved. They sign in again to use it."), "success")
    return redirect(url_for("users.index"), 303)


@blueprint.post("/<int:user_id>/dismiss")
@open_to(RoleName.ADMIN)
def dismiss(user_id: int) -> Response:
    """They sign in no more, and what they have open closes."""
    with refusal_shown():
        with transaction() as session:
            user = people.dismiss(session, clock.now(), current_user.id, user_id)
        flash(gettext("%(name)s signs in no more.", name=user.name), "success")
    return redirect(url_for("users.index"), 303)


@blueprint.post("/<int:user_id>/password")
@open_to(RoleName.ADMIN)
def renew(user_id: int) -> str:
    """A new password, shown this once; the old one and its sessions end."""
    password = people.made_password()
    with transaction() as session:
        user = people.user_of(session, user_id)
        hashed = hash_password(password)
        users.renew_password(session, clock.now(), current_user.id, user, hashed)
    return _shown_once(user, password)


@blueprint.post("/<int:user_id>/take-back")
@open_to(RoleName.ADMIN)
def take_back(user_id: int) -> str | Response:
    """Somebody dismissed may sign in again, with a new password."""
    password = people.made_password()
    try:
        with transaction() as session:
            hashed = hash_password(password)
            user = people.take_back(session, clock.now(), current_user.id, user_id, hashed)
    except Refused as refusal:
        flash(in_words(refusal), "error")
        return redirect(url_for("users.index"), 303)
    return _shown_once(user, password)


def _part(form: Form) -> tuple[RoleName, int | None]:
    try:
        role = RoleName(form.get("role", ""))
    except ValueError as error:
        raise Refused(gettext("Choose what they do."), "role") from error
    text = form.get("technician", "")
    return role, record_number(text)


def _first_words(technician_id: int | None) -> Form:
    technician = db.session.get(Technician, technician_id) if technician_id else None
    if technician is None:
        return {"role": RoleName.DISPATCHER.value}
    return {
        "name": technician.name,
        "role": RoleName.TECHNICIAN.value,
        "technician": str(technician.id),
    }


def _form(said: Form, refusal: Refused | None = None) -> str:
    return render_template(
        "people/new.html",
        said=said,
        refusal=refusal,
        roles=_roles(),
        technicians=_technicians(),
    )


def _role_form(user_id: int, said: Form, refusal: Refused | None = None) -> str:
    return render_template(
        "people/role.html",
        user=people.user_of(db.session(), user_id),
        said=said,
        refusal=refusal,
        roles=_roles(),
        technicians=_technicians(),
    )


def _roles() -> list[tuple[str, str]]:
    return [
        (RoleName.DISPATCHER.value, gettext("Dispatcher: books and plans")),
        (RoleName.TECHNICIAN.value, gettext("Technician: sees their own day")),
        (RoleName.ADMIN.value, gettext("Admin: also people and settings")),
    ]


def _technicians() -> list[tuple[int | str, str]]:
    found = db.session.scalars(
        select(Technician).where(Technician.is_active).order_by(Technician.name)
    )
    return [("", gettext("Nobody's: not a technician")), *((one.id, one.name) for one in found)]
