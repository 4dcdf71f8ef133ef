"""`fieldservice solve`: plan a problem file, with no database and no server."""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import click

from fieldservice.cli.problem_files import read_file
from fieldservice.errors import FieldServiceError, Refused

STARTED = time.monotonic()
EXPLAINING_SHARE = 0.05
"""Part of the time kept for other places, where they are asked for."""


@click.command()
@click.argument("problem_file", metavar="PROBLEM.json", type=click.Path(path_type=Path))
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="Wall time, all in.")
@click.option("--iterations", type=click.IntRange(min=1), help="Search this much, on any machine.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--no-bound", is_flag=True, help="Spend no time on a lower bound.")
@click.option("--explain", is_flag=True, help="Tell the next best places of every visit.")
@click.option("--output", type=click.Path(path_type=Path), help="Write here, not to the screen.")
def command(
    problem_file: Path,
    seconds: float | None,
    iterations: int | None,
    seed: int,
    threads: int,
    no_bound: bool,
    explain: bool,
    output: Path | None,
) -> None:
    """Plan the visits of PROBLEM.json; docs/format.md describes both files."""
    if seconds is not None and iterations is not None:
        _exit(2, "Give --seconds or --iterations, not both.")
    if seconds is None and iterations is None:
        seconds = 10
    try:
        text = read_file(problem_file)
        answer = _answer(
            *(text, seconds, iterations, seed, threads), bounded=not no_bound, explain=explain
        )
    except Refused as refusal:
        _exit(2, f"{refusal.field}: {refusal.sentence}" if refusal.field else refusal.sentence)
    except FieldServiceError as error:
        _exit(1, error.sentence)
    _write(json.dumps(answer, indent=2) + "\n", output)


def _answer(
    text: str,
    seconds: float | None,
    iterations: int | None,
    seed: int,
    threads: int,
    *,
    bounded: bool,
    explain: bool,
) -> dict[str, Any]:
    from fieldservice.scheduling.check import check
    from fieldservice.scheduling.exchange import plan_document, read_problem
    from fieldservice.scheduling.explaining.alternatives import all_alternatives
    from fieldservice.scheduling.outlook.simulate import simulate
    from fieldservice.scheduling.solve import Budget, solve

    problem = read_problem(text)
    ends = math.inf
    if seconds is not None:
        seconds = max(0.1, seconds - _since_process_start())
        ends = time.monotonic() + seconds
        seconds *= 1 - EXPLAINING_SHARE if explain else 1
    plan = solve(problem, Budget(seconds, iterations, bounded, threads), seed)
    spreads = problem.spreads
    outlook = simulate(problem, plan, spreads, seed=seed) if spreads else None
    others = all_alternatives(problem, plan, lambda: time.monotonic() < ends) if explain else {}
    return plan_document(problem, plan, check(problem, plan), outlook, others)


def _since_process_start() -> float:
    """Return seconds since this process began; since this module was read where unknown."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        uptime = float(Path("/proc/uptime").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return time.monotonic() - STARTED
    return uptime - ticks / 100


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        _exit(2, f"{output} cannot be written: {error}")


def _exit(status: int, sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(status)
