from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from fieldservice.errors import Refused
from fieldservice.scheduling.check import check
from fieldservice.scheduling.exchange import plan_document, problem_document, read_problem
from fieldservice.scheduling.plan import build_plan
from fieldservice.scheduling.problem import After, Overtime, Pin, Rule, TimeWindow, Waiver
from fieldservice.scheduling.solve import Budget, solve

from .instances import HOUR, LUNCH, a_problem, a_shift, a_stretch, a_visit, between

SQUARE = {"car": {"durations": [[0, 60], [60, 0]]}}


def a_document(
    job: dict[str, Any] | None = None, vehicle: dict[str, Any] | None = None, **top: Any
) -> dict[str, Any]:
    return {
        "jobs": [{"id": 1, "location_index": 1} | (job or {})],
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0} | (vehicle or {})],
        "matrices": SQUARE,
    } | top


def refusal(document: object) -> str | None:
    with pytest.raises(Refused) as refused:
        read_problem(document if isinstance(document, str) else json.dumps(document))
    return refused.value.field


def test_a_plain_vroom_file_is_understood() -> None:
    problem = read_problem(
        json.dumps(
            {
                "jobs": [{"id": 1, "location": [2.3, 48.8], "service": 60, "skills": [3]}],
                "vehicles": [{"id": 4, "start": [2.4, 48.9], "end": [2.4, 48.9]}],
            }
        )
    )
    visit, shift = problem.visits[0], problem.shifts[0]
    assert (visit.service, visit.skills) == (60, frozenset({3}))
    assert not visit.windows
    assert shift.start == shift.end != visit.location
    assert problem.travel_time(shift, shift.start, visit.location) > 210


def test_a_problem_with_every_field_reads_back_the_same() -> None:
    visits = [
        a_visit(
            1,
            setup=60,
            windows=(*between(0, 5), *between(10, 15)),
            skills=frozenset({2, 3}),
            skill_levels={5: 2},
            service_per_type={"trainee": 90, "": 5},
            setup_per_type={"trainee": 70},
            urgent=True,
            priority=7,
            penalty=99,
            delivery=(1, 2),
            preferred_shifts=frozenset({1}),
            preference_cost=5,
            allowed_shifts=frozenset({1, 2}),
            forbidden_shifts=frozenset({2}),
            max_lateness=9,
            lateness_cost_per_second=4,
            group=3,
            after=(After(2, 60, 90, same_shift=True),),
            together=frozenset({8}),
            tools=frozenset({4}),
            description="Boiler",
        ),
        a_visit(2, penalty=1, pin=Pin(1, 500), movable=True),
        a_visit(4, optional=True),
        a_visit(3, penalty=1, pin=Pin(2), allowed_shifts=frozenset()),
    ]
    shifts = [
        a_shift(
            1,
            breaks=(LUNCH,),
            skills=frozenset({2}),
            skill_levels={7: 4},
            type="trainee",
            area=(a_stretch(0, 20), a_stretch(30, 40)),
            max_leg_time=900,
            last_departure=-5,
            reserve=600,
            overtime=Overtime(60, 3),
            capacity=(5, 5),
            speed_factor=1.5,
            max_tasks=4,
            max_travel_time=5000,
            fixed_cost=10,
            cost_per_hour=1800,
            steps=(1, 2),
            description="Ana",
        ),
        a_shift(2, start=None, end=None),
    ]
    problem = a_problem(visits, *shifts, waivers=[Waiver(Rule.SKILL, 1)])
    again = read_problem(json.dumps(problem_document(problem)))
    assert again == replace(problem, locations=again.locations)
    assert [problem.place(visit.location) for visit in visits] == [
        again.place(visit.location) for visit in visits
    ]


def test_coordinates_survive_the_round_trip() -> None:
    text = '{"jobs": [{"id": 1, "location": [2, 48]}], "vehicles": [{"id": 1, "start": [3, 48]}]}'
    problem = read_problem(text)
    again = read_problem(json.dumps(problem_document(problem)))
    assert again == problem
    assert len(again.locations) == 2


def test_steps_of_an_answer_start_the_next_plan() -> None:
    problem = a_problem([a_visit(1), a_visit(2)], a_shift(breaks=(LUNCH,)))
    plan = build_plan(problem, {1: [2, 1]})
    document = problem_document(problem)
    answer = plan_document(problem, plan, check(problem, plan))
    document["vehicles"][0]["steps"] = answer["routes"][0]["steps"]
    assert read_problem(json.dumps(document)).shifts[0].steps == (2, 1)


