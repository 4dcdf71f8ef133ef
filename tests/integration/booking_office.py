"""What the booking tests share: an office with one technician, and the words to ask it."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from fieldservice.clock import wall
from fieldservice.models.kinds import Kind
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from fieldservice.operations.bookings.booking import Asked
from fieldservice.operations.bookings.new_work import book_new
from fieldservice.operations.bookings.offers import Offer, horizon, offers, open_horizon
from fieldservice.operations.bookings.work_orders import NewOrder, wish_of
from tests.factories import NOW, ZONE, a_customer, a_technician, a_territory

SECRET = "a secret only the tests know"
_forms = itertools.count(1)


def an_office(
    session: Session, *, works: tuple[time, time] = (time(8), time(17)), **changes: Any
) -> Territory:
    """A territory with one technician on weekdays, its days opened."""
    territory = a_territory(session, **changes)
    a_technician(session, territory, works=works)
    open_horizon(session, territory, horizon(territory, NOW))
    return territory


def an_order(session: Session, territory: Territory, **changes: Any) -> NewOrder:
    """A customer near the office who wants a repair of an hour."""
    customer = a_customer(session, territory)
    values: dict[str, Any] = {
        "customer_id": customer.id,
        "site_id": customer.sites[0].id,
        "kind": Kind.REPAIR,
        "summary": "The boiler does not heat.",
        "form_key": f"form-{next(_forms)}",
    }
    return NewOrder(**{**values, **changes})


def offered(
    session: Session, territory: Territory, wanted: NewOrder, now: datetime = NOW, **asked: Any
) -> list[Offer]:
    """The offers for it, in order of time."""
    wish = wish_of(session, wanted)
    found = offers(session, territory, wish, now, SECRET, **asked)
    return sorted(found, key=lambda offer: offer.window_from)


def hours(found: list[Offer], day: date, zone: str = ZONE) -> list[int]:
    """At which hours the windows of a day begin."""
    return [wall(one.window_from, zone).hour for one in found if one.day == day]


def at_hour(found: list[Offer], day: date, hour: int) -> Offer:
    """The offer of that day's window."""
    return next(one for one in found if one.day == day and wall(one.window_from, ZONE).hour == hour)


def asked(now: datetime = NOW, **changes: Any) -> Asked:
    """A customer asks, now."""
    return Asked(**{"now": now, "secret": SECRET, **changes})


def booked(session: Session, wanted: NewOrder, token: str, now: datetime = NOW) -> list[Visit]:
    """The order taken and booked at that offer."""
    return book_new(session, wanted, token, asked(now))
