"""Cuts take mixtures of routes away, and never a plan."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fieldservice.scheduling.bound.columns import Columns
from fieldservice.scheduling.bound.cuts import Cuts, is_charged
from fieldservice.scheduling.bound.prices import Prices

Orders = list[tuple[int, ...]]


@st.composite
def orders(draw: st.DrawFn) -> Orders:
    """Routes for a mixture by halves: no visit is on more than two of them."""
    drawn = draw(st.lists(st.permutations(range(6)), max_size=8))
    times, kept = Counter[int](), list[tuple[int, ...]]()
    for order in drawn:
        length = draw(st.integers(1, 4))
        kept.append(tuple([visit for visit in order if times[visit] < 2][:length]))
        times.update(kept[-1])
    return [order for order in kept if order]


def no_cuts(visits: int = 6) -> Cuts:
    return Cuts(visits)


def test_three_halves_of_pairs_are_cut() -> None:
    cuts = no_cuts()
    mixture = [((0, 1), 0.5), ((1, 2), 0.5), ((2, 0), 0.5)]
    assert cuts.find(mixture) == [(0, 1, 2)]
    cuts.add((0, 1, 2))
    assert cuts.find(mixture) == []
    assert cuts.bits.tolist() == [1, 1, 1, 0, 0, 0]
    assert cuts.charged((0, 3, 2), np.array([70])) == 70
    assert cuts.charged((0, 3), np.array([70])) == 0


@given(orders())
def test_what_breaks_a_cut_is_found_whatever_the_mixture(routes: Orders) -> None:
    mixture = [(order, 0.5) for order in routes]
    broken = {
        triple
        for triple in combinations(range(6), 3)
        if sum(share for order, share in mixture if is_charged(triple, order)) > 1.2
    }
    found = no_cuts().find(mixture)
    assert set(found) <= broken
    assert bool(found) == bool(broken)


def test_a_route_costs_more_by_what_cuts_charge_it() -> None:
    columns = Columns()
    columns.add(0, (0, 1), 100)
    columns.add(0, (2,), 50)
    prices = Prices(np.array([10, 20, 30]), np.array([-5]), np.array([7]))
    assert columns.reduced(prices, no_cuts(3)).tolist() == [75, 25]
    assert columns.reduced(prices, Cuts(3, triples=[(0, 1, 2)])).tolist() == [82, 25]
    assert (columns.add(0, (1, 0), 100), columns.add(0, (1, 0), 99)) == (None, 2)
