"""What changed on a published route, old against new, and whether its technician has seen it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound
from fieldservice.models.plans import Publication, StopKind
from fieldservice.models.technicians import Activity, Shift
from fieldservice.models.work_orders import Visit
from fieldservice.operations import audit
from fieldservice.operations.attention import UNSEEN_AFTER
from fieldservice.operations.dispatching.publications import known_stops
from fieldservice.operations.road.own_routes import PublishedStop, publications, stops_of


class Change(enum.StrEnum):
    """What happened to one stop."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    ORDER = "order"
    """Same hour, another place in the order."""


@dataclass(frozen=True, slots=True)
class StopChange:
    """One stop that is no longer as the technician knew it."""

    change: Change
    title: str
    was_at: datetime | None
    is_at: datetime | None


@dataclass(frozen=True, slots=True)
class RouteChange:
    """All that changed on one published route since its technician last looked."""

    publication_id: int
    published_at: datetime
    stops: tuple[StopChange, ...]


@dataclass(frozen=True, slots=True)
class Unseen:
    """A changed route nobody in the van has looked at yet."""

    shift_id: int
    publication_id: int
    published_at: datetime
    overdue: bool
    """Ten minutes have passed: somebody should ring them."""


Key = tuple[StopKind, int]


def unseen_changes(session: Session, technician_id: int, day: date) -> tuple[RouteChange, ...]:
    """What the technician must still see about that day."""
    found: list[RouteChange] = []
    for some in publications(session, technician_id, day).values():
        newest = some[-1]
        if newest.changes_previous and newest.seen_at is None:
            changes = _between(session, known_stops(some[:-1] or some), stops_of(newest))
            found.append(RouteChange(newest.id, newest.published_at, changes))
    return tuple(found)


def see(
    session: Session,
    now: datetime,
    technician_id: int,
    user_id: int | None,
    publication_ids: Iterable[int],
) -> None:
    """The technician has read these changes; what was published since stays unseen."""
    for publication_id in publication_ids:
        publication = session.get(Publication, publication_id)
        if publication is None or not _is_in_van(publication.shift, technician_id):
            raise NotFound("This route is not yours.")
        if publication.seen_at is not None:
            continue
        session.execute(
            update(Publication)
            .where(
                Publication.shift_id == publication.shift_id,
                Publication.id <= publication_id,
                Publication.seen_at.is_(None),
            )
            .values(seen_at=now)
        )
        audit.record(session, now, user_id, "route.seen", publication, technician_id=technician_id)


def unseen_on(session: Session, service_day_id: int, now: datetime) -> tuple[Unseen, ...]:
    """The changed routes of a day that nobody in their van has looked at, for the dispatcher."""
    found: dict[int, Publication] = {}
    for publication in session.scalars(
        select(Publication)
        .where(Publication.service_day_id == service_day_id)
        .order_by(Publication.id)
    ):
        found[publication.shift_id] = publication
    return tuple(
        Unseen(one.shift_id, one.id, one.published_at, now - one.published_at >= UNSEEN_AFTER)
        for one in found.values()
        if one.changes_previous and one.seen_at is None
    )


def _is_in_van(shift: Shift, technician_id: int) -> bool:
    return any(member.technician_id == technician_id for member in shift.members)


def _between(
    session: Session, old: Sequence[PublishedStop], new: Sequence[PublishedStop]
) -> tuple[StopChange, ...]:
    before, after = _by_key(old), _by_key(new)
    titles = _titles(session, {*before, *after})
    out_of_order = _out_of_order([key for key in before if key in after], list(after))
    changes = [
        StopChange(change, titles[key], _start(before, key), _start(after, key))
        for key in [*after, *(key for key in before if key not in after)]
        if (change := _change(before.get(key), after.get(key), key in out_of_order))
    ]
    return tuple(changes)


def _change(
    old: PublishedStop | None, new: PublishedStop | None, out_of_order: bool
) -> Change | None:
    if old is None or new is None:
        return Change.ADDED if new is not None else Change.REMOVED
    if _minute(old.starts_at) != _minute(new.starts_at):
        return Change.MOVED
    return Change.ORDER if out_of_order else None


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _start(stops: dict[Key, PublishedStop], key: Key) -> datetime | None:
    return stops[key].starts_at if key in stops else None


def _by_key(stops: Sequence[PublishedStop]) -> dict[Key, PublishedStop]:
    """Visits and activities; breaks are nobody's promise and may shift unsaid."""
    return {
        (stop.kind, stop.visit_id or stop.activity_id or 0): stop
        for stop in stops
        if stop.kind is not StopKind.BREAK
    }


def _out_of_order(old: Sequence[Key], new: Sequence[Key]) -> set[Key]:
    """The stops on both routes whose neighbour before them is another one now."""
    common = [key for key in new if key in set(old)]
    return {is_now for was, is_now in zip(old, common, strict=True) if was != is_now}


def _titles(session: Session, keys: set[Key]) -> dict[Key, str]:
    visits = [number for kind, number in keys if kind is StopKind.VISIT]
    activities = [number for kind, number in keys if kind is StopKind.ACTIVITY]
    titles: dict[Key, str] = dict.fromkeys(keys, "")
    for visit in session.scalars(select(Visit).where(Visit.id.in_(visits))):
        titles[StopKind.VISIT, visit.id] = visit.work_order.customer.name
    for activity in session.scalars(select(Activity).where(Activity.id.in_(activities))):
        titles[StopKind.ACTIVITY, activity.id] = activity.title
    return titles
