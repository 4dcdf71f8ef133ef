"""How spreads come in and chances go out of files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fieldservice.cli import main
from fieldservice.errors import Refused
from fieldservice.scheduling.exchange import problem_document, read_problem
from fieldservice.scheduling.outlook.spreads import LateStart, Shocks, Spread, Spreads, Weather
from fieldservice.scheduling.problem import Pin

from .instances import HOUR, MINUTE, a_problem, a_shift, a_visit, between

EVERYTHING = Spreads(
    work=Spread(1.1, 0.3),
    travel=Spread(1.05, 0.2),
    visits={2: Spread(2.0, 0.5), 3: Spread(1.1, 0.0)},
    shift_ratios={1: 0.9},
    elapsed={3: 600},
    shocks=Shocks(0.1, Weather(0.2, 1.3), LateStart(0.1, 900)),
)


def a_file(spreads: Spreads | None) -> dict[str, Any]:
    visits = [a_visit(1), a_visit(2, 50), a_visit(3, pin=Pin(1, 8 * HOUR))]
    return problem_document(a_problem(visits, a_shift(), spreads=spreads))


def test_spreads_read_back_the_same() -> None:
    assert read_problem(json.dumps(a_file(EVERYTHING))).spreads == EVERYTHING
    assert read_problem(json.dumps(a_file(None))).spreads is None


def test_a_job_takes_what_it_does_not_say_from_all_jobs() -> None:
    document = a_file(None) | {
        "spreads": {"service": {"ratio": 1.2, "sigma": 0.3}, "jobs": [{"id": 2, "sigma": 0.6}]}
    }
    spreads = read_problem(json.dumps(document)).spreads
    assert spreads is not None
    assert spreads.visits == {2: Spread(1.2, 0.6)}
    assert spreads.of_work(1, 1) == Spread(1.2, 0.3)


@pytest.mark.parametrize(
    ("spreads", "path"),
    [
        ({"work": {}}, "spreads.work"),
        ({"service": {"ratio": 0}}, "spreads.service.ratio"),
        ({"travel": {"sigma": 3}}, "spreads.travel.sigma"),
        ({"traffic": -1}, "spreads.traffic"),
        ({"weather": {"chance": 2}}, "spreads.weather.chance"),
        ({"late_start": {"mean": 1.5}}, "spreads.late_start.mean"),
        ({"jobs": [{"id": 9}]}, "spreads.jobs[0].id"),
        ({"jobs": [{"id": 1}, {"id": 1}]}, "spreads.jobs[1].id"),
        ({"jobs": [{"id": 1, "elapsed": 5}]}, "spreads.jobs[0].elapsed"),
        ({"vehicles": [{"id": 7}]}, "spreads.vehicles[0].id"),
        ({"vehicles": [{"id": 1, "ratio": "x"}]}, "spreads.vehicles[0].ratio"),
    ],
)
def test_bad_spreads_are_refused_with_their_path(spreads: object, path: str) -> None:
    with pytest.raises(Refused) as refused:
        read_problem(json.dumps(a_file(None) | {"spreads": spreads}))
    assert refused.value.field == path


def solved(folder: Path, document: dict[str, Any]) -> dict[str, Any]:
    path = folder / "problem.json"
    path.write_text(json.dumps(document))
    result = CliRunner().invoke(main, ["solve", str(path), "--iterations", "1"])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def jobs(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for step in answer["routes"][0]["steps"] if step["type"] == "job"]


def test_an_answer_tells_the_chances_where_spreads_are_given(tmp_path: Path) -> None:
    visits = [a_visit(1, 50, windows=between(10 * HOUR, 10 * HOUR + 10 * MINUTE))]
    document = problem_document(a_problem(visits, spreads=Spreads(travel=Spread(1.0, 0.3))))
    answer = solved(tmp_path, document)
    (step,) = jobs(answer)
    assert 0.5 < step["chance"] < 1
    low, middle, high = step["arrival_range"]
    assert low < middle < high
    assert answer["routes"][0]["chance"] == 1.0
    assert answer["routes"][0]["finish_range"][0] > 10 * HOUR
    document["vehicles"][0]["steps"] = answer["routes"][0]["steps"]
    assert solved(tmp_path, document) == answer


def test_an_answer_without_spreads_tells_no_chance(tmp_path: Path) -> None:
    answer = solved(tmp_path, problem_document(a_problem([a_visit(1)])))
    assert "chance" not in answer["routes"][0]
    assert all("chance" not in step for step in jobs(answer))
