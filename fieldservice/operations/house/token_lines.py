"""Tokens as the pages of people and admins list them."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from fieldservice.models.api import ApiToken
from fieldservice.operations.house.tokens import everybodys_tokens, tokens_of

SOON = timedelta(days=14)
KEPT = timedelta(days=30)
"""How long one that is over is still listed."""


class Standing(enum.StrEnum):
    """How a token stands."""

    GOOD = "good"
    SOON_OVER = "soon_over"
    OVER = "over"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token with what its owner or an admin wants to know of it."""

    token_id: int
    owner: str
    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    standing: Standing

    @property
    def is_good(self) -> bool:
        """Whether a program can still use it."""
        return self.standing in (Standing.GOOD, Standing.SOON_OVER)


def own_lines(session: Session, user_id: int, now: datetime) -> tuple[TokenLine, ...]:
    """Somebody's tokens: the good ones first, then those over of late."""
    return _lines(tokens_of(session, user_id), now)


def all_lines(session: Session, now: datetime) -> tuple[TokenLine, ...]:
    """Everybody's tokens: the good ones first, by owner."""
    return _lines(everybodys_tokens(session), now)


def _lines(tokens: Iterable[ApiToken], now: datetime) -> tuple[TokenLine, ...]:
    found = [_line(token, now) for token in tokens if not _is_long_over(token, now)]
    return tuple(sorted(found, key=lambda line: not line.is_good))


def _is_long_over(token: ApiToken, now: datetime) -> bool:
    return min(token.revoked_at or token.expires_at, token.expires_at) < now - KEPT


def _line(token: ApiToken, now: datetime) -> TokenLine:
    return TokenLine(
        token_id=token.id,
        owner=token.user.name,
        name=token.name,
        hint=token.hint,
        scopes=tuple(token.scopes),
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        standing=_standing(token, now),
    )


def _standing(token: ApiToken, now: datetime) -> Standing:
    if token.revoked_at is not None or not token.user.active:
        return Standing.REVOKED
    if token.expires_at <= now:
        return Standing.OVER
    return Standing.SOON_OVER if token.expires_at <= now + SOON else Standing.GOOD
