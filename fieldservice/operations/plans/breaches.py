"""What a plan breaks, in sentences for the office: names and wall times instead of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from fieldservice.clock import wall
from fieldservice.models.plans import ServiceDay
from fieldservice.models.technicians import Shift, ShiftMember
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import RequiredSkill, Visit, WorkOrder
from fieldservice.operations.plans.problem_visits import allowed_start
from fieldservice.operations.plans.waivers import rule_words
from fieldservice.scheduling.check import Violation
from fieldservice.scheduling.problem import Rule


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule, told to a person."""

    rule: str
    words: str
    text: str
    visit_id: int | None
    shift_id: int | None


def breaches(
    session: Session, day: ServiceDay, violations: Iterable[Violation]
) -> tuple[Breach, ...]:
    """These violations of a day's plan as sentences."""
    found = tuple(violations)
    visits = _visits(session, {one.visit_id for one in found if one.visit_id and one.visit_id > 0})
    names = _names(session, {one.shift_id for one in found if one.shift_id})
    zone = session.get_one(Territory, day.territory_id).zone
    return tuple(
        Breach(
            rule=one.rule.value,
            words=rule_words(one.rule.value),
            text=_sentence(one, visits, names, zone),
            visit_id=one.visit_id,
            shift_id=one.shift_id,
        )
        for one in found
    )


def _visits(session: Session, ids: set[int]) -> dict[int, Visit]:
    order = joinedload(Visit.work_order)
    rows = session.scalars(
        select(Visit)
        .where(Visit.id.in_(ids))
        .options(
            order.joinedload(WorkOrder.customer),
            order.selectinload(WorkOrder.skills).joinedload(RequiredSkill.skill),
        )
    )
    return {row.id: row for row in rows}


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    rows = session.scalars(
        select(Shift)
        .where(Shift.id.in_(ids))
        .options(selectinload(Shift.members).joinedload(ShiftMember.technician))
    )
    return {row.id: row.lead.name for row in rows}


def _sentence(
    one: Violation, visits: Mapping[int, Visit], names: Mapping[int, str], zone: str
) -> str:
    visit = visits.get(one.visit_id or 0)
    who = names.get(one.shift_id or 0, "The technician")
    if visit is None:
        return _of_shift(one, who)
    customer = visit.work_order.customer.name
    if one.rule is Rule.SKILL:
        wanted = ", ".join(f"{s.skill.name} level {s.level}" for s in visit.work_order.skills)
        return f"{who} lacks a skill the visit to {customer} needs ({wanted})."
    if one.rule in (Rule.WINDOW, Rule.LATENESS):
        window = _window(*allowed_start(visit), zone)
        return f"{customer} would be reached {minutes(one.amount)} outside {window}."
    return f"{customer}: {one.text}"


def _of_shift(one: Violation, who: str) -> str:
    if one.rule in (Rule.OVERTIME, Rule.SHIFT_HOURS):
        return f"{who} would finish {minutes(one.amount)} after the latest end of the day."
    if one.rule is Rule.BREAK:
        return f"{who} could not take a break in its hours ({minutes(one.amount)} off)."
    return f"{who}: {one.text}"


def _window(first: datetime | None, last: datetime | None, zone: str) -> str:
    if first is None and last is None:
        return "the hours it may start"
    start = f"{wall(first, zone):%H:%M}" if first else ""
    end = f"{wall(last, zone):%H:%M}" if last else ""
    return f"its window {start}–{end}"


def minutes(seconds: int) -> str:
    """An amount of time as people say it."""
    whole = max(1, round(seconds / 60))
    hours, rest = divmod(whole, 60)
    return f"{hours} h {rest:02d} min" if hours else f"{whole} min"
