"""The child of `runner`: one request on stdin, progress and the plan as JSON lines on stdout.

Closing stdin asks it to stop with the best so far.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import sys
from dataclasses import asdict
from typing import Any

from fieldservice.errors import FieldServiceError
from fieldservice.scheduling.exchange import problem_from
from fieldservice.scheduling.plan import Plan
from fieldservice.scheduling.search.warm import CHANGING, warm
from fieldservice.scheduling.solve import Budget, Progress, solve
from fieldservice.scheduling.speeds import AT_USUAL_SPEED
from fieldservice.scheduling.travel import StraightLine

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Answer the one request."""
    request = json.loads(sys.stdin.buffer.readline())
    _die_with(request["parent"])
    _limit_memory(request["memory_limit_mb"])
    warm(CHANGING if request["problem"].get("speeds") else AT_USUAL_SPEED)
    _say({"ready": True})
    _say(_answer(request))


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    budget = Budget(
        *(request["seconds"], request["iterations"], request["bounded"], request["threads"])
    )
    try:
        problem = problem_from(request["problem"], StraightLine())
        plan = solve(problem, budget, request["seed"], _report, _asked_to_stop)
    except FieldServiceError as error:
        return {"failure": error.sentence}
    return _document(plan)


def _document(plan: Plan) -> dict[str, Any]:
    return {
        "sequences": plan.sequences,
        "unassigned": [asdict(left_out) for left_out in plan.unassigned],
        "bound": asdict(plan.bound) if plan.bound else None,
    }


def _report(progress: Progress) -> None:
    _say({"progress": asdict(progress)})


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _asked_to_stop() -> bool:
    readable, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(readable)


def _die_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The parent has gone.")


def _limit_memory(megabytes: int) -> None:
    limit = megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    main()
