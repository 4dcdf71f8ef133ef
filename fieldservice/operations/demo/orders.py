"""Work orders of a demo day: what customers want, promised as a dispatcher would promise it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.clock import instant, wall
from fieldservice.models.assets import Asset
from fieldservice.models.kinds import Kind
from fieldservice.models.plans import ServiceDay
from fieldservice.models.technicians import Skill
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import (
    ENDED,
    RequiredSkill,
    Visit,
    VisitState,
    WorkOrder,
    WorkOrderContact,
)
from fieldservice.operations.bookings.references import next_reference
from fieldservice.operations.demo.company import MINUTES
from fieldservice.operations.plans.days import touch
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import Sequences, lay_out, sequences
from fieldservice.scheduling.insertion import insertions
from fieldservice.scheduling.problem import Problem

SHARES = {
    Kind.MAINTENANCE: 30,
    Kind.REPAIR: 32,
    Kind.INSPECTION: 18,
    Kind.INSTALLATION: 10,
    Kind.DEMONSTRATION: 10,
}
WANTED = {
    Kind.INSTALLATION: ("Install and hand over", "Replace the old one", "Connect and set up"),
    Kind.MAINTENANCE: ("Yearly service", "Clean and check", "Service under contract"),
    Kind.REPAIR: (
        "No heat since yesterday",
        "Leaks under load",
        "Error on the display",
        "Too loud",
    ),
    Kind.DEMONSTRATION: ("Show how to use the timer", "Explain the app", "Energy saving settings"),
    Kind.INSPECTION: ("Check after installation", "Six-month check", "Look at the noise again"),
}
TWO_HOURS = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Wish:
    """One demand: by which asset's owner, of which kind."""

    asset: Asset
    kind: Kind


def wishes(session: Session, territory: Territory, count: int, rng: random.Random) -> list[Wish]:
    """Demands of customers who have nothing waiting yet."""
    busy = select(WorkOrder.customer_id).join(Visit).where(Visit.state.not_in(ENDED))
    assets = list(
        session.scalars(
            select(Asset)
            .join(Asset.customer)
            .where(Asset.customer.has(territory_id=territory.id), Asset.customer_id.not_in(busy))
            .options(joinedload(Asset.product), joinedload(Asset.customer))
            .order_by(Asset.id)
        )
    )
    one_each = list({asset.customer_id: asset for asset in assets}.values())
    kinds = rng.choices(list(SHARES), weights=list(SHARES.values()), k=count)
    return [
        Wish(asset, kind) for asset, kind in zip(rng.sample(one_each, count), kinds, strict=True)
    ]


def order(
    session: Session,
    territory: Territory,
    wish: Wish,
    rng: random.Random,
    now: datetime,
    skills: dict[str, Skill],
) -> WorkOrder:
    """The work order of a wish with its one visit, not yet on any day."""
    asset = wish.asset
    contact = asset.customer.contacts[0]
    work_order = WorkOrder(
        territory_id=territory.id,
        customer_id=asset.customer_id,
        site_id=asset.site_id,
        asset_id=asset.id,
        reference=next_reference(session, territory, now),
        kind=wish.kind,
        summary=f"{rng.choice(WANTED[wish.kind])} ({asset.product.name})",
        priority=rng.choice((0, 0, 0, 20, 40)) if wish.kind is Kind.REPAIR else 0,
        created_at=now,
        skills=_skills(wish, rng, skills),
        contacts=[WorkOrderContact(contact_id=contact.id)],
        visits=[
            Visit(
                territory_id=territory.id,
                duration_minutes=MINUTES[wish.kind] + rng.choice((-5, 0, 0, 5, 10)),
                created_at=now,
            )
        ],
    )
    session.add(work_order)
    session.flush()
    return work_order


def _skills(wish: Wish, rng: random.Random, skills: dict[str, Skill]) -> list[RequiredSkill]:
    if wish.kind in (Kind.DEMONSTRATION, Kind.INSPECTION):
        return []
    level = 2 if wish.kind is Kind.REPAIR and rng.random() < 0.3 else 1
    name = str(wish.asset.product.external_id)
    return [RequiredSkill(skill_id=skills[name].id, level=level)]


