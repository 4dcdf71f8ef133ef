"""Which visits depend on each other's times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from fieldservice.scheduling.problem import After, Problem

Unit = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ties:
    """The crews and the waits of a problem, and the visits tied together by them.

    `groups` lists the visits of each crew, `waits` pairs of a visit and what it waits for. A unit
    is a crew or a single visit: served whole or not at all. Each of `bundles` holds the units
    tied together however indirectly, those waited for first.
    """

    groups: dict[int, Unit]
    waits: tuple[tuple[int, After], ...]
    bundles: tuple[tuple[Unit, ...], ...]

    @classmethod
    def of(cls, problem: Problem) -> Ties:
        """Return the ties between the visits of that problem."""
        members: dict[int, list[int]] = defaultdict(list)
        for visit in problem.visits:
            if visit.group is not None:
                members[visit.group].append(visit.id)
        groups = {number: tuple(ids) for number, ids in members.items() if len(ids) > 1}
        waits = tuple((visit.id, one) for visit in problem.visits for one in visit.after)
        return cls(groups, waits, _bundles(groups, waits))

    def __bool__(self) -> bool:
        return bool(self.bundles)

    @property
    def tied(self) -> set[int]:
        """All visits that are tied to another."""
        return {visit_id for bundle in self.bundles for unit in bundle for visit_id in unit}

    def forlorn(self, served: Collection[int]) -> set[int]:
        """Return those served that cannot be without others that are not: crews, then waits."""
        left = set(served)
        while True:
            gone = {
                one for unit in self.groups.values() if not left >= set(unit) for one in unit
            } | {visit_id for visit_id, wait in self.waits if wait.visit_id not in left}
            if not gone & left:
                return set(served) - left
            left -= gone


def _bundles(
    groups: Mapping[int, Unit], waits: tuple[tuple[int, After], ...]
) -> tuple[tuple[Unit, ...], ...]:
    tied = [one for pair in waits for one in (pair[0], pair[1].visit_id)]
    unit: dict[int, Unit] = {visit_id: (visit_id,) for visit_id in tied}
    unit |= {visit_id: ids for ids in groups.values() for visit_id in ids}
    bundle: dict[Unit, set[Unit]] = {one: {one} for one in unit.values()}
    for visit_id, wait in waits:
        both = bundle[unit[visit_id]] | bundle[unit[wait.visit_id]]
        bundle.update(dict.fromkeys(both, both))
    distinct = {id(units): units for units in bundle.values()}
    return tuple(_in_order(units, unit, waits) for units in distinct.values())


def _in_order(
    units: set[Unit], unit: Mapping[int, Unit], waits: tuple[tuple[int, After], ...]
) -> tuple[Unit, ...]:
    sorter: TopologicalSorter[Unit] = TopologicalSorter(dict.fromkeys(sorted(units), ()))
    for visit_id, wait in waits:
        if unit[visit_id] in units and unit[visit_id] != unit[wait.visit_id]:
            sorter.add(unit[visit_id], unit[wait.visit_id])
    try:
        return tuple(sorter.static_order())
    except CycleError:
        # Crews that wait for each other's members go together or not at all.
        return (tuple(visit_id for one in sorted(units) for visit_id in one),)


def binds(problem: Problem) -> bool:
    """Tell whether a place on one route can break a rule with another route."""
    return (
        bool(problem.tools)
        or problem.max_changes is not None
        or any(visit.group is not None or visit.after for visit in problem.visits)
        or any(shift.technician is not None for shift in problem.shifts)
    )
