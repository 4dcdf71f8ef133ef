"""Sign-in of staff: Flask-Security over our own transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, abort, request
from flask_babel import gettext
from flask_login import user_logged_out
from flask_security import Security, SQLAlchemyUserDatastore

from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.errors import Refused
from fieldservice.models.users import Role, User
from fieldservice.operations.house.users import LONGEST_PASSWORD, end_sessions

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Accounts(SQLAlchemyUserDatastore):
    """Flask-Security's store of users, whose writes pass the same gate as all others."""

    def commit(self) -> None:
        """Carry what changed in the reading session over into a transaction."""
        changed: list[Any] = [*db.session.new, *db.session.dirty]
        deleted = list(db.session.deleted)
        for record in (*changed, *deleted):
            db.session.expunge(record)
        with transaction() as session:
            for record in changed:
                session.merge(record)
            for record in deleted:
                session.delete(session.merge(record))


def init_accounts(app: Flask, settings: Settings) -> None:
    """Set up sign-in, sessions and their cookies."""
    cookie = "__Host-fieldservice" if settings.is_https else "fieldservice"
    app.config.update(
        SESSION_COOKIE_NAME=cookie,
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_NAME=f"{cookie}-remember",
        REMEMBER_COOKIE_DURATION=timedelta(days=30),
        REMEMBER_COOKIE_SECURE=settings.is_https,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_LENGTH_MIN=12,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        SECURITY_REGISTERABLE=False,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_CHANGEABLE=False,
        SECURITY_RECOVERABLE=False,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/sign-in",
        SECURITY_FLASH_MESSAGES=True,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
    )
    # Our pages send no Referer, so a check of it would refuse every form behind TLS.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    Security(app, Accounts(db, User, Role))
    app.before_request(_refuse_unreadable)
    user_logged_out.connect(_end_everywhere, app)


def _end_everywhere(_app: Flask, user: User) -> None:
    """Sign out of every device: a copy of the cookie must not outlive its owner's leaving."""
    user_id = user.id
    with transaction() as session:
        end_sessions(session.get_one(User, user_id))


def _refuse_unreadable() -> None:
    """A sign-in that is no form of ours, or holds more than any password."""
    if request.endpoint != "security.login" or request.method != "POST":
        return
    if request.mimetype not in ("", *FORMS):
        abort(415)
    if len(request.form.get("password", "")) > LONGEST_PASSWORD:
        raise Refused(gettext("That is not your present password."), "password")