def test_an_answer_tells_every_stop_and_the_sums() -> None:
    problem = a_problem([a_visit(1, setup=300), a_visit(2, penalty=None)], a_shift())
    plan = build_plan(problem, {1: [1]})
    answer = plan_document(problem, plan, check(problem, plan))
    route, summary = answer["routes"][0], answer["summary"]
    assert [step["type"] for step in route["steps"]] == ["start", "job", "end"]
    assert [step["duration"] for step in route["steps"]] == [0, 600, 1200]
    job = route["steps"][1]
    assert (job["arrival"], job["setup"], job["service"]) == (8 * HOUR + 600, 300, HOUR)
    assert summary["cost"] == route["cost"] + summary["penalty"]
    assert summary["penalty"] == summary["penalty_base"]
    assert (summary["violations"], answer["unassigned"][0]["id"]) == ([], 2)


def test_a_vehicle_without_hours_is_always_there() -> None:
    assert read_problem(json.dumps(a_document())).shifts[0].window == TimeWindow(0, 10**9)


REFUSED: list[tuple[str, object]] = [
    ("$", "{"),
    ("$", "[]"),
    ("$", '{"jobs": [{"id": NaN}]}'),
    ("jobs", '{"jobs": [], "jobs": []}'),
    ("shipments", a_document(shipments=[{}])),
    ("options", a_document(options={})),
    ("jobs", a_document(jobs={})),
    ("jobs[0]", a_document(jobs=[3])),
    ("jobs[0].id", a_document({"id": 1.0})),
    ("jobs[0].id", a_document({"id": True})),
    ("jobs[1].id", a_document(jobs=[{"id": 1, "location_index": 1}] * 2)),
    ("jobs[0].group", a_document({"group": "a"})),
    ("jobs[0].after[0].job", a_document({"after": [{"job": 9}]})),
    ("jobs[0].after[0].max_delay", a_document({"after": [{"job": 1, "delay": 5, "max_delay": 4}]})),
    ("after", a_document({"after": [{"job": 1}]})),
    ("jobs[0].pickup", a_document({"pickup": [1]})),
    ("jobs[0].service", a_document({"service": -1})),
    ("jobs[0].priority", a_document({"priority": 101})),
    ("jobs[0].location_index", a_document({"location_index": 2})),
    ("jobs[0].location_index", a_document(jobs=[{"id": 1, "location": [1, 2]}])),
    ("jobs[0].location_index", a_document(jobs=[{"id": 1}])),
    ("jobs[0].location", a_document({"location": [1]})),
    ("jobs[0].location.lat", a_document({"location": [1, 91]})),
    ("jobs[0].time_windows[0]", a_document({"time_windows": [[2, 1]]})),
    ("jobs[0].time_windows[0][1]", a_document({"time_windows": [[2, 3.5]]})),
    ("jobs[0].skill_levels", a_document({"skill_levels": {"gas": 1}})),
    ("jobs[0].skill_levels", a_document({"skill_levels": {"07": 1}})),
    ("jobs[0].skill_levels", a_document({"skill_levels": {"7" * 30: 1}})),
    ("jobs[0].skill_levels.7", a_document({"skill_levels": {"7": 0}})),
    ("jobs[0].skill_levels", a_document({"skill_levels": [7]})),
    ("jobs[0].service_per_type.van", a_document({"service_per_type": {"van": 1.5}})),
    ("jobs[0].setup_per_type.van", a_document({"setup_per_type": {"van": -1}})),
    ("jobs[0].optional", a_document({"optional": 1})),
    ("jobs[0].movable", a_document({"movable": True, "urgent": True})),
    ("vehicles[0].type", a_document(vehicle={"type": 3})),
    ("vehicles[0].area[0]", a_document(vehicle={"area": [[[0, 0], [1, 1], [0, 0]]]})),
    ("vehicles[0].area[0][1].lat", a_document(vehicle={"area": [[[0, 0], [1, 91], [2, 0]]]})),
    ("area", a_document(vehicle={"area": [[[0, 0], [1, 1], [2, 0]]]})),
    ("vehicles[0].max_leg_time", a_document(vehicle={"max_leg_time": -1})),
    ("vehicles[0].last_departure", a_document(vehicle={"last_departure": 1.0})),
    ("vehicles[0].reserve", a_document(vehicle={"reserve": -1})),
    ("jobs[0].skills[1]", a_document({"skills": [1, 1]})),
    (
        "jobs[0].penalty",
        a_document(
            jobs=[{"id": 1, "location_index": 1}, {"id": 2, "location_index": 1, "penalty": 3}]
        ),
    ),
    ("jobs[0].preference_cost", a_document({"preferred_vehicles": [1]})),
    ("jobs[0].preferred_vehicles", a_document({"preference_cost": 1})),
    ("jobs[0].allowed_vehicles", a_document({"allowed_vehicles": [8]})),
    ("jobs[0].pinned.vehicle", a_document({"pinned": {"vehicle": 8}})),
    ("vehicles[0].profile", a_document(vehicle={"profile": "boat"})),
    ("vehicles[0].breaks[0].max_load", a_document(vehicle={"breaks": [{"id": 1, "max_load": []}]})),
    ("vehicles[0].costs.per_km", a_document(vehicle={"costs": {"per_km": 1}})),
    ("vehicles[0].speed_factor", a_document(vehicle={"speed_factor": 0})),
    ("vehicles[0].steps", a_document(vehicle={"steps": [{"type": "job", "id": 9}]})),
    ("vehicles[0].steps[0].type", a_document(vehicle={"steps": [{"type": "pickup", "id": 1}]})),
    ("vehicles[0].max_distance", a_document(vehicle={"max_distance": 1})),
    ("matrices.car.durations[1]", a_document(matrices={"car": {"durations": [[0, 1], [1]]}})),
    (
        "matrices.car.durations[0][1]",
        a_document(matrices={"car": {"durations": [[0, -1], [1, 0]]}}),
    ),
    ("matrices.car.distances", a_document(matrices={"car": {"distances": []}})),
    ("objective.balance", a_document(objective={"balance": -1})),
    ("objective.max_changes", a_document(objective={"max_changes": 1.5})),
    ("tools[1].id", a_document(tools=[{"id": 1, "count": 1}, {"id": 1, "count": 2}])),
    ("waivers[0].rule", a_document(waivers=[{"rule": "gravity", "job": 1}])),
]


