from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fieldservice.cli import main
from fieldservice.scheduling.exchange import problem_document

from .instances import LUNCH, a_problem, a_shift, a_visit


@pytest.fixture
def problem_file(tmp_path: Path) -> Path:
    visits = [a_visit(1), a_visit(2, 20), a_visit(3, skills=frozenset({9}))]
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(problem_document(a_problem(visits, a_shift(breaks=(LUNCH,))))))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["solve", *map(str, arguments)])


OTHER_PLACE = {"vehicle", "position", "start", "cost"}


def test_the_answer_is_printed(problem_file: Path) -> None:
    result = run(problem_file, "--iterations", 2, "--seed", 3, "--threads", 1, "--no-bound")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["code"], answer["summary"]["violations"]) == (0, 0, [])
    assert [left_out["id"] for left_out in answer["unassigned"]] == [3]
    assert "lower_bound" not in answer["summary"]


def test_the_answer_says_what_no_plan_can_undercut(problem_file: Path) -> None:
    summary = json.loads(run(problem_file, "--iterations", 20).stdout)["summary"]
    assert (summary["lower_bound"], summary["gap"]) == (summary["cost"], 0.0)
    assert (summary["gap_served"], summary["bound_model"]) == (0.0, "every rule")


def test_the_answer_can_go_to_a_file(problem_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "answer.json"
    result = run(problem_file, "--iterations", 2, "--output", target)
    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads(target.read_text())["summary"]["routes"] == 1


def test_the_same_file_and_seed_give_the_same_bytes(problem_file: Path) -> None:
    first, second = (run(problem_file, "--iterations", 2) for _ in range(2))
    assert first.stdout_bytes == second.stdout_bytes


def test_seconds_are_enough_of_a_budget(problem_file: Path) -> None:
    assert run(problem_file, "--seconds", 1).exit_code == 0


def test_a_bad_file_is_refused_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"jobs": [{"id": 1, "location": [1, 2], "service": 1.5}], "vehicles": []}')
    result = run(path, "--iterations", 1)
    assert result.exit_code == 2
    assert result.stderr.startswith("jobs[0].service: ")


@pytest.mark.parametrize("arguments", [("missing.json",), ("x.json", "--seconds", 0)])
def test_what_cannot_be_read_or_meant_is_status_2(arguments: tuple[object, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_seconds_and_iterations_exclude_each_other(problem_file: Path) -> None:
    assert run(problem_file, "--seconds", 1, "--iterations", 1).exit_code == 2


def test_planning_a_file_needs_no_database_and_no_web_server() -> None:
    program = (
        "import sys, fieldservice.cli.solve, fieldservice.scheduling.solve;"
        "sys.exit(bool({'flask', 'sqlalchemy', 'apscheduler'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_each_rule_costs_sums_to_the_whole_and_other_places_come_when_asked(
    problem_file: Path,
) -> None:
    plain = json.loads(run(problem_file, "--iterations", 2).stdout)
    assert sum(plain["summary"]["score"].values()) == plain["summary"]["cost"]
    for route in plain["routes"]:
        assert sum(route["score"].values()) == route["cost"]
        assert not any("alternatives" in step for step in route["steps"])
    asked = json.loads(run(problem_file, "--iterations", 2, "--explain").stdout)
    steps = [step for route in asked["routes"] for step in route["steps"] if step["type"] == "job"]
    assert all(set(one) == OTHER_PLACE for step in steps for one in step["alternatives"])
