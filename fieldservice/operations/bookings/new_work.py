"""Booking new work at an offered time, in one step and as few statements as it takes."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fieldservice.models.work_orders import Visit
from fieldservice.operations.bookings.booking import Asked, book
from fieldservice.operations.bookings.work_orders import (
    NewOrder,
    draft_order,
    ground_of,
    known_order,
    wish_on,
)


def book_new(session: Session, wanted: NewOrder, offer: str, asked: Asked) -> list[Visit]:
    """Take the order and give it its time; sent twice, it is done once."""
    with session.no_autoflush:
        # Read first, written at the end in one go: each flush by itself costs as much as a read.
        ground = ground_of(session, wanted)
        order = known_order(session, wanted)
        if order is None:
            order = draft_order(session, ground, wanted, asked.now, asked.actor_id)
        return book(session, order, wish_on(ground, wanted), offer, asked)
