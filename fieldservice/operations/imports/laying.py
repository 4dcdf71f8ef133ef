"""Promises taken over from a list get their stops: where the list says, else where they fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from fieldservice.models.assets import Asset
from fieldservice.models.customers import Contact
from fieldservice.models.plans import ServiceDay, Stop
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, WorkOrder, WorkOrderContact
from fieldservice.operations.imports.keys import in_portions
from fieldservice.operations.imports.writing import Writing
from fieldservice.operations.messages.owing import hand_in
from fieldservice.operations.messages.reminders import owe_reminders
from fieldservice.operations.plans.days import loaded_day, service_day, touch
from fieldservice.operations.plans.problems import DayProblem, problem_for
from fieldservice.operations.plans.workplan import Sequences, lay_out, place_best, sequences
from fieldservice.scheduling import problem as planner
from fieldservice.scheduling.eligibility import refusal
from fieldservice.scheduling.insertion import cheapest_on, inserted
from fieldservice.scheduling.standing import Standing

Standings = dict[int, Standing]
AT_A_TIME = 3
"""How many of the nearest routes are tried together before those farther away."""


@dataclass(frozen=True, slots=True)
class Promised:
    """A visit with its day, and the technician the customer was told of."""

    visit_id: int
    day: date
    technician_id: int | None


def keep_promises(writing: Writing, promised: Sequence[Promised]) -> int:
    """Owe every promise its reminders and give it a stop, day by day.

    Returns how many found none.
    """
    by_day: dict[date, list[Promised]] = defaultdict(list)
    for one in promised:
        by_day[one.day].append(one)
    unlaid, territory_id = 0, writing.ground.territory_id
    for done, day in enumerate(sorted(by_day)):
        writing.progress("Placing", done, len(by_day))
        _remind(writing, [one.visit_id for one in by_day[day]])
        unlaid += lay_on(writing.session, territory_id, day, by_day[day], writing.now)
        # A long list covers many days; none of them is needed again.
        writing.session.expunge_all()
    return unlaid


def _remind(writing: Writing, visit_ids: Sequence[int]) -> None:
    order = joinedload(Visit.work_order)
    contacts = order.selectinload(WorkOrder.contacts).joinedload(WorkOrderContact.contact)
    everything = (
        order.joinedload(WorkOrder.site),
        order.joinedload(WorkOrder.asset).joinedload(Asset.product),
        contacts.selectinload(Contact.consents),
        contacts.selectinload(Contact.opt_outs),
        contacts.selectinload(Contact.untextable),
    )
    session = writing.session
    # Held here, or every message would fetch it anew.
    territory = session.get_one(Territory, writing.ground.territory_id)
    for some in in_portions(visit_ids):
        query = select(Visit).where(Visit.id.in_(some)).options(*everything).order_by(Visit.id)
        with session.no_autoflush:
            owed = [
                message
                for visit in session.scalars(query)
                for message in owe_reminders(session, visit, writing.now, at_first=True)
            ]
        hand_in(session, owed)
    del territory


def lay_on(
    session: Session, territory_id: int, on: date, promised: Sequence[Promised], now: datetime
) -> int:
    """Lay a day out anew with these promises, those with a technician pinned.

    Returns how many of them stay on no route.
    """
    day = loaded_day(session, service_day(session, territory_id, on))
    at = problem_for(session, day, now)
    orders = sequences(day, at.problem)
    shifts = _shift_of(day, at)
    pinned: set[int] = set()
    known: Standings = {}
    for one in sorted(promised, key=lambda one: one.technician_id is None):
        if not at.problem.has_visit(one.visit_id):
            continue
        shift_id = shifts.get(one.technician_id or 0)
        if shift_id is not None:
            place_best(at.problem, shift_id, orders.setdefault(shift_id, []), one.visit_id)
            pinned.add(one.visit_id)
        elif one.technician_id is None:
            _fit(at, orders, known, one.visit_id)
    lay_out(session, day, at, orders)
    session.execute(update(Stop).where(Stop.visit_id.in_(pinned)).values(pinned=True))
    touch(day)
    session.flush()
    laid = {visit_id for order in orders.values() for visit_id in order}
    return sum(one.visit_id not in laid for one in promised)


def _shift_of(day: ServiceDay, at: DayProblem) -> dict[int, int]:
    """The shift of each technician who is there that day."""
    return {
        member.technician_id: route.shift_id
        for route in day.routes
        if at.problem.has_shift(route.shift_id)
        for member in route.shift.members
    }


def _fit(at: DayProblem, orders: Sequences, known: Standings, visit_id: int) -> None:
    """Give the visit a place on a route nearby; the planner will find the best one."""
    visit = at.problem.visit(visit_id)
    able = [shift for shift in at.problem.shifts if not refusal(at.problem, shift, visit)]
    for shift in able:
        if shift.id not in known:
            known[shift.id] = Standing.of(at.problem, shift, orders)
    able.sort(key=lambda shift: _detour(at, known[shift.id], visit))
    for first in range(0, len(able), AT_A_TIME):
        tried = able[first : first + AT_A_TIME]
        found = (cheapest_on(at.problem, known[shift.id], visit) for shift in tried)
        best = min((place for place in found if place), default=None)
        if best is not None:
            order = orders.get(best.shift_id, [])
            orders[best.shift_id] = list(inserted(order, best.position, visit_id))
            del known[best.shift_id]
            return


def _detour(at: DayProblem, standing: Standing, visit: planner.Visit) -> int:
    """Seconds of driving the visit adds to that route at the least, its times not asked."""
    drive, shift, here = at.problem.travel_time, standing.shift, visit.location
    return min(
        drive(shift, before, here) + drive(shift, here, after) - drive(shift, before, after)
        for before, after in standing.legs
    )
