"""The linear program over the routes known: which mixture of them serves all at the least cost.

Its duals are the prices by which pricing finds routes that are still missing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ortools.linear_solver import pywraplp

from fieldservice.scheduling.bound.columns import Columns
from fieldservice.scheduling.bound.cuts import Cuts, is_charged
from fieldservice.scheduling.bound.day import Day
from fieldservice.scheduling.bound.effort import Effort
from fieldservice.scheduling.bound.fields import UNIT
from fieldservice.scheduling.bound.prices import Prices
from fieldservice.scheduling.search.legs import Array

AT_FIRST = 4000
"""Routes taken at once, the cheapest for what they serve."""

AT_ONCE = 1500
"""Routes taken in when the prices undercut more of those known."""

TOO_MANY = 15_000
"""Above so many the program is built anew from those near use."""


class RestrictedMaster:
    """A program that grows; after `solve`, `value` and the prices that are its duals."""

    def __init__(
        self, day: Day, columns: Columns, cuts: Cuts, prices: Prices | None = None
    ) -> None:
        """Begin with the routes that come nearest to being worth it at those prices."""
        self.day, self.columns, self.cuts = day, columns, cuts
        self.value = 0.0
        self.dual = prices or _dearest(day)
        near = np.argsort(columns.reduced(self.dual, cuts), kind="stable")
        self._build(near[:AT_FIRST])

    def _build(self, chosen: Array) -> None:
        program = pywraplp.Solver.CreateSolver("GLOP")
        self._program = program
        self._variables: dict[int, pywraplp.Variable] = {}
        infinity = program.infinity()
        self._rows = [program.Constraint(1, infinity) for _ in self.day.packed.visits]
        self._limits = [program.Constraint(-infinity, len(g.shifts)) for g in self.day.groups]
        program.Objective().SetMinimization()
        for row, most in zip(self._rows, self.day.most, strict=True):
            left_out = program.NumVar(0, infinity, "")
            cost = self._unpayable if most is None else most / UNIT
            program.Objective().SetCoefficient(left_out, cost)
            row.SetCoefficient(left_out, 1)
        self._cut_rows = [program.Constraint(-infinity, 1) for _ in self.cuts.triples]
        for number in chosen:
            self._take(int(number))

    def cut(self) -> int:
        """Put the cuts in force that the mixture of the moment breaks; how many."""
        found = self.cuts.find(self._mixture())
        for triple in found:
            row = self._program.Constraint(-self._program.infinity(), 1)
            for number, variable in self._variables.items():
                if is_charged(triple, self.columns.order[number]):
                    row.SetCoefficient(variable, 1)
            self._cut_rows.append(row)
            self.cuts.add(triple)
        return len(found)

    def _mixture(self) -> list[tuple[Sequence[int], float]]:
        used = [
            (self.columns.order[number], variable.solution_value())
            for number, variable in self._variables.items()
        ]
        return [(order, share) for order, share in used if share > 1e-6]

    @property
    def _unpayable(self) -> float:
        """More than any plan known costs: leaving out what has to be served."""
        return (1 + max(self.columns.cost, default=0) / UNIT) * (1 + len(self.day.most))

    def _take(self, number: int) -> None:
        program, columns = self._program, self.columns
        variable = program.NumVar(0, program.infinity(), "")
        program.Objective().SetCoefficient(variable, columns.cost[number] / UNIT)
        for c in columns.order[number]:
            self._rows[c].SetCoefficient(variable, 1)
        self._limits[columns.group[number]].SetCoefficient(variable, 1)
        for cut in self.cuts.charging(columns.order[number]):
            self._cut_rows[cut].SetCoefficient(variable, 1)
        self._variables[number] = variable

    def solve(self, effort: Effort) -> bool:
        """Find the best mixture of all routes known; False where the solver gives up."""
        while True:
            if effort.until is not None:
                self._program.SetTimeLimit(1 + int(1000 * effort.seconds))
            if self._program.Solve() != pywraplp.Solver.OPTIMAL:
                return False
            self._read()
            reduced = self.columns.reduced(self.dual, self.cuts)
            missing = [int(n) for n in np.flatnonzero(reduced < -1) if n not in self._variables]
            if not missing:
                return True
            missing.sort(key=lambda number: reduced[number])
            if len(self._variables) > TOO_MANY:
                near = np.argsort(reduced, kind="stable")[: TOO_MANY // 2]
                self._build(near)
            for number in missing[:AT_ONCE]:
                if number not in self._variables:
                    self._take(number)

    def _read(self) -> None:
        self.value = self._program.Objective().Value()
        self.dual = Prices(
            UNIT * np.array([row.dual_value() for row in self._rows]),
            UNIT * np.array([row.dual_value() for row in self._limits]),
            -UNIT * np.array([row.dual_value() for row in self._cut_rows]),
        )


def _dearest(day: Day) -> Prices:
    """Return prices as high as visits can be worth."""
    most = [most if most is not None else 0 for most in day.most]
    return Prices(np.array(most, float), np.zeros(len(day.groups)), np.zeros(0))
