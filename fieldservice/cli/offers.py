"""`fieldservice offers`: where one more job fits into the plan of a problem file."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fieldservice.cli.problem_files import read_file
from fieldservice.errors import Refused

if TYPE_CHECKING:
    from fieldservice.scheduling.insertion import Insertion
    from fieldservice.scheduling.orders import Orders
    from fieldservice.scheduling.problem import Problem, Visit
    from fieldservice.scheduling.reasons import Reason

    Found = tuple[Sequence[Insertion], dict[str, Any]]
    """The places, and what else the answer tells."""


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
    from fieldservice.scheduling.between.ties import binds
    from fieldservice.scheduling.draft import Draft
    from fieldservice.scheduling.exchange import read_offer_question
    from fieldservice.scheduling.expectation import expected_costs
    from fieldservice.scheduling.orders import served

    problem, asked = read_offer_question(text, job_text)
    draft = Draft(problem)
    draft.adopt({shift.id: shift.steps for shift in problem.shifts})
    for shift in problem.shifts:
        if set(shift.steps) - set(draft.orders[shift.id]):
            raise Refused("The steps break a rule, so nothing can be added.", _path(shift.id))
    visit = problem.visit(asked)
    _refuse_alone(problem, visit, served(draft.orders))
    ask = _tied if binds(problem) else partial(_untied, repeat=repeat)
    places, told = ask(problem, draft.orders, visit)
    expected = expected_costs(problem, draft.orders, visit, places)
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
        **told,
    }


def _untied(problem: Problem, orders: Orders, visit: Visit, repeat: int) -> Found:
    from fieldservice.scheduling.search.offering import Offers

    offers = Offers(problem, orders, visit)
    timing = offers.timed(repeat)
    places = offers.cheapest()
    microseconds = {"median": round(timing.median, 1), "p99": round(timing.p99, 1)}
    return places, {**_why_none(problem, orders, visit, places), "timing_us": microseconds}


def _tied(problem: Problem, orders: Orders, visit: Visit) -> Found:
    from fieldservice.scheduling.between.offering import TiedOffers

    offers = TiedOffers(problem, orders, visit)
    if not offers.is_sound:
        sentence = "The steps break a rule between routes, so nothing can be added."
        raise Refused(sentence, "vehicles")
    places = offers.cheapest()
    return places, _why_none(problem, orders, visit, places, offers.why_none)


def _why_none(
    problem: Problem,
    orders: Orders,
    visit: Visit,
    places: Sequence[Insertion],
    tie: Callable[[], Reason] | None = None,
) -> dict[str, Any]:
    """What keeps the visit off every route, where nothing is offered."""
    if places:
        return {}
    from fieldservice.scheduling.exchange.write_reasons import explanation_document
    from fieldservice.scheduling.explaining.standing_plan import StandingPlan
    from fieldservice.scheduling.explaining.unserved import explain_briefly
    from fieldservice.scheduling.problem import Rule

    found = explain_briefly(StandingPlan.of(problem, orders), visit)
    if tie is not None and found.reasons[0].rule is Rule.PENALTY:
        found = replace(found, reasons=(tie(),), obstacles=())
    return {"reasons": explanation_document(problem, found)["reasons"]}


def _refuse_alone(problem: Problem, visit: Visit, on_routes: Collection[int]) -> None:
    """Refuse to offer one of a crew, whose others move with it, or what waits for no stop."""
    if visit.group is not None and any(
        one.group == visit.group and one.id != visit.id for one in problem.visits
    ):
        raise Refused(
            "One of a crew is offered no place alone, since the others have to start with it. "
            "Leave this field out, or plan the whole file with fieldservice solve.",
            "job.group",
        )
    for number, wait in enumerate(visit.after):
        if wait.visit_id not in on_routes:
            raise Refused(
                f"Job {wait.visit_id} is on no vehicle's steps, so nothing can be offered after "
                "it. Put it there first.",
                f"job.after[{number}].job",
            )


def _path(vehicle_id: int) -> str:
    return f"vehicles[id={vehicle_id}].steps"