def fill(
    session: Session, territory: Territory, day: ServiceDay, count: int, now: datetime
) -> list[Visit]:
    """Book visits onto the day one after the other, each where it still fits.

    What fits nowhere any more goes to the backlog, as at a real desk.
    """
    rng = random.Random(f"{territory.slug} {day.day}")
    skills = {skill.name: skill for skill in session.scalars(select(Skill))}
    visits = [
        order(session, territory, wish, rng, now, skills).visits[0]
        for wish in wishes(session, territory, count, rng)
    ]
    for visit in visits:
        visit.state, visit.service_on = VisitState.BOOKED, day.day
    session.flush()
    at = problem_for(session, day, now)
    orders = sequences(day, at.problem)
    for visit in visits:
        if not _insert(at.problem, orders, visit, rng):
            visit.state, visit.service_on = VisitState.REQUESTED, None
    lay_out(session, day, at, orders)
    starts = {stop.visit_id: stop.starts_at for route in day.routes for stop in route.stops}
    booked = [visit for visit in visits if visit.id in starts]
    for visit in booked:
        _promise(visit, starts[visit.id], territory.zone, rng)
    touch(day)
    session.flush()
    return booked


def _insert(problem: Problem, orders: Sequences, visit: Visit, rng: random.Random) -> bool:
    found = insertions(problem, orders, problem.visit(visit.id))
    if not found:
        return False
    # A dispatcher does not always get the best window: one of the better ones it is.
    chosen = found[min(len(found) - 1, rng.choice((0, 0, 1, 2)))]
    orders.setdefault(chosen.shift_id, []).insert(chosen.position, visit.id)
    return True


def _promise(visit: Visit, starts_at: datetime, zone: str, rng: random.Random) -> None:
    """Tell a two-hour window to most, half a day to some, and only the day to a few."""
    local = wall(starts_at, zone)
    kind = rng.random()
    if kind < 0.6:
        first = instant(local.date(), time(local.hour - local.hour % 2), zone)
        visit.told_from, visit.told_until = first, first + TWO_HOURS
    elif kind < 0.85:
        morning = local.hour < 13
        visit.told_from = instant(local.date(), time(8 if morning else 13), zone)
        visit.told_until = instant(local.date(), time(13 if morning else 18), zone)


def put_aside(session: Session, territory: Territory, count: int, now: datetime) -> None:
    """Requests that wait for an appointment."""
    rng = random.Random(f"backlog {territory.slug}")
    skills = {skill.name: skill for skill in session.scalars(select(Skill))}
    for wish in wishes(session, territory, count, rng):
        order(session, territory, wish, rng, now, skills)


def impossible(
    session: Session, territory: Territory, day: ServiceDay, now: datetime
) -> Sequence[Visit]:
    """Promises nobody can keep, as every office has some: the planner has to say why."""
    rng = random.Random(f"impossible {day.day}")
    skills = {skill.name: skill for skill in session.scalars(select(Skill))}
    late, rare, early = wishes(session, territory, 3, rng)
    visits = [
        order(session, territory, wish, rng, now, skills).visits[0] for wish in (late, rare, early)
    ]
    for visit in visits:
        visit.state, visit.service_on = VisitState.BOOKED, day.day
    _between(visits[0], day.day, time(20), time(21), territory.zone)
    visits[1].work_order.skills.clear()
    session.flush()
    visits[1].work_order.skills.append(RequiredSkill(skill_id=skills["refrigerants"].id, level=3))
    _between(visits[2], day.day, time(6), time(6, 45), territory.zone)
    touch(day)
    session.flush()
    return visits


def _between(visit: Visit, day: date, first: time, last: time, zone: str) -> None:
    visit.told_from = instant(day, first, zone)
    visit.told_until = instant(day, last, zone)
