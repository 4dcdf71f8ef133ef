"""What counts after twenty days: for the customer, the technician and the fuel."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass
class Measures:
    """Sums over the days measured; seconds, visits and business days."""

    driving: int = 0
    overtime: int = 0
    visits: int = 0
    in_time: int = 0
    broken: int = 0
    """Promised visits that could not be made on their day."""
    turned_away: int = 0
    """Calls for which no time was found."""
    emergencies_missed: int = 0
    shifts: int = 0
    waited: list[int] = field(default_factory=list)

    def arrived(self, in_time: bool) -> None:
        """Note one finished visit."""
        self.visits += 1
        self.in_time += in_time

    @property
    def driving_each(self) -> float:
        """Minutes of driving per finished visit."""
        return self.driving / 60 / max(1, self.visits)

    @property
    def kept(self) -> float:
        """Share of promises kept: made on their day, inside the window told."""
        return self.in_time / max(1, self.visits + self.broken)

    @property
    def days_to_appointment(self) -> float:
        """Business days from the call to the visit."""
        return statistics.fmean(self.waited) if self.waited else 0.0

    @property
    def overtime_each(self) -> float:
        """Minutes of overtime per shift."""
        return self.overtime / 60 / max(1, self.shifts)


HEAD = (
    "| booked | driving per visit, min | promises kept | days to appointment "
    "| overtime per shift, min | visits | broken | no time found | emergencies missed |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def table(found: Mapping[str, Iterable[Measures]]) -> str:
    """Return a row for each way to book: means over the worlds."""
    return "\n".join([HEAD, *(_row(name, list(runs)) for name, runs in found.items())])


def _row(name: str, runs: list[Measures]) -> str:
    def mean(values: Iterable[float]) -> float:
        return statistics.fmean(values)

    cells = [
        name,
        f"{mean(one.driving_each for one in runs):.2f}",
        f"{mean(one.kept for one in runs):.1%}",
        f"{mean(one.days_to_appointment for one in runs):.2f}",
        f"{mean(one.overtime_each for one in runs):.1f}",
        f"{mean(one.visits for one in runs):.0f}",
        f"{mean(one.broken for one in runs):.1f}",
        f"{mean(one.turned_away for one in runs):.1f}",
        f"{mean(one.emergencies_missed for one in runs):.1f}",
    ]
    return "| " + " | ".join(cells) + " |"
