"""Questions no good plan answers: refused by the field to mend, or answered with reasons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fieldservice.cli import main

FAR = 2**31
TABLE = [[0, 600, 600], [600, 0, 600], [600, 600, 0]]
DAY = {"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, 30_000]}


def a_job(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": number, "location_index": 1, "service": 600} | fields


def a_file(*jobs: object, vehicles: object = (DAY,), table: object = TABLE) -> dict[str, Any]:
    matrices = {"car": {"durations": table}}
    return {"jobs": list(jobs), "vehicles": vehicles, "matrices": matrices}


def run(folder: Path, document: object, *options: str) -> Result:
    path = folder / "problem.json"
    path.write_text(json.dumps(document))
    options = ("--iterations", "1", *(options or ("--no-bound",)))
    return CliRunner().invoke(main, ["solve", str(path), *options])


def answer(folder: Path, document: object, *options: str) -> dict[str, Any]:
    result = run(folder, document, *options)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["summary"]["violations"] == []
    assert all(left_out["reasons"] for left_out in found["unassigned"])
    return found


REFUSED: list[tuple[str, object]] = [
    ("jobs[1].id", a_file(a_job(), a_job())),
    ("vehicles[1].id", a_file(a_job(), vehicles=[DAY, DAY])),
    ("jobs[0].service", a_file(a_job(service=600.0))),
    ("jobs[0].pinned.start", a_file(a_job(pinned={"vehicle": 1, "start": 1.5}))),
    ("jobs[0].pinned.vehicle", a_file(a_job(pinned={"vehicle": 9}))),
    ("jobs[0].time_windows[0]", a_file(a_job(time_windows=[[9, 3]]))),
    ("vehicles[0].time_window", a_file(a_job(), vehicles=[DAY | {"time_window": [9, 3]}])),
    (
        "vehicles[0].breaks[0].time_windows",
        a_file(a_job(), vehicles=[DAY | {"breaks": [{"id": 1, "time_windows": 3}]}]),
    ),
    ("matrices.car.durations[2]", a_file(a_job(), table=[[0, 1, 1], [1, 0, 1], [1, 1]])),
    ("matrices.car.durations[1][0]", a_file(a_job(), table=[[0, 1], [-1, 0]])),
    ("matrices.car.durations[0][1]", a_file(a_job(), table=[[0, None], [1, 0]])),
    ("matrices.car.durations[0][1]", a_file(a_job(), table=[[0, 0.5], [1, 0]])),
    ("matrices.car.durations", a_file(a_job(), table=None)),
    ("vehicles[0].start_index", a_file(a_job(), table=[])),
    ("jobs[0].location_index", a_file(a_job(location_index=-1))),
    ("jobs", a_file() | {"jobs": None}),
    ("vehicles", a_file(vehicles={})),
    ("$", []),
]


MENDED: list[tuple[str, str, object]] = [
    (
        "vehicles[0].breaks",
        "at most 20 breaks, not 21",
        a_file(a_job(), vehicles=[DAY | {"breaks": [{"id": n} for n in range(21)]}]),
    ),
    ("matrices.car.durations[0][1]", "2147483648", a_file(a_job(), table=[[0, None], [1, 0]])),
    (
        "vehicles[1].steps",
        "vehicles 1 and 2",
        a_file(
            a_job(),
            vehicles=[DAY | {"id": n, "steps": [{"type": "job", "id": 1}]} for n in (1, 2)],
        ),
    ),
]


@pytest.mark.parametrize(("path", "mend", "document"), MENDED, ids=[path for path, *_ in MENDED])
def test_a_refusal_says_how_to_write_it(
    path: str, mend: str, document: object, tmp_path: Path
) -> None:
    said = run(tmp_path, document).stderr
    assert said.startswith(f"{path}: ")
    assert mend in said


def test_twenty_breaks_and_a_drive_nobody_makes_are_planned(tmp_path: Path) -> None:
    breaks = [{"id": n, "service": 60, "time_windows": []} for n in range(20)]
    table = [[0, 600, 2**31], [600, 0, 2**31], [600, 600, 0]]
    asked = a_file(
        a_job(time_windows=[]),
        a_job(2, location_index=2),
        vehicles=[DAY | {"breaks": breaks}],
        table=table,
    )
    found = answer(tmp_path, asked)
    assert [left_out["id"] for left_out in found["unassigned"]] == [2]
    assert [step["type"] for step in found["routes"][0]["steps"]].count("break") == 20


@pytest.mark.parametrize(("path", "document"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_cannot_be_meant_is_refused_by_the_field_to_mend(
    path: str, document: object, tmp_path: Path
) -> None:
    result = run(tmp_path, document)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{path}: ")
    assert "Traceback" not in result.stderr


LEFT_OUT: list[tuple[str, object]] = [
    ("nobody works", a_file(a_job(), vehicles=[])),
    ("nobody can start", a_file(a_job(), vehicles=[DAY | {"time_window": [5, 5]}])),
    ("outside every shift", a_file(a_job(time_windows=[[90_000, 99_000]]))),
    ("before every shift", a_file(a_job(time_windows=[[-900, -100]]))),
    ("no way there", a_file(a_job(), table=[[0, FAR], [600, 0]])),
    ("no way back", a_file(a_job(), table=[[0, 600], [FAR, 0]])),
    ("longer than a day", a_file(a_job(service=2**40))),
    ("allowed nowhere", a_file(a_job(allowed_vehicles=[]))),
    (
        "a break as long as the shift",
        a_file(a_job(), vehicles=[DAY | {"breaks": [{"id": 1, "service": 30_000}]}]),
    ),
    (
        "a break after the shift",
        a_file(
            a_job(),
            vehicles=[
                DAY | {"breaks": [{"id": 1, "service": 60, "time_windows": [[50_000, 60_000]]}]}
            ],
        ),
    ),
    ("too heavy", a_file(a_job(delivery=[3]), vehicles=[DAY | {"capacity": [2]}])),
    (
        "nobody has that level",
        a_file(a_job(skill_levels={"7": 9}), vehicles=[DAY | {"skills": [7]}]),
    ),
]


@pytest.mark.parametrize("document", [one for _, one in LEFT_OUT], ids=[one for one, _ in LEFT_OUT])
def test_what_cannot_be_served_is_left_out_with_its_reasons(
    document: object, tmp_path: Path
) -> None:
    found = answer(tmp_path, document)
    assert [left_out["id"] for left_out in found["unassigned"]] == [1]
    assert found["routes"] == []


def on_the_map(*fields: dict[str, Any]) -> dict[str, Any]:
    places = ({"id": n, "location": [1.5, 42.5 + n / 100]} for n in range(1, 1 + len(fields)))
    return {"jobs": [{**place, **own} for place, own in zip(places, fields, strict=True)]}


IDLE: dict[str, dict[str, Any]] = {
    "a matrix": a_file(a_job(), a_job(2)),
    "coordinates": on_the_map({}, {}),
    "penalties": on_the_map({"penalty": 9}, {"penalty": 7}),
    "a crew": on_the_map({"group": 1}, {"group": 1}),
    "one after the other": on_the_map({}, {"after": [{"job": 1}]}),
    "shared tools": on_the_map({"tools": [1]}, {}) | {"tools": [{"id": 1, "count": 1}]},
    "few changes": on_the_map({}, {}) | {"objective": {"max_changes": 0}},
    "even days": on_the_map({}, {}) | {"objective": {"balance": 1}},
    "risk": on_the_map({}, {}) | {"objective": {"risk": 1}, "spreads": {"traffic": 0.1}},
}


@pytest.mark.parametrize("options", [("--no-bound",), ("--explain", "--threads", "2")])
@pytest.mark.parametrize("document", IDLE.values(), ids=IDLE)
def test_a_day_on_which_nobody_works_says_so_of_each_visit(
    document: dict[str, Any], options: tuple[str, ...], tmp_path: Path
) -> None:
    found = answer(tmp_path, document | {"vehicles": []}, *options)
    assert [left_out["id"] for left_out in found["unassigned"]] == [1, 2]
    for left_out in found["unassigned"]:
        (reason,) = left_out["reasons"]
        assert (reason["rule"], reason["proved"]) == ("nobody", True)
        assert reason["text"] == "There is no technician, no vehicle at all."


def test_nothing_to_do_is_an_empty_plan(tmp_path: Path) -> None:
    found = answer(tmp_path, a_file())
    assert (found["routes"], found["unassigned"], found["summary"]["cost"]) == ([], [], 0)
    assert answer(tmp_path, {"jobs": [], "vehicles": []})["summary"]["cost"] == 0


def test_one_visit_is_one_route(tmp_path: Path) -> None:
    assert len(answer(tmp_path, a_file(a_job()))["routes"]) == 1


def test_pins_that_contradict_each_other_are_kept_and_listed(tmp_path: Path) -> None:
    pin = {"vehicle": 1, "start": 5000}
    twice = a_file(a_job(pinned=pin), a_job(2, location_index=2, pinned=pin))
    found = answer(tmp_path, twice)
    assert found["unassigned"] == []
    assert found["summary"]["accepted_violations"]


def test_a_pin_against_every_rule_is_kept_and_listed(tmp_path: Path) -> None:
    rules: dict[str, Any] = {
        "skills": [9],
        "forbidden_vehicles": [1],
        "time_windows": [[90_000, 99_000]],
    }
    found = answer(tmp_path, a_file(a_job(pinned={"vehicle": 1}, **rules)))
    broken = {one["rule"] for one in found["summary"]["accepted_violations"]}
    assert {"skill", "forbidden_shift"} <= broken


def test_a_pair_without_a_way_is_served_by_two_or_in_the_order_that_works(tmp_path: Path) -> None:
    table = [[0, 600, 600], [600, 0, FAR], [600, 600, 0]]
    found = answer(tmp_path, a_file(a_job(), a_job(2, location_index=2), table=table))
    assert [step["id"] for step in found["routes"][0]["steps"] if step["type"] == "job"] == [2, 1]


def test_a_million_jobs_are_refused_before_one_of_them_is_read(tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    path.write_text('{"jobs": [' + "{}," * (10**6 - 1) + '{}], "vehicles": []}')
    result = CliRunner().invoke(main, ["solve", str(path), "--iterations", "1"])
    assert result.exit_code == 2
    assert result.stderr.startswith("jobs: ")


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (b"[" * 100_000, "No field of a problem nests so."),
        ("\ufeff{}".encode(), "Save it as UTF-8 without one."),
        ("{}".encode("utf-16"), "Save it in UTF-8"),
        (b'{"jobs": [], "jobs": []}', "gives “jobs” twice. Keep one of them."),
    ],
    ids=["deep", "marked", "UTF-16", "twice"],
)
def test_a_file_that_is_no_json_is_refused_with_the_mend(
    tmp_path: Path, content: bytes, mend: str
) -> None:
    path = tmp_path / "problem.json"
    path.write_bytes(content)
    result = CliRunner().invoke(main, ["solve", str(path), "--iterations", "1", "--no-bound"])
    assert result.exit_code == 2
    assert mend in result.stderr
    assert "recursion" not in result.stderr
