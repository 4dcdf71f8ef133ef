"""The picture of a comparison: what each planner's plans cost, over the time it had.

A panel for each sort of day. Costs are parts above the cheapest plan that anybody found for the
same day, medians over the days; time is logarithmic.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from benchmarks.planner.results import Result

WIDTH, HEIGHT, GAP = 400, 240, 24
LEFT, RIGHT, TOP, BOTTOM = 52, 160, 34, 36
LOOKS = (("#0b5fcc", ""), ("#9c2a1a", "6 3"), ("#0b6240", "2 3"), ("#6e4a00", "8 3 2 3"))
"""Colour and dashes of a line: neither says anything alone."""

STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#16202c}.quiet{fill:#556272}"
    ".line{fill:none;stroke-width:2}.rule{stroke:#d9dee5}.title{font-weight:600}"
)


@dataclass(frozen=True, slots=True)
class Point:
    """How far above the cheapest plan known (0.05 is 5 %) after so many seconds."""

    seconds: float
    above: float


Lines = dict[str, list[Point]]
"""The points of each planner, by time."""


def chart(results: Iterable[Result]) -> str:
    """Return the picture as SVG."""
    found = list(results)
    sorts = list(dict.fromkeys(one.trial.sort for one in found))
    panels = [
        _panel(sort, lines_of([one for one in found if one.trial.sort == sort]), at)
        for at, sort in enumerate(sorts)
    ]
    wide = len(sorts) * (WIDTH + GAP) - GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {HEIGHT}" role="img" '
        f'aria-label="Cost above the cheapest plan known, over seconds of planning">'
        f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>'
        f"{''.join(panels)}</svg>\n"
    )


def lines_of(results: Sequence[Result]) -> Lines:
    """Return the lines of one sort of day; who gives no answer in a budget has no point there."""
    best: dict[str, int] = {}
    for one in results:
        if one.judged:
            cost = one.judged.repaired.cost
            best[one.trial.day] = min(cost, best.get(one.trial.day, cost))
    above: dict[str, dict[float, list[float]]] = {}
    for one in results:
        if one.judged:
            ratio = one.judged.repaired.cost / best[one.trial.day] - 1
            of_planner = above.setdefault(one.trial.planner, {})
            of_planner.setdefault(one.trial.budget, []).append(ratio)
    return {
        planner: [Point(seconds, statistics.median(by[seconds])) for seconds in sorted(by)]
        for planner, by in above.items()
    }


@dataclass(frozen=True, slots=True)
class _Scale:
    """From seconds and parts to points of the picture."""

    first: float
    last: float
    most: float

    def x(self, seconds: float) -> float:
        span = math.log(self.last / self.first) or 1.0
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(seconds / self.first) / span

    def y(self, above: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * above / self.most


def _panel(sort: str, lines: Lines, at: int) -> str:
    seconds = sorted({point.seconds for points in lines.values() for point in points})
    most = max((point.above for points in lines.values() for point in points), default=0)
    scale = _Scale(seconds[0], seconds[-1], max(0.02, most * 1.05))
    drawn = [f'<text class="title" x="{LEFT}" y="16">{escape(sort)}</text>']
    drawn += [_across(scale, step) for step in _steps(scale.most)]
    drawn += [_below(scale, one) for one in seconds]
    labels = _apart([scale.y(points[-1].above) for points in lines.values()])
    for (planner, points), look, label in zip(lines.items(), LOOKS, labels, strict=False):
        drawn.append(_line(scale, planner, points, look, label))
    return f'<g transform="translate({at * (WIDTH + GAP)} 0)">{"".join(drawn)}</g>'


def _line(
    scale: _Scale, planner: str, points: Sequence[Point], look: tuple[str, str], label: float
) -> str:
    colour, dashes = look
    places = [(scale.x(point.seconds), scale.y(point.above)) for point in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)
    return (
        f'<polyline class="line" points="{path}" stroke="{colour}" stroke-dasharray="{dashes}"/>'
        f'{dots}<text x="{places[-1][0] + 8:.1f}" y="{label + 4:.1f}" style="fill:{colour}">'
        f"{escape(planner)} +{points[-1].above:.1%}</text>"
    )


def _across(scale: _Scale, step: float) -> str:
    y = scale.y(step)
    return (
        f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="quiet" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">+{step:.0%}</text>'
    )


def _below(scale: _Scale, seconds: float) -> str:
    x, y = scale.x(seconds), HEIGHT - BOTTOM + 18
    return f'<text class="quiet" x="{x:.1f}" y="{y}" text-anchor="middle">{seconds:g} s</text>'


def _steps(most: float) -> list[float]:
    """Return round heights up to the top: some three to six of them."""
    step = next(one for one in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10) if most / one <= 5.5)
    return [step * n for n in range(int(most / step) + 1)]


def _apart(heights: Sequence[float], room: float = 14) -> list[float]:
    """Return the heights moved down as little as keeps the words readable."""
    moved = list(heights)
    order = sorted(range(len(moved)), key=lambda at: moved[at])
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + room)
    return moved
