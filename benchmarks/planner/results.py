"""What was measured, a line of JSON for each answer: kept as it comes, and never taken twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from benchmarks.planner.judging import Judged, Worth, judged
from fieldservice.scheduling.problem import Problem


@dataclass(frozen=True, slots=True)
class Trial:
    """One planner on one day of a sort, in its given time; `run` is the planner's own seed."""

    sort: str
    day: str
    planner: str
    budget: float
    run: int


@dataclass(frozen=True, slots=True)
class Result:
    """A trial and what came of it; None where there was no answer."""

    trial: Trial
    judged: Judged | None


class Results:
    """The results of a file, added to as they are taken; without a file they are only held."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        lines = file.read_text().splitlines() if file and file.exists() else []
        self._found = {result.trial: result for result in map(_read, lines)}

    def take(self, trial: Trial, draw: Callable[[], Problem]) -> Result:
        """Return the result of a trial, from the file if it was made already."""
        if trial not in self._found:
            self.keep(Result(trial, judged(draw, trial.planner, trial.budget, trial.run)))
        return self._found[trial]

    def keep(self, result: Result) -> None:
        """Add a result, at once also to the file."""
        self._found[result.trial] = result
        if self._file:
            with self._file.open("a") as lines:
                lines.write(json.dumps(asdict(result)) + "\n")


def take_all(
    results: Results,
    days: Sequence[tuple[str, str, Callable[[], Problem]]],
    planners: Sequence[str],
    budgets: Sequence[float],
    runs: int,
) -> Iterable[Result]:
    """Take every trial of these days (sort, name, how to draw it), one after another."""
    for sort, day, draw in days:
        for budget in budgets:
            for planner in planners:
                for run in range(1, runs + 1):
                    yield results.take(Trial(sort, day, planner, budget, run), partial(draw))


def _read(line: str) -> Result:
    content = json.loads(line)
    found = content["judged"]
    if found:
        found |= {name: Worth(**found[name]) for name in ("raw", "repaired")}
    return Result(Trial(**content["trial"]), Judged(**found) if found else None)
