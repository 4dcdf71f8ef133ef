"""Dividing a plan into parts: neighbouring routes of the plan of the moment, never home areas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search.legs import Array
from fieldservice.scheduling.search.nearness import near as near_visits
from fieldservice.scheduling.search.packing import Orders, Packed

ROUTES_A_PART = 60
"""So few that every route of a part is tried for every visit of it (`step.FEW_ROUTES`)."""

FOLLOWS_A_SHIFT = 0.5
"""How often an unserved visit goes with a near shift that may serve it, not with a neighbour."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some shifts and some visits of a problem, with the orders of those shifts."""

    packed: Packed
    orders: Orders


def divide(packed: Packed, orders: Orders, chance: np.random.Generator) -> Iterator[Part]:
    """Yield parts that together make the whole; other draws divide it otherwise."""
    row = {visit.id: c for c, visit in enumerate(packed.visits)}
    routes = [np.array([row[v] for v in orders[shift.id]], np.int64) for shift in packed.shifts]
    groups = list(
        _halved(np.arange(len(routes)), _places(packed, routes), packed.travel[0], chance)
    )
    group_of = np.zeros(len(routes), np.int64)
    for number, group in enumerate(groups):
        group_of[group] = number
    members = _members(packed, routes, group_of, chance)
    for number, group in enumerate(groups):
        shifts = np.sort(group)
        part = _part(packed, np.flatnonzero(members == number), shifts)
        yield Part(part, {shift.id: orders[shift.id] for shift in part.shifts})


def joined(orders: Mapping[int, Sequence[int]], parts: Sequence[Orders]) -> Orders:
    """Return the orders of the whole with those of its parts in them."""
    whole = {shift_id: tuple(order) for shift_id, order in orders.items()}
    for part in parts:
        whole |= {shift_id: tuple(order) for shift_id, order in part.items()}
    return whole


def _places(packed: Packed, routes: Sequence[Array]) -> list[Array]:
    """Return where each route goes; an unused one is where its shift starts."""
    return [
        packed.visit[route, at.PLACE] if len(route) else packed.shift[k, at.START : at.START + 1]
        for k, route in enumerate(routes)
    ]


def _halved(
    group: Array, places: Sequence[Array], seconds: Array, chance: np.random.Generator
) -> Iterator[Array]:
    """Halve the routes between a place drawn and the one furthest from it, until they are few."""
    if len(group) <= ROUTES_A_PART:
        yield group
        return
    here = places[group[chance.integers(len(group))]][0]
    from_here = np.array([seconds[here, places[k]].mean() for k in group])
    there = places[group[int(from_here.argmax())]][0]
    from_there = np.array([seconds[there, places[k]].mean() for k in group])
    ranked = group[np.argsort(from_here - from_there, kind="stable")]
    for half in np.array_split(ranked, 2):
        yield from _halved(half, places, seconds, chance)


def _members(
    packed: Packed, routes: Sequence[Array], group_of: Array, chance: np.random.Generator
) -> Array:
    """Return the group of each visit; one unserved goes with a neighbour or a shift near by."""
    member = np.full(len(packed.visits), -1, np.int64)
    for k, route in enumerate(routes):
        member[route] = group_of[k]
    served = member.copy()
    for c in np.flatnonzero(served < 0):
        near = served[packed.near[c]]
        shifts = packed.near_shifts[c][packed.near_shifts[c] >= 0]
        options = near[near >= 0][:1]
        if len(shifts) and (not len(options) or chance.random() < FOLLOWS_A_SHIFT):
            options = group_of[chance.choice(shifts, 1)]
        member[c] = options[0] if len(options) else 0
    return member


def _part(packed: Packed, visits: Array, shifts: Array) -> Packed:
    """Return those rows; tables of places, windows and breaks are shared, not copied."""
    visit = packed.visit[visits]
    return replace(
        packed,
        visits=tuple(packed.visits[c] for c in visits),
        shifts=tuple(packed.shifts[k] for k in shifts),
        visit=visit,
        shift=packed.shift[shifts],
        fit=packed.fit[np.ix_(visits, shifts)],
        load=packed.load[visits],
        capacity=packed.capacity[shifts],
        near=near_visits(packed.travel[0], visit[:, at.PLACE]),
        # Where every route is tried there are no nearest ones.
        near_shifts=np.full((len(visits), 1), -1, np.int32),
    )
