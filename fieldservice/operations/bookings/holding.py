"""Holding an offered window for somebody who is still on the telephone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.errors import Refused, WindowTaken
from fieldservice.models.plans import Hold
from fieldservice.models.territories import Territory
from fieldservice.operations.bookings.booking import TAKEN, TOO_OLD, Asked
from fieldservice.operations.bookings.holds import GOOD_FOR, release, sweep, token
from fieldservice.operations.bookings.offer_tokens import unseal
from fieldservice.operations.bookings.placing import Seat, seats
from fieldservice.operations.bookings.wishes import Wish
from fieldservice.operations.plans.days import touch


def hold(session: Session, territory: Territory, wish: Wish, offer: str, asked: Asked) -> datetime:
    """Keep the offered window free for five minutes more, and nothing else; until when.

    Asked again for the same window it is renewed, for another it moves there.
    """
    if asked.holder is None:
        raise Refused("This page was sent incomplete. Reload it and choose again.", "form_key")
    offered = unseal(asked.secret, territory.id, wish, offer, asked.now)
    found = (
        []
        if offered.expired
        else seats(session, territory, wish, offered.legs, asked.now, asked.holder)
    )
    release(session, asked.holder)
    if not found:
        raise WindowTaken(TOO_OLD if offered.expired else TAKEN)
    until = asked.now + GOOD_FOR
    for number, seat in enumerate(found):
        sweep(session, seat.trial.day, asked.now)
        session.add(_hold(seat, wish, asked, token(asked.holder, number), until))
        touch(seat.trial.day)
    session.flush()
    return until


def _hold(seat: Seat, wish: Wish, asked: Asked, known_by: str, until: datetime) -> Hold:
    return Hold(
        service_day_id=seat.trial.day.id,
        shift_id=seat.opening.shift_id,
        held_by_id=asked.actor_id,
        token=known_by,
        window_from=seat.leg.window.from_at,
        window_until=seat.leg.window.until_at,
        duration_minutes=seat.leg.minutes,
        lat=wish.lat,
        lon=wish.lon,
        created_at=asked.now,
        expires_at=until,
    )
