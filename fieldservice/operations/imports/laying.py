"""Promises taken over from a list get their stops: where the list says, else where they fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from fieldservice.models.assets import Asset
from fieldservice.models.customers import Contact, Customer
from fieldservice.models.plans import ServiceDay, Stop
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, WorkOrder, WorkOrderContact
from fieldservice.operations.imports.keys import in_portions
from fieldservice.operations.imports.writing import Writing
from fieldservice.operations.messages.owing import hand_in
from fieldservice.operations.messages.reminders import owe_reminders
from fieldservice.operations.plans.days import loaded_day, service_day, touch
from fieldservice.operations.plans.one_route import is_whole, write_route
from fieldservice.operations.plans.opening import open_days
from fieldservice.operations.plans.problems import DayProblem, read_problem
from fieldservice.operations.plans.workplan import Sequences, lay_out, orders_read, place_best
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
    _remind(writing, [one.visit_id for one in promised])
    open_days(writing.session, writing.session.get_one(Territory, territory_id), by_day)
    for done, day in enumerate(sorted(by_day)):
        writing.progress("Placing", done, len(by_day))
        unlaid += lay_on(writing.session, territory_id, day, by_day[day], writing.now)
        # A long list covers many days; none of them is needed again.
        writing.session.expunge_all()
    return unlaid


def _remind(writing: Writing, visit_ids: Sequence[int]) -> None:
    order = joinedload(Visit.work_order)
    named = order.selectinload(WorkOrder.contacts).joinedload(WorkOrderContact.contact)
    others = order.joinedload(WorkOrder.customer).selectinload(Customer.contacts)
    everything = (
        order.joinedload(WorkOrder.site),
        order.joinedload(WorkOrder.asset).joinedload(Asset.product),
        # All that decides how each of them is reached.
        *(
            people.options(
                selectinload(Contact.consents),
                selectinload(Contact.opt_outs),
                joinedload(Contact.untextable),
            )
            for people in (named, others)
        ),
    )
    session = writing.session
    for some in in_portions(visit_ids):
        # Held here, or every message would fetch it anew.
        territory = session.get_one(Territory, writing.ground.territory_id)
        query = select(Visit).where(Visit.id.in_(some)).options(*everything).order_by(Visit.id)
        with session.no_autoflush:
            owed = [
                message
                for visit in session.scalars(query)
                for message in owe_reminders(session, visit, writing.now, at_first=True)
            ]
        hand_in(session, owed)
        del territory
        # A long list has many people; none of them is needed again.
        session.expunge_all()


def lay_on(
    session: Session,
    territory_id: int,
    on: date,
    promised: Sequence[Promised],
    now: datetime,
    *,
    moved: bool = False,
) -> int:
    """Lay a day out anew with these promises, those with a technician pinned.

    `moved` where a place is elsewhere now: then routes change that gain nothing.
    Returns how many of them stay on no route.
    """
    day = service_day(session, territory_id, on)
    at = read_problem(session, day, now)
    orders = orders_read(at)
    before = {shift_id: list(order) for shift_id, order in orders.items()}
    shifts = _shift_of(at)
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
    _lay_out(session, day, at, orders, {} if moved else before)
    session.execute(update(Stop).where(Stop.visit_id.in_(pinned)).values(pinned=True))
    touch(day)
    session.flush()
    laid = {visit_id for order in orders.values() for visit_id in order}
    return sum(one.visit_id not in laid for one in promised)


def _lay_out(
    session: Session, day: ServiceDay, at: DayProblem, orders: Sequences, before: Sequences
) -> None:
    """Write the routes that gained something; the whole day where a route has more to it."""
    changed = [one for one, order in orders.items() if order != before.get(one, [])]
    if all(is_whole(at, shift_id) for shift_id in changed):
        for shift_id in changed:
            write_route(session, at, shift_id, orders[shift_id])
    else:
        loaded_day(session, day)
        lay_out(session, day, at, orders)


def _shift_of(at: DayProblem) -> dict[int, int]:
    """The shift of each technician who is there that day."""
    return {
        member.technician_id: route.shift.id
        for route in at.facts.routes
        if at.problem.has_shift(route.shift.id)
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
