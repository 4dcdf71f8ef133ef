"""Solving in a child process that can be stopped, limited and killed without harm to the caller."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO, Any

from fieldservice.errors import FieldServiceError
from fieldservice.scheduling.exchange import problem_document
from fieldservice.scheduling.plan import Bound, Plan, build_plan
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.reasons import unassigned_from
from fieldservice.scheduling.solve import Budget, Progress

GRACE_SECONDS = 30.0
"""How long a child may go on after its time is up, or after being asked to stop."""

WARMING_SECONDS = 300.0
"""How long a child may take to compile the kernels, where nobody did so before."""

LISTEN_SECONDS = 0.2
OUT_OF_MEMORY = (
    "MemoryError",
    # What a library says that got no memory and forgot to say why.
    "error return without exception set",
    "bad_alloc",
    "Buffer allocation failed",
    "out of memory",
)


class PlannerFailed(FieldServiceError):
    """The planner's process ended without a plan."""


def solve_in_child(
    problem: Problem,
    budget: Budget,
    seed: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    memory_limit_mb: int = 2048,
) -> Plan:
    """Return what `solve` returns, computed by a process of its own.

    `should_stop` is asked a few times a second; once true the best plan so far is returned.
    Raises PlannerFailed when the child crashes, runs out of memory or does not end in time.
    """
    on_a_map = any(shift.area for shift in problem.shifts)
    # Only matrix indices matter to the search, areas apart; coordinates are nobody's business.
    request = {
        "problem": problem_document(problem if on_a_map else replace(problem, locations=())),
        "seconds": budget.seconds,
        "iterations": budget.iterations,
        "bounded": budget.bounded,
        "threads": budget.threads,
        "seed": seed,
        "memory_limit_mb": memory_limit_mb,
        "parent": os.getpid(),
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "fieldservice.scheduling.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with child:
        try:
            _send(child, request)
            answer = _listen(child, budget, on_progress, should_stop)
        finally:
            child.kill()
    return _plan(problem, answer)


def _send(child: subprocess.Popen[bytes], request: dict[str, Any]) -> None:
    assert child.stdin
    try:
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.flush()
    except BrokenPipeError:
        raise PlannerFailed(_last_words(child)) from None


def _listen(
    child: subprocess.Popen[bytes],
    budget: Budget,
    on_progress: Callable[[Progress], None] | None,
    should_stop: Callable[[], bool],
) -> dict[str, Any]:
    """Pass progress on until the answer comes."""
    assert child.stdin
    assert child.stdout
    end: float | None = time.monotonic() + WARMING_SECONDS
    asked = False
    for line in _lines(child.stdout):
        if line:
            message = json.loads(line)
            if "ready" in message:
                end = _end(budget)
            elif "progress" not in message:
                return dict(message)
            elif on_progress:
                on_progress(Progress(**message["progress"]))
        if not asked and should_stop():
            asked = True
            child.stdin.close()
            end = min(end or float("inf"), time.monotonic() + GRACE_SECONDS)
        if end is not None and time.monotonic() > end:
            raise PlannerFailed("The planner did not end in time and was stopped.")
    raise PlannerFailed(_last_words(child))


def _end(budget: Budget) -> float | None:
    return None if budget.seconds is None else time.monotonic() + budget.seconds + GRACE_SECONDS


def _lines(pipe: IO[bytes]) -> Iterator[bytes]:
    """Yield each line as it comes, and an empty one whenever none comes for a while."""
    held = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if not selector.select(LISTEN_SECONDS):
                yield b""
                continue
            received = os.read(pipe.fileno(), 65536)
            if not received:
                return
            *lines, held = (held + received).split(b"\n")
            yield from lines


def _last_words(child: subprocess.Popen[bytes]) -> str:
    assert child.stderr
    child.kill()
    lines = child.stderr.read().decode(errors="replace").strip().splitlines()
    if any(sign in line for line in lines for sign in OUT_OF_MEMORY):
        return "The planner ran out of memory; raise its limit or plan fewer visits at once."
    return f"The planner's process failed: {lines[-1] if lines else 'it was killed'}"


def _plan(problem: Problem, answer: dict[str, Any]) -> Plan:
    if "failure" in answer:
        raise PlannerFailed(answer["failure"])
    sequences = {int(shift_id): order for shift_id, order in answer["sequences"].items()}
    unassigned = (unassigned_from(given) for given in answer["unassigned"])
    explained = {one.visit_id: one for one in unassigned}
    plan, proven = build_plan(problem, sequences, explained), answer["bound"]
    if proven is None:
        return plan
    return replace(plan, bound=Bound(proven["cost"], tuple(proven["relaxed"])))
