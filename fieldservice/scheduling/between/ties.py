"""Which visits depend on each other's times."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from graphlib import TopologicalSorter

from fieldservice.scheduling.problem import After, Problem


@dataclass(frozen=True, slots=True)
class Ties:
    """The crews and the waits of a problem, and the visits tied together by them.

    `groups` lists the visits of each crew, `waits` pairs of a visit and what it waits for. Each of
    `bundles` is a set of visits tied together however indirectly, those waited for first.
    """

    groups: dict[int, tuple[int, ...]]
    waits: tuple[tuple[int, After], ...]
    bundles: tuple[tuple[int, ...], ...]

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


def _bundles(
    groups: dict[int, tuple[int, ...]], waits: tuple[tuple[int, After], ...]
) -> tuple[tuple[int, ...], ...]:
    bundle: dict[int, set[int]] = {}
    pairs = [(ids[0], other) for ids in groups.values() for other in ids[1:]]
    for one, other in [*pairs, *((visit_id, wait.visit_id) for visit_id, wait in waits)]:
        both = bundle.get(one, {one}) | bundle.get(other, {other})
        bundle.update(dict.fromkeys(both, both))
    sorter = TopologicalSorter({visit_id: [] for visit_id in bundle})
    for visit_id, wait in waits:
        sorter.add(visit_id, wait.visit_id)
    order = {visit_id: place for place, visit_id in enumerate(sorter.static_order())}
    sets = {id(ids): ids for ids in bundle.values()}
    return tuple(tuple(sorted(ids, key=order.__getitem__)) for ids in sets.values())
