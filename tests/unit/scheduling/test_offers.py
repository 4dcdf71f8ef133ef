"""Where one more visit fits: the kernels offer what the exact insertion offers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import assume, given

from fieldservice.cli import main
from fieldservice.scheduling.insertion import Insertion, insertions
from fieldservice.scheduling.problem import Problem
from fieldservice.scheduling.search.offering import Offers
from fieldservice.scheduling.solve import Budget, solve

from .instances import HOUR
from .test_any_problem import problems, slow_is_fine
from .test_search import unbound


@slow_is_fine
@given(problems())
def test_each_route_offers_its_cheapest_place(problem: Problem) -> None:
    problem = unbound(problem, late=False)
    plan = solve(problem, Budget(iterations=1))
    assume(plan.unassigned)
    for left_out in plan.unassigned:
        visit = problem.visit(left_out.visit_id)
        cheapest: dict[int, Insertion] = {}
        for one in insertions(problem, plan.sequences, visit):
            cheapest.setdefault(one.shift_id, one)
        offered = {one.shift_id: one for one in Offers(problem, plan.sequences, visit).cheapest()}
        assert {k: one.cost for k, one in offered.items()} == {
            k: one.cost for k, one in cheapest.items()
        }


JOB: dict[str, Any] = {"id": 9, "location_index": 2, "service": HOUR}


@pytest.fixture
def problem() -> dict[str, Any]:
    day = {"start_index": 0, "end_index": 0, "time_window": [0, 4 * HOUR]}
    job = {"type": "job"}
    return {
        "jobs": [{"id": n, "location_index": n, "service": HOUR} for n in (1, 2)],
        "vehicles": [
            {"id": 1, **day, "steps": [{**job, "id": 1}]},
            {"id": 2, **day, "steps": [{**job, "id": 2}]},
        ],
        "matrices": {"car": {"durations": [[0, 600, 600], [600, 0, 600], [600, 600, 0]]}},
    }


def offers(folder: Path, problem: object, job: object, *options: object) -> Result:
    for name, content in (("problem", problem), ("job", job)):
        (folder / f"{name}.json").write_text(json.dumps(content))
    files = [str(folder / "problem.json"), str(folder / "job.json")]
    return CliRunner().invoke(main, ["offers", *files, *map(str, options)])


def test_the_nearest_route_is_offered_first(tmp_path: Path, problem: dict[str, Any]) -> None:
    answer = json.loads(offers(tmp_path, problem, JOB, "--repeat", 5).stdout)
    first, second = answer["offers"]
    assert (first["vehicle"], first["cost"]) == (2, 0)
    assert (second["vehicle"], second["cost"]) == (1, 600)
    assert set(answer["timing_us"]) == {"median", "p99"}


def test_an_empty_day_costs_less_where_a_neighbour_is_expected(
    tmp_path: Path, problem: dict[str, Any]
) -> None:
    problem["vehicles"][0] |= {"time_window": [30 * HOUR, 34 * HOUR], "steps": []}
    problem["jobs"] = problem["jobs"][1:]
    asked = JOB | {"location_index": 1}
    alone = json.loads(offers(tmp_path, problem, asked, "--repeat", 1).stdout)["offers"]
    assert [(one["vehicle"], one["cost"], one["expected_cost"]) for one in alone] == [
        (2, 600, 600),
        (1, 1200, 1200),
    ]
    problem["demand"] = [{"location_index": 1, "per_day": 1}]
    found = json.loads(offers(tmp_path, problem, asked, "--repeat", 1).stdout)["offers"]
    busy, empty = found
    assert busy["expected_cost"] == busy["cost"] == 600
    assert 1100 < empty["expected_cost"] < empty["cost"] == 1200


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ({"location_index": 1}, "demand[0].per_day"),
        ({"per_day": 1}, "demand[0].location_index"),
        ({"location_index": 9, "per_day": 1}, "demand[0].location_index"),
        ({"location_index": 1, "per_day": 0}, "demand[0].per_day"),
        ({"location_index": 1, "per_day": "many"}, "demand[0].per_day"),
        ({"location_index": 1, "per_day": 1, "size": 2}, "demand[0].size"),
    ],
)
def test_faulty_demand_is_refused_by_its_path(
    tmp_path: Path, problem: dict[str, Any], place: dict[str, Any], path: str
) -> None:
    result = offers(tmp_path, problem | {"demand": [place]}, JOB)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{path}: ")


def test_no_more_is_printed_than_asked_for(tmp_path: Path, problem: dict[str, Any]) -> None:
    answer = json.loads(offers(tmp_path, problem, JOB, "--limit", 1, "--repeat", 1).stdout)
    assert len(answer["offers"]) == 1


def test_no_place_is_an_answer(tmp_path: Path, problem: dict[str, Any]) -> None:
    answer = json.loads(offers(tmp_path, problem, JOB | {"skills": [7]}, "--repeat", 1).stdout)
    assert answer["offers"] == []
    assert [one["rule"] for one in answer["reasons"]] == ["skill"]


@pytest.mark.parametrize(
    ("job", "complaint"),
    [
        (JOB | {"service": 1.5}, "job.service: "),
        (JOB | {"id": 1}, "job.id: "),
        (JOB | {"location_index": 9}, "job.location_index: "),
        (JOB | {"colour": "red"}, "job.colour: "),
        ([JOB], "job: "),
    ],
)
def test_a_faulty_job_is_refused_by_its_path(
    tmp_path: Path, problem: dict[str, Any], job: object, complaint: str
) -> None:
    result = offers(tmp_path, problem, job)
    assert result.exit_code == 2
    assert result.stderr.startswith(complaint)


def test_steps_that_break_a_rule_are_refused(tmp_path: Path, problem: dict[str, Any]) -> None:
    problem["jobs"][0]["time_windows"] = [[10 * HOUR, 11 * HOUR]]
    result = offers(tmp_path, problem, JOB)
    assert (result.exit_code, "steps" in result.stderr) == (2, True)


def answered(folder: Path, problem: object, job: object) -> dict[str, Any]:
    result = offers(folder, problem, job, "--repeat", 1)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def starts(answer: dict[str, Any]) -> dict[int, int]:
    return {one["vehicle"]: one["start"] for one in answer["offers"]}


def test_a_job_after_another_is_offered_when_that_one_is_over(
    tmp_path: Path, problem: dict[str, Any]
) -> None:
    problem["jobs"][0]["time_windows"] = [[5000, 6000]]
    over = 5000 + HOUR
    later = JOB | {"service": 60, "after": [{"job": 1, "delay": 600}]}
    assert starts(answered(tmp_path, problem, later)) == {1: over + 600, 2: over + 600}
    later["after"][0]["same_vehicle"] = True
    assert starts(answered(tmp_path, problem, later)) == {1: over + 600}
    late = later | {"service": 2 * HOUR}
    assert answered(tmp_path, problem, late)["offers"] == []
    later["after"][0]["max_delay"] = 700
    later["time_windows"] = [[0, over + 500], [over + 1800, over + 1900]]
    (reason,) = answered(tmp_path, problem, later)["reasons"]
    assert (reason["rule"], "one after the other" in reason["text"]) == ("after", True)


def test_a_shared_tool_is_offered_only_where_it_is(tmp_path: Path, problem: dict[str, Any]) -> None:
    problem["tools"] = [{"id": 5, "count": 1}]
    problem["jobs"][0]["tools"] = [5]
    assert set(starts(answered(tmp_path, problem, JOB | {"tools": [5]}))) == {1}
    problem["vehicles"][0]["max_tasks"] = 1
    (reason,) = answered(tmp_path, problem, JOB | {"tools": [5]})["reasons"]
    assert (reason["rule"], "shared tool" in reason["text"]) == ("tool", True)


def test_no_offer_takes_a_technicians_rest(tmp_path: Path, problem: dict[str, Any]) -> None:
    for number, vehicle in enumerate(problem["vehicles"]):
        hours = [number * 5 * HOUR, number * 5 * HOUR + 4 * HOUR]
        vehicle |= {"technician": 1, "rest": 3 * HOUR, "time_window": hours}
    assert answered(tmp_path, problem, JOB)["offers"][0]["vehicle"] == 2
    by_one = JOB | {"allowed_vehicles": [1], "service": 2 * HOUR}
    (reason,) = answered(tmp_path, problem, by_one)["reasons"]
    assert (reason["rule"], "rest" in reason["text"]) == ("rest", True)


@pytest.mark.parametrize(
    ("ties", "path"),
    [
        ({"group": 7}, "job.group"),
        ({"after": [{"job": 2}, {"job": 3}]}, "job.after[1].job"),
    ],
)
def test_a_job_that_cannot_be_offered_alone_is_refused(
    tmp_path: Path, problem: dict[str, Any], ties: dict[str, Any], path: str
) -> None:
    problem["jobs"].append({"id": 3, "location_index": 1, "group": 7})
    result = offers(tmp_path, problem, JOB | ties)
    assert (result.exit_code, result.stderr.startswith(f"{path}: ")) == (2, True)


def test_steps_that_break_a_rule_between_routes_are_refused(
    tmp_path: Path, problem: dict[str, Any]
) -> None:
    problem["jobs"][1]["after"] = [{"job": 1, "delay": 9 * HOUR}]
    result = offers(tmp_path, problem, JOB)
    assert (result.exit_code, "between routes" in result.stderr) == (2, True)


def test_nobody_is_offered_where_nobody_works(tmp_path: Path, problem: dict[str, Any]) -> None:
    for idle in (problem, problem | {"tools": [{"id": 5, "count": 1}]}):
        answer = answered(tmp_path, idle | {"vehicles": []}, JOB)
        assert ([one["rule"] for one in answer["reasons"]], answer["offers"]) == (["nobody"], [])
