"""Who visits whom in which order, by shift."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

Order = tuple[int, ...]
Orders = dict[int, Order]


def served(orders: Mapping[int, Sequence[int]]) -> set[int]:
    """Return the visits on any route."""
    return {visit_id for order in orders.values() for visit_id in order}


def without(orders: Mapping[int, Sequence[int]], gone: Collection[int]) -> Orders:
    """Return the orders with these visits taken out."""
    return {
        shift_id: tuple(visit_id for visit_id in order if visit_id not in gone)
        for shift_id, order in orders.items()
    }
