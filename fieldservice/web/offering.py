"""What booking pages share: fresh offers by day, and the sentence where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from flask import current_app, flash, request
from flask_babel import gettext

from fieldservice import clock
from fieldservice.clock import local_day
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.models.territories import Territory
from fieldservice.operations.bookings.booking import Asked
from fieldservice.operations.bookings.no_offers import NoOffers, why_none
from fieldservice.operations.bookings.offers import Offer, horizon, offers, open_horizon, unopened
from fieldservice.operations.bookings.wishes import Wish
from fieldservice.operations.customers.customer_file import visit_line
from fieldservice.web.times import day_words, window

LONGEST_KEY = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """The times somebody can choose from, or why there are none."""

    zone: str
    days: tuple[tuple[date, tuple[Offer, ...]], ...]
    nothing: str | None = None
    before: date | None = None
    """The day until which there is nothing."""

    @property
    def best(self) -> tuple[Offer, ...]:
        """The few that fit best."""
        return tuple(one for _, some in self.days for one in some if one.fits_best)


def settings() -> Settings:
    """The settings of this application."""
    found: Settings = current_app.extensions["fieldservice_settings"]
    return found


def asked(actor_id: int | None, holder: str | None = None) -> Asked:
    """Somebody asks, now."""
    return Asked(clock.now(), actor_id, settings().secret_key, holder)


def fresh_choice(territory: Territory, wish: Wish, holder: str | None = None) -> Choice:
    """The times free at this moment; days nobody has looked at yet are opened first."""
    now = clock.now()
    days = horizon(territory, now)
    if unopened(db.session(), territory, days):
        _open(territory.id, days)
    found = offers(db.session(), territory, wish, now, settings().secret_key, holder=holder)
    return choice(territory, wish, found, now)


def _open(territory_id: int, days: Sequence[date]) -> None:
    with transaction() as session:
        open_horizon(session, session.get_one(Territory, territory_id), days)
    # Whatever was read meanwhile holds a snapshot in which these days are still missing.
    db.session.rollback()


def choice(territory: Territory, wish: Wish, found: Sequence[Offer], now: datetime) -> Choice:
    """These offers by day, in order of time."""
    in_order = sorted(found, key=lambda offer: offer.window_from)
    days = tuple((day, tuple(some)) for day, some in groupby(in_order, key=lambda offer: offer.day))
    if found:
        return Choice(territory.zone, days)
    why = why_none(db.session(), territory, wish, now)
    return Choice(territory.zone, (), _nothing(territory, why), why.before)


def _nothing(territory: Territory, why: NoOffers) -> str:
    if why.skills:
        missing = gettext(
            "Nobody in %(territory)s holds the skill this takes: %(skills)s.",
            territory=territory.name,
            skills=", ".join(why.skills),
        )
        return str(missing)
    full = gettext(
        "Nobody in %(territory)s can do this before %(day)s.",
        territory=territory.name,
        day=day_words(why.before),
    )
    return str(full)


def holder() -> str | None:
    """The form that is being filled in: what it holds, nobody else may take."""
    return request.form.get("form_key", "")[:LONGEST_KEY] or None


def say_booked(visit_ids: Sequence[int]) -> None:
    """Confirm on the next page when somebody comes."""
    for visit_id in visit_ids:
        _customer, line = visit_line(db.session(), visit_id)
        if line.told_from and line.told_until:
            day = day_words(local_day(line.told_from, line.zone))
            hours = window(line.told_from, line.told_until, line.zone)
            flash(gettext("Booked: %(day)s, %(window)s.", day=day, window=hours), "success")
