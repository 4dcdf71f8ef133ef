"""The people page: who signs in, as what, and how an admin changes that."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.errors import NotFound, Refused
from fieldservice.models.kinds import Language
from fieldservice.models.users import RoleName, User
from fieldservice.operations import audit
from fieldservice.operations.house import users


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in, or did."""

    user_id: int
    name: str
    email: str
    role: RoleName
    is_active: bool
    technician: str | None


def people(session: Session) -> tuple[Person, ...]:
    """Everybody with an account: those who may sign in first, then by name."""
    found = session.scalars(select(User).options(joinedload(User.technician)))
    everybody = [_person(user) for user in found]
    return tuple(sorted(everybody, key=lambda one: (not one.is_active, one.name.casefold())))


def made_password() -> str:
    """A password nobody chose: sixteen letters and digits."""
    return secrets.token_urlsafe(12)


def user_of(session: Session, user_id: int) -> User:
    """The account of that number."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("There is no such account.")
    return user


def add_person(
    session: Session,
    now: datetime,
    actor_id: int | None,
    *,
    email: str,
    name: str,
    role: RoleName,
    technician_id: int | None,
    password_hash: str,
) -> User:
    """Let somebody new sign in."""
    return users.add_user(
        session,
        now,
        email=email,
        name=name,
        role=role,
        password_hash=password_hash,
        technician_id=_whose_day(role, technician_id),
        actor_id=actor_id,
    )


def change_role(
    session: Session,
    now: datetime,
    actor_id: int | None,
    user_id: int,
    role: RoleName,
    technician_id: int | None,
) -> User:
    """Give somebody another part; what they have open closes, so that it shows at once."""
    user = user_of(session, user_id)
    if user.id == actor_id and role is not RoleName.ADMIN:
        raise Refused("You cannot take the admin's part from yourself. Ask another admin.", "role")
    _keep_an_admin(session, user, role)
    whose = _whose_day(role, technician_id)
    users.check_technician(session, role, whose, but_user_id=user.id)
    user.roles = [users.role_of(session, role)]
    user.technician_id = whose
    if user.id != actor_id:
        users.end_sessions(user)
    audit.record(session, now, actor_id, "user.role_changed", user, role=role.value)
    return user


def dismiss(session: Session, now: datetime, actor_id: int | None, user_id: int) -> User:
    """They sign in no more; never the last admin, never oneself."""
    user = user_of(session, user_id)
    if user.id == actor_id:
        raise Refused("You cannot dismiss yourself. Ask another admin.")
    _keep_an_admin(session, user, None)
    users.dismiss(session, now, actor_id, user)
    return user


def take_back(
    session: Session, now: datetime, actor_id: int | None, user_id: int, password_hash: str
) -> User:
    """Somebody dismissed may sign in again, with a new password."""
    user = user_of(session, user_id)
    if user.technician_id is not None:
        users.check_technician(session, RoleName.TECHNICIAN, user.technician_id, user.id)
    user.active = True
    users.renew_password(session, now, actor_id, user, password_hash)
    return user


def choose_language(session: Session, now: datetime, user_id: int, language: Language) -> User:
    """The language somebody reads their pages in."""
    user = user_of(session, user_id)
    user.language = language.value
    audit.record(session, now, user_id, "user.language_chosen", user, language=language.value)
    return user


def _person(user: User) -> Person:
    names = [role.name for role in user.roles]
    role = next((one for one in RoleName if one.value in names), RoleName.TECHNICIAN)
    technician = user.technician.name if user.technician else None
    return Person(user.id, user.name, user.email, role, user.active, technician)


def _keep_an_admin(session: Session, user: User, role: RoleName | None) -> None:
    if role is RoleName.ADMIN or not user.plays(RoleName.ADMIN):
        return
    others = [one for one in session.scalars(select(User)) if one.active and one is not user]
    if not any(other.plays(RoleName.ADMIN) for other in others):
        raise Refused("This is the last admin. Give somebody else that part first.", "role")


def _whose_day(role: RoleName, technician_id: int | None) -> int | None:
    """Only a technician's account shows somebody's day, and it always does."""
    if role is not RoleName.TECHNICIAN:
        return None
    if technician_id is None:
        raise Refused("Choose whose day this account shows.", "technician")
    return technician_id
