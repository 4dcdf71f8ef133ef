"""One's own account: password and language."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import login_user
from flask_security import current_user
from flask_security.utils import hash_password, verify_password
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import transaction
from fieldservice.errors import Refused
from fieldservice.models.kinds import Language
from fieldservice.models.users import RoleName
from fieldservice.operations.house import people, users
from fieldservice.web.limits import limiter
from fieldservice.web.roles import open_to

blueprint = Blueprint("account", __name__, url_prefix="/account")

NAMES = {
    Language.ENGLISH: "English",
    Language.SPANISH: "Español",
    Language.CATALAN: "Català",
    Language.HUNGARIAN: "Magyar",
}


@blueprint.get("")
@open_to(RoleName.DISPATCHER, RoleName.TECHNICIAN)
def show() -> str:
    """The page of one's own account."""
    return _page()


@blueprint.post("/password")
@open_to(RoleName.DISPATCHER, RoleName.TECHNICIAN)
@limiter.limit("10 per minute")
def change_password() -> Response | tuple[str, int]:
    """A new password; every other session ends, this one goes on."""
    new = request.form.get("new_password", "")
    try:
        _check_old(request.form.get("old_password", ""))
        users.refuse_weak(new)
        with transaction() as session:
            user = people.user_of(session, current_user.id)
            users.renew_password(session, clock.now(), user.id, user, hash_password(new))
    except Refused as refusal:
        return _page(refusal), 400
    login_user(user)
    flash(gettext("Your password is changed. Other devices are signed out."), "success")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/language")
@open_to(RoleName.DISPATCHER, RoleName.TECHNICIAN)
def choose_language() -> Response:
    """The language of one's own pages."""
    try:
        language = Language(request.form.get("language", ""))
    except ValueError as error:
        raise Refused(gettext("Choose one of the languages."), "language") from error
    with transaction() as session:
        people.choose_language(session, clock.now(), current_user.id, language)
    answer = redirect(url_for("account.show"), 303)
    # A language looked at once before must not outlive this choice.
    answer.delete_cookie("lang")
    return answer


def _check_old(password: str) -> None:
    known = current_user.password if len(password) <= users.LONGEST_PASSWORD else None
    if not known or not verify_password(password, known):
        raise Refused(gettext("That is not your present password."), "old_password")


def _page(refusal: Refused | None = None) -> str:
    layout = "office" if current_user.plays(RoleName.DISPATCHER, RoleName.ADMIN) else "phone"
    return render_template(
        "people/account.html",
        layout=f"layout/{layout}.html",
        refusal=refusal,
        languages=NAMES,
        mine=current_user.language,
    )
