"""The table of a comparison in Markdown: medians over the days, and where ours is behind."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from benchmarks.planner.judging import Judged, Worth
from benchmarks.planner.peers import OURS
from benchmarks.planner.results import Result

BEHIND = 1.01
"""Ours is behind a peer on a day when it costs more than this many times as much."""

HEAD = (
    "| day | seconds | planner | cost | unserved | raw cost | taken out | processor s "
    "| ours against it | ours behind | spread |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def table(results: Iterable[Result]) -> str:
    """Return a row for each sort of day, budget and planner.

    *Cost* and *unserved* are repaired, *raw* before that. *Ours against it* compares the costs on
    the same day, its median over the days; *spread* is how far apart the costs of the same planner
    on the same day lie, over its seeds, in parts of the cheapest.
    """
    return "\n".join([HEAD, *_rows(list(results))])


def _rows(results: Sequence[Result]) -> Iterator[str]:
    for (sort, budget), same in groupby(results, key=_group):
        group = list(same)
        own = _by_day(group, OURS)
        for planner in dict.fromkeys(one.trial.planner for one in group):
            answered = [one.judged for one in group if one.trial.planner == planner]
            found = [one for one in answered if one]
            yield (
                "| "
                + " | ".join(
                    [
                        sort,
                        f"{budget:g}",
                        planner
                        + (f" ({len(found)} of {len(answered)})" if None in answered else ""),
                        *(_figures(found) if found else ["–"] * 5),
                        *_against(own, _by_day(group, planner)),
                        _spread(_by_day(group, planner)),
                    ]
                )
                + " |"
            )


def _group(result: Result) -> tuple[str, float]:
    return result.trial.sort, result.trial.budget


def _by_day(group: Sequence[Result], planner: str) -> dict[str, list[int]]:
    """The costs of the planner's runs on each day."""
    found: dict[str, list[int]] = {}
    for one in group:
        if one.trial.planner == planner and one.judged:
            found.setdefault(one.trial.day, []).append(one.judged.repaired.cost)
    return found


def _figures(found: Sequence[Judged]) -> list[str]:
    repaired: list[Worth] = [one.repaired for one in found]
    return [
        f"{statistics.median(one.cost for one in repaired):,.0f}",
        f"{statistics.median(one.unserved for one in repaired):g}",
        f"{statistics.median(one.raw.cost for one in found):,.0f}",
        f"{statistics.median(one.broken for one in found):g}",
        f"{statistics.median(one.processor for one in found):.1f}",
    ]


def _against(own: dict[str, list[int]], its: dict[str, list[int]]) -> tuple[str, str]:
    ratios = [
        statistics.median(own[day]) / statistics.median(its[day]) for day in own if day in its
    ]
    if not ratios or own == its:
        return "", ""
    behind = sum(ratio > BEHIND for ratio in ratios)
    return f"{statistics.median(ratios) - 1:+.1%}", f"{behind} of {len(ratios)}"


def _spread(its: dict[str, list[int]]) -> str:
    apart = [max(costs) / min(costs) - 1 for costs in its.values() if len(costs) > 1]
    return f"{statistics.median(apart):.1%}" if apart else ""
