"""People of the house: who may sign in, and how that ends."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound, Refused
from fieldservice.models.technicians import Technician
from fieldservice.models.users import Role, RoleName, User
from fieldservice.operations import audit
from fieldservice.operations.house import tokens
from fieldservice.operations.visible import visible
from fieldservice.smtp_settings import is_mail_address

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
"""Longer ones only keep the server busy."""
FEWEST_LETTERS = 5
"""How many different characters a password holds at least."""


def refuse_weak(password: str) -> None:
    """Refuse a password that is quickly guessed."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(
            "The password is too short: use at least %(shortest)s characters.",
            "password",
            shortest=SHORTEST_PASSWORD,
        )
    if len(password) > LONGEST_PASSWORD:
        raise Refused("Use at most %(longest)s characters.", "password", longest=LONGEST_PASSWORD)
    if len(set(password.casefold())) < FEWEST_LETTERS:
        raise Refused("The password repeats too few characters: use a phrase.", "password")


def normal_email(text: str) -> str:
    """An address as it is stored and compared."""
    email = text.strip().casefold()
    if not is_mail_address(email):
        raise Refused(
            "%(text)s is not an e-mail address: write name@company.org.", "email", text=repr(text)
        )
    return email


def add_user(
    session: Session,
    now: datetime,
    *,
    email: str,
    name: str,
    role: RoleName,
    password_hash: str,
    technician_id: int | None = None,
    actor_id: int | None = None,
) -> User:
    """Let somebody sign in; each address once, each technician's account once."""
    email = normal_email(email)
    if session.scalar(select(User).where(User.email == email)):
        raise Refused(
            "%(email)s has an account already: use another address.", "email", email=email
        )
    check_technician(session, role, technician_id)
    user = User(
        email=email,
        name=visible(name).strip() or email,
        password=password_hash,
        fs_uniquifier=secrets.token_hex(32),
        technician_id=technician_id,
        created_at=now,
    )
    user.roles = [role_of(session, role)]
    session.add(user)
    audit.record(session, now, actor_id, "user.added", user, role=role.value)
    return user


def check_technician(
    session: Session, role: RoleName, technician_id: int | None, but_user_id: int = 0
) -> None:
    """Refuse a technician's account that belongs to nobody, or to somebody who has one."""
    if role == RoleName.TECHNICIAN and technician_id is None:
        raise Refused("Say whose day a technician sees: --technician NUMBER.", "technician")
    if technician_id is None:
        return
    technician = session.get(Technician, technician_id)
    if technician is None:
        raise Refused(
            "There is no technician %(number)s: name another.", "technician", number=technician_id
        )
    same = session.scalars(select(User).where(User.technician_id == technician_id))
    if any(user.active and user.id != but_user_id for user in same):
        raise Refused(
            "%(technician)s has an account already.", "technician", technician=technician.name
        )


def role_of(session: Session, name: RoleName) -> Role:
    """The part of that name, as accounts hold it."""
    known = session.scalar(select(Role).where(Role.name == name.value))
    return known or Role(name=name.value)


def user_by_email(session: Session, email: str) -> User:
    """Who signs in with this address."""
    user = session.scalar(select(User).where(User.email == normal_email(email)))
    if user is None:
        raise NotFound("Nobody signs in as %(email)s.", email=email)
    return user


def end_sessions(user: User) -> None:
    """Every session this person has open is over."""
    user.fs_uniquifier = secrets.token_hex(32)


def renew_password(
    session: Session, now: datetime, actor_id: int | None, user: User, password_hash: str
) -> None:
    """Give a new password; whoever signed in with the old one is out.

    Where somebody else gives it, the account may have been in wrong hands: its tokens end too.
    """
    user.password = password_hash
    end_sessions(user)
    if actor_id != user.id:
        tokens.revoke_all(session, now, actor_id, user)
    audit.record(session, now, actor_id, "user.password_renewed", user)


def dismiss(session: Session, now: datetime, actor_id: int | None, user: User) -> None:
    """They sign in no more, and what they have open closes."""
    user.active = False
    end_sessions(user)
    tokens.revoke_all(session, now, actor_id, user)
    audit.record(session, now, actor_id, "user.dismissed", user)
