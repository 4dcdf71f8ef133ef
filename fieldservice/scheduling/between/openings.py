"""Where the visits of a bundle could go at a given time, on every route at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fieldservice.scheduling.between.agreeing import without_steps
from fieldservice.scheduling.explaining.kernel_places import KernelPlaces
from fieldservice.scheduling.insertion import Place
from fieldservice.scheduling.orders import served
from fieldservice.scheduling.problem import Problem, TimeWindow, Visit
from fieldservice.scheduling.search.offering import at_any_price


class Openings:
    """A plan asked where visits that are on none of its routes could start when."""

    def __init__(
        self, problem: Problem, orders: Mapping[int, Sequence[int]], asked: Sequence[int]
    ) -> None:
        on_route = served(orders)
        visits = tuple(
            _anytime(visit) if visit.id in asked else visit
            for visit in problem.visits
            if visit.id in on_route or visit.id in asked
        )
        known = {visit.id for visit in visits}
        waivers = frozenset(one for one in problem.waivers if one.visit_id in known - set(asked))
        asking = replace(
            problem,
            visits=_priced([replace(visit, group=None, after=()) for visit in visits], asked),
            shifts=tuple(without_steps(shift) for shift in problem.shifts),
            waivers=waivers,
        )
        self._places = KernelPlaces(asking, orders)

    def between(self, visit_id: int, window: TimeWindow) -> list[Place]:
        """Return the best place on each route that can start the visit then, cheapest first."""
        self._places.start_within(visit_id, window)
        return sorted(self._places.places(visit_id))


def _anytime(visit: Visit) -> Visit:
    """The visit with one window to be set for each question, bound by nothing else in time."""
    window = TimeWindow(0, 0)
    return replace(visit, windows=(window,), max_lateness=0)


def _priced(visits: Sequence[Visit], asked: Sequence[int]) -> tuple[Visit, ...]:
    """The visits with penalties so high that none bounds the answers."""
    priced = any(visit.penalty is not None for visit in visits if not visit.optional)
    return tuple(
        at_any_price(visit, priced=priced) if visit.id in asked else visit for visit in visits
    )
