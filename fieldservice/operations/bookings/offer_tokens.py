"""Offers on their way through a customer's hands: sealed, and good for half an hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from itsdangerous import BadData, URLSafeSerializer

from fieldservice.errors import Refused
from fieldservice.operations.bookings.windows import ArrivalWindow
from fieldservice.operations.bookings.wishes import Wish

GOOD_FOR = timedelta(minutes=30)
BROKEN = "This time cannot be read any more. Choose one of the times shown."
FOR_ANOTHER = "This time was offered for another visit. Choose one of the times shown."


@dataclass(frozen=True, slots=True)
class Leg:
    """One day's part of an offer; work that fits a day has one."""

    day: date
    window: ArrivalWindow
    shift_id: int
    minutes: int


@dataclass(frozen=True, slots=True)
class OpenedOffer:
    """What a sealed offer promised, and whether it still counts."""

    legs: tuple[Leg, ...]
    expired: bool


def seal(secret: str, territory_id: int, wish: Wish, legs: Sequence[Leg], now: datetime) -> str:
    """The offer as a word that only this house can have written."""
    return _serializer(secret).dumps(
        [
            territory_id,
            wish.digest,
            int((now + GOOD_FOR).timestamp()),
            [
                [
                    leg.day.toordinal(),
                    leg.shift_id,
                    leg.minutes,
                    int(leg.window.from_at.timestamp()),
                    int(leg.window.until_at.timestamp()),
                ]
                for leg in legs
            ],
        ]
    )


def unseal(secret: str, territory_id: int, wish: Wish, token: str, now: datetime) -> OpenedOffer:
    """What was offered; refused when it is not ours, or was offered for something else."""
    try:
        sealed_for, digest, expires, legs = _serializer(secret).loads(token)
    except (BadData, ValueError) as error:
        raise Refused(BROKEN, "offer") from error
    if sealed_for != territory_id or digest != wish.digest:
        raise Refused(FOR_ANOTHER, "offer")
    return OpenedOffer(
        legs=tuple(
            Leg(
                date.fromordinal(day),
                ArrivalWindow(_moment(begins), _moment(ends)),
                shift_id,
                minutes,
            )
            for day, shift_id, minutes, begins, ends in legs
        ),
        expired=int(now.timestamp()) >= expires,
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=2)
def _serializer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="offered times")
