"""Publishing a day: technicians get their routes, customers hear only what is new to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.clock import local_day
from fieldservice.errors import Refused, Stale
from fieldservice.models.customers import Channel, Contact, Customer
from fieldservice.models.plans import Route, ServiceDay, Stop
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import UPCOMING, Visit, WorkOrder, WorkOrderContact
from fieldservice.operations.audit import record
from fieldservice.operations.dispatching.publications import (
    RouteNews,
    commit,
    publication_of,
    republish_shift,
    route_news,
    undoable,
)
from fieldservice.operations.dispatching.told_windows import (
    Window,
    needs_telling,
    told,
    window_around,
)
from fieldservice.operations.messages.reminders import (
    owe_changed,
    owe_reminders,
    void_unsent,
    would_be_told,
)
from fieldservice.operations.outlook.forecasts import foretell
from fieldservice.operations.plans.breaches import Breach, breaches
from fieldservice.operations.plans.days import loaded_day, touch
from fieldservice.operations.plans.problem_waivers import STARTS
from fieldservice.operations.plans.problems import problem_for, visits_on
from fieldservice.operations.plans.waivers import (
    WAIVABLE,
    StandingWaiver,
    drop_waivers,
    standing_waivers,
    waive,
)
from fieldservice.operations.plans.workplan import findings_of, sequences
from fieldservice.said import said
from fieldservice.scheduling.check import Findings

__all__ = ["PublishPreview", "Telling", "hold_ends", "preview", "publish", "republish_shift"]


@dataclass(frozen=True, slots=True)
class Telling:
    """A window some contacts of a visit will be told."""

    visit: Visit
    before: Window | None
    window: Window
    ways: tuple[Channel, ...]
    """How each of them is told."""

    @property
    def contacts(self) -> int:
        """How many people are told."""
        return len(self.ways)

    @property
    def is_new(self) -> bool:
        """Whether they were never told any."""
        return self.before is None


@dataclass(frozen=True, slots=True)
class PublishPreview:
    """Exactly what publishing this version of the day would do."""

    version: int
    tellings: tuple[Telling, ...]
    routes: tuple[RouteNews, ...]
    accepted: tuple[Breach, ...]
    broken: tuple[Breach, ...]
    """Rules nobody waived yet; publishing accepts them."""
    waivers: tuple[StandingWaiver, ...]
    unassigned: tuple[Visit, ...]
    """Promised visits that are on no route."""
    hold_minutes: int
    keeps_silent: bool

    @property
    def ways(self) -> Counter[Channel]:
        """How many are told at once, by the way they are told; reminders follow as usual."""
        return Counter(way for one in self.tellings for way in one.ways)

    @property
    def texts(self) -> int:
        """How many texts are owed at once."""
        return self.ways[Channel.SMS]

    @property
    def messages(self) -> int:
        """How many are told at once, whichever way."""
        return self.ways.total()

    @property
    def nothing_new(self) -> bool:
        """Whether everybody knows all of it already."""
        return not self.routes and not self.tellings


def preview(session: Session, day: ServiceDay, now: datetime) -> PublishPreview:
    """What would be texted to whom, and which routes change, if the day were published now."""
    day = loaded_day(session, day)
    territory = session.get_one(Territory, day.territory_id)
    rows = visits_on(session, day)
    findings = _findings(session, day, now)
    placed = {stop.visit_id for route in day.routes for stop in route.stops}
    return PublishPreview(
        version=day.version,
        tellings=_tellings(session, day, territory),
        routes=route_news(session, day),
        accepted=breaches(session, day, findings.accepted),
        broken=breaches(session, day, findings.introduced),
        waivers=standing_waivers(session, [row.id for row in rows], now),
        unassigned=tuple(
            row for row in rows if row.id not in placed and row.told_from and row.state in UPCOMING
        ),
        hold_minutes=territory.publish_hold_minutes,
        keeps_silent=territory.keeps_silent,
    )


def publish(
    session: Session,
    day: ServiceDay,
    now: datetime,
    actor_id: int | None,
    expected_version: int | None,
) -> PublishPreview:
    """Give the routes out and owe the texts, held back for a few minutes; what was done."""
    if expected_version is not None and day.version != expected_version:
        raise Stale("The day changed since this preview was made. Look at it again.")
    done = preview(session, day, now)
    _refuse_unpublishable(session, day, now)
    _accept_broken(session, day, now, actor_id)
    before = _as_it_stands(day, done)
    for telling in done.tellings:
        _promise(session, telling)
    commit(session, day.routes)
    held = undoable(session, day) if done.nothing_new else []
    touch(day)
    if not held:
        day.published_at = now
    day.published_version = before["as_version"] = day.version
    for publication in held:
        # Nothing was given out, so what waits can still be taken back, and no later than before.
        publication.undo = {**(publication.undo or {}), "as_version": day.version}
    for place, news in enumerate(done.routes):
        undo = before if place == 0 else {"as_version": day.version}
        session.add(publication_of(day, news, now, undo=undo))
    session.flush()
    due_at = hold_ends(now, done.hold_minutes)
    for telling in done.tellings:
        _tell(session, telling, now, due_at)
    foretell(session, day, now)
    record(session, now, actor_id, "service_day.published", day, texts=done.messages)
    session.flush()
    return done


def hold_ends(published_at: datetime, minutes: int) -> datetime:
    """When the texts of a publication leave, and it can be taken back no more."""
    return published_at + timedelta(minutes=minutes)


def _findings(session: Session, day: ServiceDay, now: datetime) -> Findings:
    problem = problem_for(session, day, now).problem
    return findings_of(problem, sequences(day, problem))


def _tellings(session: Session, day: ServiceDay, territory: Territory) -> tuple[Telling, ...]:
    new = [
        (route, stop, stop.visit)
        for route in day.routes
        for stop in route.stops
        if stop.visit is not None and needs_telling(stop.visit, stop)
    ]
    _load_contacts(session, [visit.id for _, _, visit in new])
    found = []
    for route, stop, visit in new:
        window = _window(stop, visit, route, territory)
        ways = tuple(one.channel for one in would_be_told(session, visit, window))
        found.append(Telling(visit, told(visit), window, ways))
    return tuple(found)


def _load_contacts(session: Session, visit_ids: Sequence[int]) -> None:
    """Read in few queries what telling these visits asks for one by one."""
    order = joinedload(Visit.work_order)
    own = order.joinedload(WorkOrder.customer).selectinload(Customer.contacts)
    named = order.selectinload(WorkOrder.contacts).joinedload(WorkOrderContact.contact)
    known = [
        people.selectinload(what)
        for people in (own, named)
        for what in (Contact.consents, Contact.opt_outs, Contact.untextable)
    ]
    session.scalars(select(Visit).where(Visit.id.in_(visit_ids)).options(*known)).all()


def _window(stop: Stop, visit: Visit, route: Route, territory: Territory) -> Window:
    earliest = max(route.shift.starts_at, visit.earliest_at or route.shift.starts_at)
    zone = visit.work_order.site.zone
    return window_around(stop.starts_at, territory.window_minutes, zone, earliest)


def _refuse_unpublishable(session: Session, day: ServiceDay, now: datetime) -> None:
    zone = session.get_one(Territory, day.territory_id).zone
    if day.day < local_day(now, zone):
        raise Refused("%(day)s is over. Publish today or a later day.", "date", day=day.day)
    if not any(stop.visit_id for route in day.routes for stop in route.stops) and (
        day.published_at is None
    ):
        raise Refused(
            "No visit of %(day)s is on a route yet. Plan the day first.", "date", day=day.day
        )


def _accept_broken(session: Session, day: ServiceDay, now: datetime, actor_id: int | None) -> None:
    """Whoever publishes what breaks a rule, after reading so, has waived it."""
    last = {
        route.shift_id: stop.visit_id
        for route in day.routes
        for stop in sorted(route.stops, key=lambda one: one.position)
        if stop.visit_id is not None
    }
    for one in _findings(session, day, now).introduced:
        concerned = one.visit_id or last.get(one.shift_id or 0)
        if one.rule not in WAIVABLE or concerned is None or concerned < 0:
            raise Refused(
                "This plan cannot be published: %(why)s Plan the day again.", "date", why=one.text
            )
        waive(session, day, concerned, [one], now, actor_id, said("published so"))


def _as_it_stands(day: ServiceDay, done: PublishPreview) -> dict[str, Any]:
    """What undoing must bring back."""
    telling = {one.visit.id: one for one in done.tellings}
    visits = {}
    for route in day.routes:
        for stop in route.stops:
            visit = stop.visit
            if visit is None or visit.state not in UPCOMING:
                continue
            told_anew = telling.get(visit.id)
            visits[str(visit.id)] = {
                "state": visit.state.value,
                "committed": stop.committed,
                "version_after": visit.version + (1 if told_anew else 0),
                "told_anew": told_anew is not None,
                "told": [one.isoformat() for one in told(visit) or ()],
            }
    published_at = day.published_at.isoformat() if day.published_at else None
    return {
        "visits": visits,
        "published_at": published_at,
        "published_version": day.published_version,
    }


def _promise(session: Session, telling: Telling) -> None:
    visit = telling.visit
    # The new promise is kept as planned, so the old one is broken no more.
    drop_waivers(session, visit.id, STARTS)
    visit.told_from, visit.told_until = telling.window
    visit.confirmed_at = None
    visit.version += 1


def _tell(session: Session, telling: Telling, now: datetime, due_at: datetime) -> None:
    void_unsent(session, telling.visit, now, said("the arrival window was published anew"))
    owe_changed(session, telling.visit, now, telling.before, due_at=due_at)
    owe_reminders(session, telling.visit, now)
