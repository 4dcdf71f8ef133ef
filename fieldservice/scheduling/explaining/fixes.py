"""The cheapest changes that let a visit be served, each exact and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from fieldservice.scheduling.explaining.applying import exactly
from fieldservice.scheduling.explaining.trials import Trials
from fieldservice.scheduling.explaining.wider import is_other_day, other_window, outside
from fieldservice.scheduling.problem import Rule, Visit
from fieldservice.scheduling.reasons import Fix, FixKind

TOLD = 2
"""Fixes of one kind that are told, each with another technician."""
TRIED = 12
"""Places timed for one kind of fix: the cheapest of so many routes."""
MINUTE = 60


def fixes(trials: Trials, visit: Visit, blocked: Mapping[int, Rule]) -> tuple[Fix, ...]:
    """Return the fixes, the cheapest first; `blocked` names the obstacle of each shift."""
    found = [
        *_served_anyway(trials, visit),
        *_at_another_time(trials, visit),
        *_with_overtime(trials, visit),
        *_in_stead_of_another(trials, visit),
        *_with_a_waiver(trials, visit, blocked),
    ]
    return tuple(sorted(found, key=lambda fix: (fix.change, fix.kind, fix.shift_id)))


def _served_anyway(trials: Trials, visit: Visit) -> Iterator[Fix]:
    forms = trials.forms[visit.id]
    if trials.places(forms.plain):
        for kind, easier in ((FixKind.SERVE, forms.plain), (FixKind.WISH, forms.unwished)):
            if kind is FixKind.SERVE or visit.preference_cost:
                here = (Fix.at(kind, place) for place in trials.places(easier)[:1])
                yield from _told(trials, visit, here)


def _at_another_time(trials: Trials, visit: Visit) -> Iterator[Fix]:
    forms, windows = trials.forms[visit.id], trials.plan.problem.windows(visit)
    if not windows or trials.places(forms.plain):
        return
    wanted: list[Fix] = []
    for easier in (forms.soon, forms.later, forms.anytime):
        for place in trials.places(easier)[:TRIED]:
            start = trials.timed(easier, place)[1]
            kind = FixKind.DAY if is_other_day(windows, start) else FixKind.WINDOW
            window = other_window(windows, start)
            wanted.append(Fix.at(kind, place, start=start, window=window))
    here = [fix for fix in wanted if fix.kind is FixKind.WINDOW]
    earlier = [fix for fix in here if fix.start < windows[0].start]
    for some in (earlier, [fix for fix in here if fix.start >= windows[0].start]):
        yield from _least_and_cheapest(trials, visit, some, lambda f: outside(windows, f.start))
    yield from _told(trials, visit, (fix for fix in wanted if fix.kind is FixKind.DAY))


def _with_overtime(trials: Trials, visit: Visit) -> Iterator[Fix]:
    wanted = []
    for place in trials.later_places(trials.forms[visit.id].plain)[:TRIED]:
        shift = trials.plan.problem.shift(place.shift_id)
        most = -(-trials.timed_later(visit, place).overtime // MINUTE) * MINUTE
        if most > shift.latest_end - shift.window.end:
            wanted.append(Fix.at(FixKind.OVERTIME, place, overtime=most))
    yield from _least_and_cheapest(trials, visit, wanted, lambda fix: fix.overtime or 0)


def _in_stead_of_another(trials: Trials, visit: Visit) -> Iterator[Fix]:
    swaps = trials.swaps(visit)[:TRIED]
    yield from _told(
        trials, visit, (Fix.at(FixKind.SWAP, swap, leaves=swap.leaves) for swap in swaps)
    )


def _with_a_waiver(trials: Trials, visit: Visit, blocked: Mapping[int, Rule]) -> Iterator[Fix]:
    for rule, easier in trials.forms[visit.id].waived.items():
        there = [one for one in trials.places(easier) if blocked.get(one.shift_id) is rule]
        wanted = (Fix.at(FixKind.WAIVER, place, rule=rule) for place in there[:TRIED])
        yield from _told(trials, visit, wanted)


def _least_and_cheapest(
    trials: Trials, visit: Visit, wanted: list[Fix], size: Callable[[Fix], int]
) -> Iterator[Fix]:
    """Yield the smallest change, and the cheapest where that is another one."""
    least = next(_exact(trials, visit, sorted(wanted, key=lambda f: (size(f), f.cost))), None)
    cheapest = next(_exact(trials, visit, sorted(wanted, key=lambda f: (f.cost, size(f)))), None)
    if least:
        yield least
    if cheapest and least and cheapest.change < least.change:
        yield cheapest


def _told(trials: Trials, visit: Visit, wanted: Iterable[Fix]) -> Iterator[Fix]:
    """Yield the first that hold, no two with the same technician."""
    told: set[int] = set()
    for fix in wanted:
        if len(told) < TOLD and fix.shift_id not in told:
            for exact in _exact(trials, visit, [fix]):
                told.add(fix.shift_id)
                yield exact


def _exact(trials: Trials, visit: Visit, wanted: Iterable[Fix]) -> Iterator[Fix]:
    exact = (exactly(trials.plan, visit, fix) for fix in wanted)
    return (fix for fix in exact if fix is not None)