@pytest.mark.parametrize(("path", "document"), REFUSED, ids=lambda value: str(value)[:50])
def test_what_is_wrong_is_named_by_its_path(path: str, document: object) -> None:
    assert refusal(document) == path


BEYOND = 10**400
FAR = {"car": {"durations": [[0, 6000], [6000, 0]]}}


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("$", '{"jobs": [], "vehicles": [], "objective": {"travel": ' + "9" * 5000 + "}}"),
        ("$", a_document(objective={"travel": 2**53}, matrices=FAR)),
        ("$", a_document({"max_lateness": 2**53, "lateness_cost_per_second": 2**53})),
        ("$", a_document(vehicle={"overtime": {"max": 2**53, "cost_per_second": 2**53}})),
        ("vehicles[0].speed_factor", a_document(vehicle={"speed_factor": BEYOND})),
        ("vehicles[0].speed_factor", a_document(vehicle={"speed_factor": 1e-300})),
        ("vehicles[0].speed_factor", a_document(vehicle={"speed_factor": 5e-324})),
        ("jobs[0].location[0]", {"jobs": [{"id": 1, "location": [BEYOND, 0]}], "vehicles": []}),
        (
            "vehicles[0].steps[1]",
            a_document(vehicle={"steps": [{"type": "job", "id": 1}, {"type": "job", "id": 1}]}),
        ),
    ],
)
def test_what_cannot_be_counted_is_named_by_its_path(path: str, document: object) -> None:
    assert refusal(document) == path


def test_more_jobs_than_a_table_of_drives_holds_are_refused_before_it_is_made() -> None:
    jobs = [{"id": number, "location": [number / 100_000, 0]} for number in range(100_000)]
    assert refusal({"jobs": jobs, "vehicles": []}) == "jobs"


def test_costs_at_the_bound_are_still_planned() -> None:
    document = a_document({"penalty": 2**53}, {"costs": {"fixed": 2**52, "per_hour": 2**52}})
    problem = read_problem(json.dumps(document))
    plan = solve(problem, Budget(iterations=1), 1)
    assert not check(problem, plan).introduced
