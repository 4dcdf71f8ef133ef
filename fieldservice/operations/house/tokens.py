"""Tokens by which programs act for people: made once, shown once, ended by whoever owns them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, joinedload

from fieldservice.errors import NotFound, Refused
from fieldservice.models.api import ApiToken, Scope, scopes_of
from fieldservice.models.users import Role, RoleName, User, user_role
from fieldservice.operations import audit

MARK = "fst_"
"""How every token begins, so that searches for leaked secrets find it."""
HINT = len(MARK) + 4
LONGEST_NAME = 80
LIFETIMES = (30, 90, 365)
"""Days a token may be good for."""
MOST = 50
"""Good tokens one person may have."""
COARSE = timedelta(hours=1)


def make_token(
    session: Session,
    now: datetime,
    user_id: int,
    name: str,
    scopes: Collection[Scope],
    days: int,
) -> tuple[ApiToken, str]:
    """A new token for one's own programs, and its secret, which nobody can be shown again."""
    user = session.get_one(User, user_id)
    name = " ".join(name.split())
    _check(session, now, user, name, scopes, days)
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken(
        user_id=user.id,
        name=name,
        token_hash=_digest(secret),
        hint=secret[:HINT],
        scopes=sorted(scope.value for scope in scopes),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(token)
    audit.record(session, now, user_id, "token.made", token, owner_id=user.id)
    return token, secret


def _check(
    session: Session,
    now: datetime,
    user: User,
    name: str,
    scopes: Collection[Scope],
    days: int,
) -> None:
    if not name:
        raise Refused("Name the program that will use the token.", "name")
    if len(name) > LONGEST_NAME:
        raise Refused("Name it in at most %(longest)s letters.", "name", longest=LONGEST_NAME)
    if not scopes:
        raise Refused("Choose what the token may do: at least one thing.", "scopes")
    beyond = sorted(set(scopes) - may_give(user))
    if beyond:
        raise Refused(
            "You may not do that yourself: %(rights)s.", "scopes", rights=", ".join(beyond)
        )
    if days not in LIFETIMES:
        raise Refused(
            "A token is good for %(days)s days.", "days", days=", ".join(map(str, LIFETIMES))
        )
    if sum(one.is_good(now) for one in tokens_of(session, user.id)) >= MOST:
        raise Refused(
            "You have %(most)s tokens. Revoke one that is no longer used.", "name", most=MOST
        )


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the secret of a good token stands for, at this moment."""

    token_id: int
    user_id: int
    scopes: frozenset[Scope]
    """Those it was given, as far as its owner still may as much."""
    last_used_at: datetime | None


# Read with every request: written once, with the owner's parts beside the token, one a row.
_BY_SECRET = (
    select(
        ApiToken.id,
        ApiToken.user_id,
        ApiToken.scopes,
        ApiToken.last_used_at,
        Role.name,
    )
    .join(ApiToken.user)
    .join(user_role, user_role.c.user_id == ApiToken.user_id, isouter=True)
    .join(Role, user_role.c.role_id == Role.id, isouter=True)
    .where(
        ApiToken.token_hash == bindparam("digest"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > bindparam("now", type_=ApiToken.expires_at.type),
        User.active,
    )
)


def credentials(session: Session, secret: str, now: datetime) -> Credentials | None:
    """Whom a program with this secret acts for; None where the token is no good."""
    if not secret.startswith(MARK) or not secret.isascii():
        return None
    asked = {"digest": _digest(secret), "now": now}
    rows = session.connection().execute(_BY_SECRET, asked).all()
    if not rows:
        return None
    token_id, user_id, given, last_used_at, _ = rows[0]
    may = scopes_of(row.name for row in rows)
    return Credentials(token_id, user_id, may.intersection(given), last_used_at)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def is_news(token: Credentials, now: datetime) -> bool:
    """Whether its last use was noted long enough ago to be noted again."""
    return token.last_used_at is None or now >= token.last_used_at + COARSE


def note_use(session: Session, token_id: int, now: datetime) -> None:
    """Note that a token is in use, to the hour: more would cost a write with every request."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=hour))


def may_give(user: User) -> frozenset[Scope]:
    """What somebody may let a token do."""
    return scopes_of(role.name for role in user.roles)


def tokens_of(session: Session, user_id: int) -> Sequence[ApiToken]:
    """Somebody's tokens, newest first."""
    return session.scalars(
        select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc())
    ).all()


def everybodys_tokens(session: Session) -> Sequence[ApiToken]:
    """All tokens of the house, by owner, newest first."""
    return session.scalars(
        select(ApiToken)
        .join(ApiToken.user)
        .options(joinedload(ApiToken.user))
        .order_by(User.name, ApiToken.user_id, ApiToken.id.desc())
    ).all()


def revoke(session: Session, now: datetime, actor_id: int, token_id: int) -> ApiToken:
    """End a token of one's own; an admin ends anybody's."""
    actor = session.get_one(User, actor_id)
    token = session.get(ApiToken, token_id)
    if token is None or (token.user_id != actor_id and not actor.plays(RoleName.ADMIN)):
        raise NotFound("There is no such token.")
    if token.revoked_at is None:
        token.revoked_at = now
        audit.record(session, now, actor_id, "token.revoked", token, owner_id=token.user_id)
    return token


def revoke_all(session: Session, now: datetime, actor_id: int | None, user: User) -> None:
    """End every token somebody has."""
    for token in tokens_of(session, user.id):
        if token.revoked_at is None:
            token.revoked_at = now
            audit.record(session, now, actor_id, "token.revoked", token, owner_id=user.id)
