"""What makes a problem impossible to read: parts that name places or others that are not there."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from fieldservice.errors import Refused
from fieldservice.scheduling.guards import at_least, unique
from fieldservice.scheduling.shift import Shift
from fieldservice.scheduling.visit import Visit

if TYPE_CHECKING:
    from fieldservice.scheduling.problem import Problem


def refuse_contradictions(problem: Problem) -> None:
    """Refuse a problem whose parts do not fit together, by the field to mend."""
    for shift in problem.shifts:
        _check_shift(problem, shift)
    for visit in problem.visits:
        _check_visit(problem, visit)
    if len({visit.penalty is None for visit in problem.visits if not visit.optional}) > 1:
        raise Refused("Give a penalty to every visit that is not optional or to none.", "penalty")
    amounts = [visit.delivery for visit in problem.visits]
    amounts += [shift.capacity for shift in problem.shifts]
    if len({len(amount) for amount in amounts if amount}) > 1:
        raise Refused("Deliveries and capacities all list the same goods.", "delivery")
    for one in problem.demand:
        if any(one.location >= len(matrix) for matrix in problem.travel.values()):
            sentence = f"Demand comes from place {one.location}, outside a travel matrix."
            raise Refused(sentence, "demand")
    refuse_cycles(problem)
    for tool, count in problem.tools.items():
        at_least(0, tools=min(tool, count))
    if problem.max_changes is not None:
        at_least(0, max_changes=problem.max_changes)
    for waiver in problem.waivers:
        if not problem.has_visit(waiver.visit_id):
            raise Refused(f"A waiver names visit {waiver.visit_id}, unknown here.", "waivers")


def _check_shift(problem: Problem, shift: Shift) -> None:
    if shift.profile not in problem.travel:
        raise Refused(
            f"Shift {shift.id} travels by {shift.profile!r}: give a matrix for it.", "profile"
        )
    size = len(problem.travel[shift.profile])
    for name, index in (("start", shift.start), ("end", shift.end)):
        if index is not None and index >= size:
            raise Refused(f"Shift {shift.id}: place {index} is outside the travel matrix.", name)
    lost = [visit for visit in problem.visits if shift.area and not problem.place(visit.location)]
    if lost:
        raise Refused(
            f"Shift {shift.id} has an area: give the coordinates of visit {lost[0].id}.", "area"
        )
    unique("steps", shift.steps)
    for visit_id in shift.steps:
        if not problem.has_visit(visit_id):
            raise Refused(f"Shift {shift.id} starts from visit {visit_id}, unknown here.", "steps")


def _check_visit(problem: Problem, visit: Visit) -> None:
    for profile, matrix in problem.travel.items():
        if visit.location >= len(matrix):
            raise Refused(
                f"Visit {visit.id}: place {visit.location} is outside the {profile!r} matrix.",
                "location",
            )
    for one in visit.after:
        if not problem.has_visit(one.visit_id):
            raise Refused(f"Visit {visit.id} is after visit {one.visit_id}, unknown here.", "after")
    if visit.pin and not problem.has_shift(visit.pin.shift_id):
        raise Refused(
            f"Visit {visit.id} is pinned to shift {visit.pin.shift_id}, unknown here.", "pin"
        )


def refuse_cycles(problem: Problem) -> None:
    """Refuse visits each of which waits for the other."""
    waits = {v.id: [one.visit_id for one in v.after] for v in problem.visits if v.after}
    try:
        tuple(TopologicalSorter(waits).static_order())
    except CycleError as cycle:
        chain = " → ".join(str(visit_id) for visit_id in reversed(cycle.args[1]))
        raise Refused(f"These visits wait for each other: {chain}.", "after") from None
