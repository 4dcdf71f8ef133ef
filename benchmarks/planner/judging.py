"""One planner on one problem, in a process of its own, and what its answer is worth.

The answer is judged twice. *Raw*: what breaks a rule is taken out of it. *Repaired*: what it left
out is inserted too where that pays, so that nobody suffers for rules they cannot express. Every
plan is timed by `plan` and has to pass `check`.
"""

from __future__ import annotations

import multiprocessing as mp
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from benchmarks.planner.peers import PEERS, load
from benchmarks.planner.routing import Sequences
from fieldservice.scheduling.check import check
from fieldservice.scheduling.draft import Draft
from fieldservice.scheduling.plan import build_plan
from fieldservice.scheduling.problem import Problem

PATIENCE = 10
"""How many times its budget a planner may take before it is ended without an answer."""

LOADING = 900
"""Seconds to load a planner, compile it even; they count for nobody."""


@dataclass(frozen=True, slots=True)
class Worth:
    """A plan that breaks nothing: its cost, the visits it leaves out and what it drives."""

    cost: int
    unserved: int
    driving: int
    routes: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What a planner answered: `broken` visits were taken out of its orders before they counted.

    `processor` are the seconds of one core it used, `seconds` those on the wall.
    """

    raw: Worth
    repaired: Worth
    broken: int
    seconds: float
    processor: float


def judged(draw: Callable[[], Problem], planner: str, seconds: float, seed: int) -> Judged | None:
    """Let the planner answer alone on one core; None where it gave nothing in ten times its time.

    `draw` makes the problem anew in the other process, so that nothing large is handed over.
    """
    context = mp.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(there, draw, planner, seconds, seed))
    child.start()
    there.close()
    try:
        ready = here.poll(LOADING) and here.recv()
        answered = ready and here.poll(PATIENCE * seconds)
        orders, wall, processor = here.recv() if answered else ({}, 0.0, 0.0)
    except EOFError:
        answered = False
    finally:
        child.kill()
        child.join()
    if not answered:
        return None
    raw, repaired, broken = worth(draw(), orders)
    return Judged(raw, repaired, broken, wall, processor)


def _answer(
    there: Connection, draw: Callable[[], Problem], planner: str, seconds: float, seed: int
) -> None:
    problem = draw()
    load(planner)
    there.send(True)
    began, used = time.monotonic(), time.process_time()
    orders = PEERS[planner](problem, seconds, seed)
    there.send((orders, time.monotonic() - began, time.process_time() - used))


def worth(problem: Problem, orders: Sequences) -> tuple[Worth, Worth, int]:
    """Return what orders are worth raw and repaired, and how many visits broke a rule in them."""
    draft = Draft(problem)
    draft.adopt(orders)
    raw = _sound(draft)
    broken = sum(map(len, orders.values())) - sum(map(len, draft.orders.values()))
    draft.insert_all(sorted(draft.unserved, key=lambda visit: -(visit.penalty or 0)))
    return raw, _sound(draft), broken


def _sound(draft: Draft) -> Worth:
    plan = build_plan(draft.problem, draft.orders)
    faults = check(draft.problem, plan).introduced
    assert not faults, faults[0].text
    driving = sum(route.travel for route in plan.routes)
    return Worth(plan.cost, len(plan.unassigned), driving, len(plan.routes))
