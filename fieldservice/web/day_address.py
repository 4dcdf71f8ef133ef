"""Which day a page is about: the territory and the date in its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import redirect, request, url_for
from flask_babel import gettext
from flask_security import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fieldservice import clock
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound
from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.operations.dispatching.dispatch import Order
from fieldservice.operations.plans.days import find_day, service_day, territory_by_slug

FAR = 92
"""Days ahead up to which looking at a day rosters it."""


@dataclass(frozen=True, slots=True)
class Address:
    """A territory and one of its days."""

    slug: str
    day: date

    @property
    def values(self) -> dict[str, str]:
        """The same for `url_for`."""
        return {"territory": self.slug, "day": self.day.isoformat()}


def address(territory: str, day: str) -> Address:
    """The address as written, refused where the date is none."""
    return Address(territory, day_said(day))


def day_said(text: str) -> date:
    """The day in an address, refused where it is none or so far off that no calendar holds it."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise NotFound(gettext("There is no such day. Write it as 2026-11-24.")) from error
    if not clock.is_within_reach(day):
        raise NotFound(gettext("There is no such day. Write it as 2026-11-24."))
    return day


def territory_of(here: Address) -> Territory:
    """The territory, for reading."""
    return territory_by_slug(db.session(), here.slug)


def known_day(here: Address) -> ServiceDay:
    """The opened day, for reading."""
    found = find_day(db.session(), territory_of(here).id, here.day)
    if found is None:
        raise NotFound(gettext("Nobody has a shift on this day yet."))
    return found


def opened_day(session: Session, here: Address) -> ServiceDay:
    """The day, opened if need be and locked, for writing."""
    return service_day(session, territory_by_slug(session, here.slug).id, here.day)


def open_if_near(here: Address) -> None:
    """Roster a day the first time somebody looks at it, unless it is past or far away."""
    territory = territory_of(here)
    today = clock.local_day(clock.now(), territory.zone)
    near = today <= here.day <= today + timedelta(days=FAR)
    if near and find_day(db.session(), territory.id, here.day) is None:
        with transaction() as session:
            opened_day(session, here)


def order_of_form() -> Order:
    """Who sends this form, when, and the stamp of what they had seen."""
    return Order(clock.now(), current_user.id, request.form.get("seen") or None)


def to_day(here: Address, visit_id: int | None = None) -> Response:
    """Back to the day page, with the visit selected."""
    values: dict[str, str | int] = {**here.values}
    if visit_id is not None:
        values["visit"] = visit_id
    return redirect(url_for("day.show", **values), 303)  # type: ignore[arg-type]
