"""`fieldservice offers`: where one more job fits into the plan of a problem file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from fieldservice.cli.problem_files import read_file
from fieldservice.errors import Refused


@click.command()
@click.argument("problem_file", metavar="PROBLEM.json", type=click.Path(path_type=Path))
@click.argument("job_file", metavar="JOB.json", type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True)
@click.option("--repeat", type=click.IntRange(1, 10**6), default=1000, show_default=True)
def command(problem_file: Path, job_file: Path, limit: int, repeat: int) -> None:
    """Offer places for JOB.json on the routes of PROBLEM.json, the cheapest to expect first.

    The vehicles of the problem carry `steps`, the plan so far: one vehicle for each technician
    and day, with one origin of time.
    """
    try:
        answer = _answer(read_file(problem_file), read_file(job_file), limit, repeat)
    except Refused as refusal:
        field = f"{refusal.field}: " if refusal.field else ""
        raise Refused(field + refusal.sentence) from None
    click.echo(json.dumps(answer, indent=2))


def _answer(text: str, job_text: str, limit: int, repeat: int) -> dict[str, Any]:
    from fieldservice.scheduling.draft import Draft
    from fieldservice.scheduling.exchange import read_offer_question
    from fieldservice.scheduling.expectation import expected_costs
    from fieldservice.scheduling.search.offering import Offers

    problem, asked = read_offer_question(text, job_text)
    draft = Draft(problem)
    draft.adopt({shift.id: shift.steps for shift in problem.shifts})
    for shift in problem.shifts:
        if set(shift.steps) - set(draft.orders[shift.id]):
            raise Refused("The steps break a rule, so nothing can be added.", _path(shift.id))
    visit = problem.visit(asked)
    offers = Offers(problem, draft.orders, visit)
    timing = offers.timed(repeat)
    expected = expected_costs(problem, draft.orders, visit, offers.cheapest())
    ranked = sorted(expected.items(), key=lambda one: (one[1], one[0].shift_id, one[0].position))
    return {
        "offers": [
            {
                "vehicle": one.shift_id,
                "position": one.position,
                "start": one.start,
                "cost": one.cost,
                "expected_cost": cost,
            }
            for one, cost in ranked[:limit]
        ],
        "timing_us": {"median": round(timing.median, 1), "p99": round(timing.p99, 1)},
    }


def _path(vehicle_id: int) -> str:
    return f"vehicles[id={vehicle_id}].steps"
