"""The cheapest place on each route, for visits made easier in this way and that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from fieldservice.scheduling.explaining.kernel_places import KernelPlaces
from fieldservice.scheduling.explaining.standing_plan import StandingPlan
from fieldservice.scheduling.explaining.swapping import Swap, swaps_on
from fieldservice.scheduling.insertion import Place, cheapest_on
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.problem import Problem, Rule, Visit, Waiver
from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.standing import Standing


@dataclass(frozen=True, slots=True)
class Easier:
    """A visit as it is or as it might be, with the rules waived for it."""

    visit: Visit
    waived: frozenset[Rule] = frozenset()


class Places:
    """Where visits could go that are on no route, each asked about in any number of forms.

    `quickly` asks the kernels, which pays where many visits are explained at once.
    """

    def __init__(self, plan: StandingPlan, asked: Iterable[Easier], *, quickly: bool) -> None:
        first = 1 + max((visit.id for visit in plan.problem.visits), default=0)
        self._ids = {easier: first + n for n, easier in enumerate(dict.fromkeys(asked))}
        self.problem = _with_all(plan.problem, self._ids)
        self.plan = plan
        self._kernel = KernelPlaces(self.problem, plan.orders) if quickly else None

    def number(self, easier: Easier) -> int:
        """Return the id under which that form stands in `problem`."""
        return self._ids[easier]

    def of(self, easier: Easier) -> list[Place]:
        """Return the cheapest place on every route that can take the visit, cheapest first."""
        visit = self.problem.visit(self._ids[easier])
        found = self._kernel.places(visit.id) if self._kernel else []
        left = self._left_to_try(visit)
        found += [place for one in left if (place := cheapest_on(self.problem, one, visit))]
        return sorted(found)

    def swaps(self, easier: Easier) -> list[Swap]:
        """Return the cheapest place in the stead of each visit that is worth no more."""
        visit = self.problem.visit(self._ids[easier])
        worth = self.plan.penalties.cost(easier.visit)
        found = self._kernel.swaps(visit.id) if self._kernel else []
        for route in self._left_to_try(visit):
            found += swaps_on(self.problem, route, visit, self._worth, worth)
        kept = [swap for swap in found if self._worth(swap.leaves) <= worth]
        return sorted(kept, key=lambda swap: (swap.cost + self._worth(swap.leaves), swap))

    def _worth(self, visit_id: int) -> int:
        return self.plan.penalties.cost(self.plan.problem.visit(visit_id))

    def _left_to_try(self, visit: Visit) -> Iterator[Standing]:
        known = self._kernel.shifts_known(visit.id) if self._kernel else frozenset()
        return (route for shift_id, route in self.plan.routes.items() if shift_id not in known)


def _with_all(problem: Problem, ids: Mapping[Easier, int]) -> Problem:
    """Return the problem with each form of a visit as a visit of its own, wanted at any price."""
    given = Penalties.of(problem).given
    # What leaving it out costs is no bound here: whoever asks wants to see dear places too.
    worth = at.NEVER if given else None
    more = [
        replace(one.visit, id=number, penalty=worth, optional=False) for one, number in ids.items()
    ]
    waivers = {Waiver(rule, number) for one, number in ids.items() for rule in one.waived}
    waivers |= {
        Waiver(waiver.rule, number)
        for one, number in ids.items()
        for waiver in problem.waivers
        if waiver.visit_id == one.visit.id
    }
    return replace(problem, visits=(*problem.visits, *more), waivers=problem.waivers | waivers)
