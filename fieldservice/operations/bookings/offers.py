"""Times that can be offered to a customer, each truly kept by that day's working plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.clock import local_day
from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.operations.bookings.expecting import Expecting
from fieldservice.operations.bookings.holds import own_holds
from fieldservice.operations.bookings.keeping import is_sure
from fieldservice.operations.bookings.long_work import day_minutes, shares
from fieldservice.operations.bookings.offer_tokens import Leg, seal
from fieldservice.operations.bookings.openings import (
    LEAD,
    Candidate,
    Opening,
    TrialDay,
    openings,
    trial_days,
)
from fieldservice.operations.bookings.windows import ArrivalWindow, windows_on
from fieldservice.operations.bookings.wishes import Wish
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.plans.opening import open_days

FITTING_BEST = 3
"""How many of the cheapest times that are likely kept are pointed out."""
LOOKED_AT = 8
"""Among how many of the cheapest these are looked for."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One arrival window that can be kept, and what it costs in driving.

    Work longer than a shift has a leg for each of its days; the window is that of the first.
    """

    day: date
    window_from: datetime
    window_until: datetime
    shift_id: int
    technician: str
    planned_start: datetime
    extra_seconds: int
    expected_cost: int
    """What it will have cost when its day comes, in seconds of driving; the cheapest is first."""
    legs: tuple[Leg, ...]
    token: str
    fits_best: bool = False


def horizon(territory: Territory, now: datetime, days: int | None = None) -> list[date]:
    """The days times are offered on, today first."""
    today = local_day(now, territory.zone)
    return [today + timedelta(days=step) for step in range(days or territory.offer_days)]


def unopened(session: Session, territory: Territory, wanted: Sequence[date]) -> list[date]:
    """Those of the days that nobody has opened yet."""
    opened = select(ServiceDay.day).where(
        ServiceDay.territory_id == territory.id, ServiceDay.day.in_(wanted)
    )
    known = set(session.scalars(opened))
    return [day for day in wanted if day not in known]


def open_horizon(session: Session, territory: Territory, wanted: Sequence[date]) -> None:
    """Open the days that are not open yet, and touch no others."""
    open_days(session, territory, wanted)
    for day in unopened(session, territory, wanted):
        service_day(session, territory.id, day)


def offers(
    session: Session,
    territory: Territory,
    wish: Wish,
    now: datetime,
    secret: str,
    *,
    days: int | None = None,
    holder: str | None = None,
) -> list[Offer]:
    """The windows that can be kept, the cheapest to expect first.

    Days that are not open offer nothing, and what the customer has already is no offer.

    Everybody's holds count as taken, except those of `holder`.
    """
    asked = horizon(territory, now, days)
    trials = trial_days(session, territory, asked, wish, now, own_holds(session, holder))
    found = [one for one in _found(trials, territory, wish, now) if _windows(one) != wish.told]
    expecting = Expecting.of(session, territory, wish, local_day(now, territory.zone))
    made = [(_offer(one, expecting, territory, wish, now, secret), one) for one in found]
    ranked = sorted(made, key=lambda pair: (pair[0].expected_cost, pair[0].window_from))
    best = _best(
        [one for _, one in ranked], lambda one: is_sure(session, *one, territory, wish, now)
    )
    return [replace(offer, fits_best=at in best) for at, (offer, _) in enumerate(ranked)]


Found = list[tuple[TrialDay, Opening]]
"""The openings that together make one offer, one a day."""


def _best(ranked: Sequence[Found], is_kept: Callable[[tuple[TrialDay, Opening]], bool]) -> set[int]:
    """The places of the cheapest that are likely kept, on their first day; else of the cheapest."""
    sure: list[int] = []
    for at, one in enumerate(ranked[:LOOKED_AT]):
        if len(sure) < FITTING_BEST and is_kept(one[0]):
            sure.append(at)
    others = (at for at in range(len(ranked)) if at not in sure)
    return {*sure, *islice(others, FITTING_BEST - len(sure))}


def _found(
    trials: Sequence[TrialDay], territory: Territory, wish: Wish, now: datetime
) -> Iterator[Found]:
    longest = 0
    for trial in trials:
        longest = max(longest, day_minutes(trial, territory, wish))
        if wish.duration_minutes <= longest:
            return _one_day(trials, territory, wish, now)
    return _several_days(trials, territory, wish, now, longest) if longest else iter(())


def _one_day(
    trials: Iterable[TrialDay], territory: Territory, wish: Wish, now: datetime
) -> Iterator[Found]:
    for trial in trials:
        candidates = candidates_on(trial, territory, wish, now, wish.duration_minutes)
        found = openings(trial, territory, wish, candidates)
        yield from ([(trial, opening)] for opening in found)


def _several_days(
    trials: Sequence[TrialDay], territory: Territory, wish: Wish, now: datetime, longest: int
) -> Iterator[Found]:
    working = [trial for trial in trials if trial.shifts]
    minutes = shares(wish.duration_minutes, longest)
    for at in range(len(working) - len(minutes) + 1):
        run = working[at : at + len(minutes)]
        by_window: dict[ArrivalWindow, Found] = {}
        for technician_id in sorted({lead.technician_id for lead in run[0].lead_of.values()}):
            found = _together(run, minutes, technician_id, territory, wish, now)
            if not found:
                continue
            told = found[0][1].candidate.window
            known = by_window.get(told)
            if known is None or _cost(found) < _cost(known):
                by_window[told] = found
        yield from by_window.values()


def _together(
    run: Sequence[TrialDay],
    minutes: Sequence[int],
    technician_id: int,
    territory: Territory,
    wish: Wish,
    now: datetime,
) -> Found:
    """The cheapest opening on each of these days with the same technician, or nothing at all."""
    found: Found = []
    for trial, share in zip(run, minutes, strict=True):
        shifts = frozenset(
            one for one, lead in trial.lead_of.items() if lead.technician_id == technician_id
        )
        candidates = candidates_on(trial, territory, wish, now, share, shifts)
        best = next(iter(openings(trial, territory, wish, candidates)), None)
        if best is None:
            return []
        found.append((trial, best))
    return found


def candidates_on(
    trial: TrialDay,
    territory: Territory,
    wish: Wish,
    now: datetime,
    minutes: int,
    shifts: frozenset[int] | None = None,
) -> list[Candidate]:
    """The wish in each window of the day in which somebody works and nothing is past."""
    return [
        Candidate(window, minutes, shifts)
        for window in windows_on(trial.day.day, territory.zone, territory.window_minutes)
        if window.from_at >= now + LEAD and _allowed(wish, window) and _worked(trial, window)
    ]


def _allowed(wish: Wish, window: ArrivalWindow) -> bool:
    first, last = wish.allowed_in(window)
    return first <= last


def _worked(trial: TrialDay, window: ArrivalWindow) -> bool:
    """Whether somebody's shift has begun by its middle; an hour more would be waited in vain."""
    begins = trial.at.clockface.seconds(window.from_at)
    ends = trial.at.clockface.seconds(window.until_at)
    middle = (begins + ends) // 2
    return any(begins < one.window.end and one.window.start <= middle for one in trial.shifts)


def _windows(found: Found) -> tuple[ArrivalWindow, ...]:
    return tuple(opening.candidate.window for _, opening in found)


def _cost(found: Found) -> int:
    return sum(opening.cost for _, opening in found)


def _offer(
    found: Found,
    expecting: Expecting,
    territory: Territory,
    wish: Wish,
    now: datetime,
    secret: str,
) -> Offer:
    legs = tuple(
        Leg(
            trial.day.day,
            opening.candidate.window,
            opening.shift_id,
            opening.candidate.minutes,
        )
        for trial, opening in found
    )
    first_day, first = found[0]
    return Offer(
        day=legs[0].day,
        window_from=legs[0].window.from_at,
        window_until=legs[0].window.until_at,
        shift_id=first.shift_id,
        technician=first_day.lead_of[first.shift_id].name,
        planned_start=first.starts_at,
        extra_seconds=sum(opening.extra_seconds for _, opening in found),
        expected_cost=sum(expecting.cost(*leg) for leg in found),
        legs=legs,
        token=seal(secret, territory.id, wish, legs, now),
    )
