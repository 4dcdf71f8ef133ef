"""Rules a person has chosen to break: said first, kept with a name, never made worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fieldservice.clock import day_span
from fieldservice.models.customers import Customer
from fieldservice.models.plans import ServiceDay, Waiver
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.operations.audit import record
from fieldservice.said import said
from fieldservice.scheduling.check import Findings, Violation
from fieldservice.scheduling.problem import Rule

WAIVABLE = frozenset(
    {Rule.SKILL, Rule.WINDOW, Rule.LATENESS, Rule.SHIFT_HOURS, Rule.OVERTIME, Rule.BREAK}
)
RULE_WORDS = {
    Rule.SKILL: said("Skill missing"),
    Rule.WINDOW: said("Outside the promised window"),
    Rule.LATENESS: said("Much too late"),
    Rule.SHIFT_HOURS: said("Outside working hours"),
    Rule.OVERTIME: said("Too much overtime"),
    Rule.BREAK: said("Lunch break not kept"),
    Rule.PIN: said("Not where it is pinned"),
}


@dataclass(frozen=True, slots=True)
class StandingWaiver:
    """A waiver that counts now, as the office reads it."""

    visit_id: int
    customer: str
    rule: str
    words: str
    given_by_id: int | None
    until: datetime
    reason: str | None


def rule_words(rule: str) -> str:
    """A rule as the office says it."""
    known = {str(one): words for one, words in RULE_WORDS.items()}
    return known.get(rule, rule.replace("_", " ").capitalize())


def worsened(before: Findings, after: Findings) -> tuple[Violation, ...]:
    """What is newly broken, or broken further, by no decision a person has taken."""
    amounts: Counter[tuple[Rule, int | None, int | None]] = Counter()
    for violation in (*before.introduced, *before.accepted):
        amounts[_key(violation)] += violation.amount
    return tuple(one for one in after.introduced if one.amount > amounts[_key(one)])


def _key(violation: Violation) -> tuple[Rule, int | None, int | None]:
    # A visit keeps its lateness when it changes hands; hours and breaks belong to the shift.
    shift_id = violation.shift_id if violation.visit_id is None else None
    return violation.rule, shift_id, violation.visit_id


def waive(
    session: Session,
    day: ServiceDay,
    visit_id: int,
    violations: Iterable[Violation],
    now: datetime,
    actor_id: int | None,
    reason: str | None,
) -> None:
    """Write down until the end of the day that these rules are broken on purpose.

    What concerns a whole shift is waived for `visit_id`, the visit that was put there.
    """
    zone = session.get_one(Territory, day.territory_id).zone
    until = day_span(day.day, zone)[1]
    for concerned, rule in sorted({(one.visit_id or visit_id, one.rule) for one in violations}):
        waiver = session.scalar(
            select(Waiver).where(Waiver.visit_id == concerned, Waiver.rule == rule.value)
        ) or Waiver(visit_id=concerned, rule=rule.value)
        waiver.given_by_id, waiver.given_at = actor_id, now
        waiver.until, waiver.reason = until, reason
        session.add(waiver)
        record(session, now, actor_id, "waiver.given", waiver, visit_id=concerned, rule=rule.value)
    session.flush()


def drop_waivers(session: Session, visit_id: int, rules: Iterable[Rule] | None = None) -> None:
    """Forget what was waived for a visit, or these rules of it, because it holds no more."""
    gone = delete(Waiver).where(Waiver.visit_id == visit_id)
    if rules is not None:
        gone = gone.where(Waiver.rule.in_([rule.value for rule in rules]))
    session.execute(gone)
    session.flush()


def standing_waivers(
    session: Session, visit_ids: Sequence[int], now: datetime
) -> tuple[StandingWaiver, ...]:
    """What counts now of what was waived for these visits."""
    rows = session.execute(
        select(Waiver, Customer.name)
        .join(Visit, Visit.id == Waiver.visit_id)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(Customer, Customer.id == WorkOrder.customer_id)
        .where(Waiver.visit_id.in_(visit_ids), Waiver.until > now)
        .order_by(Waiver.visit_id, Waiver.rule)
    )
    return tuple(
        StandingWaiver(
            visit_id=row.visit_id,
            customer=customer,
            rule=row.rule,
            words=rule_words(row.rule),
            given_by_id=row.given_by_id,
            until=row.until,
            reason=row.reason,
        )
        for row, customer in rows
    )
