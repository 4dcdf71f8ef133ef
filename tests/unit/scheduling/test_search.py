"""The compiled search: true to the timing of the house, and as good as trying everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fieldservice.scheduling.check import check
from fieldservice.scheduling.plan import build_plan
from fieldservice.scheduling.problem import Problem, Shift, TimeWindow
from fieldservice.scheduling.search import columns as at
from fieldservice.scheduling.search import compiling
from fieldservice.scheduling.search.compiling import (
    KEPT_VERSIONS,
    SHELF,
    cache_folder,
    fingerprint,
)
from fieldservice.scheduling.search.lunch_placing import place_at_lunch
from fieldservice.scheduling.search.placing import place_on
from fieldservice.scheduling.search.searching import Search
from fieldservice.scheduling.search.step import judge, renew
from fieldservice.scheduling.solve import Budget, solve
from fieldservice.scheduling.timing import price

from .exhaustive import least_cost
from .instances import HOUR, LUNCH, MINUTE, a_problem, a_shift, a_visit
from .test_any_problem import problems, slow_is_fine


def unbound(problem: Problem, *, late: bool = True) -> Problem:
    """The same without what people decided, and without lateness where it is not wanted."""
    free = (replace(visit, pin=None) for visit in problem.visits)
    if not late:
        free = (replace(visit, max_lateness=0) for visit in free)
    return replace(problem, visits=tuple(free), waivers=frozenset())


def searched(problem: Problem, seed: int = 1, steps: int = 200) -> Search:
    search = Search(problem, {}, seed, pooled=100)
    if not search.is_trivial:
        search.construct()
        search.run(steps, 0, 1)
    return search


@slow_is_fine
@given(problems())
def test_routes_cost_what_the_house_says_they_cost(problem: Problem) -> None:
    problem = unbound(problem, late=False)
    search = searched(problem)
    for k, rows, cost in search.best_routes():
        order = [search.packed.visits[c].id for c in rows]
        assert price(problem, search.packed.shifts[k], order) == (0, cost)


@slow_is_fine
@given(problems())
def test_lateness_is_never_dearer_than_the_search_thought(problem: Problem) -> None:
    problem = unbound(problem)
    search = searched(problem)
    for k, rows, cost in search.best_routes():
        order = [search.packed.visits[c].id for c in rows]
        faults, true_cost = price(problem, search.packed.shifts[k], order)
        assert faults == 0
        assert true_cost <= cost


@slow_is_fine
@given(problems())
def test_the_usual_day_is_judged_like_any_other(problem: Problem) -> None:
    problem = unbound(problem, late=False)
    search = searched(problem)
    assume(not search.is_trivial)
    usual = np.flatnonzero(search.packed.shift[:, at.LUNCH])
    assert _places(search, usual, general=False) == _places(search, usual, general=True)


def _places(search: Search, routes: np.ndarray, *, general: bool) -> list[tuple[int, ...]]:
    """Every route's totals, and the best position of every visit that is not on it."""
    travel, visit, window, shift, rest, fit, _load, _capacity, *_, pace = search.packed.kernel
    nodes, label, total, _loaded, where = search._state
    out, trial = search._work[5], search._work[6]
    if general:
        shift[:, at.LUNCH] = 0
    found: list[tuple[int, ...]] = []
    for k in routes:
        renew(search.packed.kernel, search._state, search._tally, out, k)
        found.append(tuple(total[k, : at.VERSION].tolist()))
        for c in np.flatnonzero((where != k) & (fit[:, k] != at.NOT_FIT)):
            best = np.array([at.NEVER, -1, -1])
            plain = (travel, pace, visit, window, shift)
            last: dict[str, Any] = {"best": best, "k": int(k), "c": int(c)}
            if general:
                place_on(*plain, rest, fit, nodes, label, total, trial, out, **last)
            else:
                place_at_lunch(*plain, fit, nodes, label, total, **last)
            found.append(tuple(best.tolist()))
    return found


@slow_is_fine
@given(problems())
def test_what_is_remembered_of_a_route_is_what_it_would_say_again(problem: Problem) -> None:
    search = searched(unbound(problem))
    assume(not search.is_trivial)
    state, work = search.routes_now
    best, memo, version = work[7], work[9], state[2][:, at.VERSION]
    for c, k in zip(*np.nonzero(memo[:, :, at.MEMO_VERSION] == version), strict=True):
        best[:] = search.packed.visit[c, at.PENALTY], -1, -1
        judge(search.packed.kernel, state, work, search.packed.longest, int(c), int(k))
        assert tuple(memo[c, k, 1:]) == (best[0], best[2])


@slow_is_fine
@given(problems())
def test_a_tiny_problem_is_solved_as_well_as_by_trying_everything(problem: Problem) -> None:
    assume(len(problem.visits) <= 4)
    problem = unbound(problem, late=False)
    assert solve(problem, Budget(iterations=20)).cost == least_cost(problem)


@slow_is_fine
@given(problems(), st.integers(0, 5))
def test_the_same_seed_walks_the_same_way(problem: Problem, seed: int) -> None:
    one, other = searched(problem, seed), searched(problem, seed)
    assert (one.cost, one.orders) == (other.cost, other.orders)


FREE_FOR_EVER: dict[str, Any] = {"window": TimeWindow(0, 2**33), "cost_per_hour": 0}


@pytest.mark.parametrize(
    ("shift", "visits", "served"),
    [
        (a_shift(max_leg_time=20 * MINUTE, end=30, **FREE_FOR_EVER), {"places": (15, 30, 59)}, 2),
        (a_shift(reserve=2 * HOUR), {"places": (10,) * 8, "movable": True}, 6),
        (a_shift(last_departure=13 * HOUR), {"places": (10,) * 8}, 4),
    ],
)
def test_the_search_keeps_the_rules_of_a_shift_by_itself(
    shift: Shift, visits: dict[str, Any], served: int
) -> None:
    rules = {name: value for name, value in visits.items() if name != "places"}
    called = [a_visit(n, place, **rules) for n, place in enumerate(visits["places"], 1)]
    problem = a_problem(called, shift)
    search = searched(problem, steps=30)
    assert check(problem, build_plan(problem, search.orders)).introduced == ()
    assert len(search.orders[1]) == served


WALK = """
from tests.unit.scheduling.test_search import a_busy_day, searched
search = searched(a_busy_day(), steps=60)
print(search.cost, search.orders)
"""


def a_busy_day() -> Problem:
    visits = [a_visit(n, (7 * n) % 50, 50 * MINUTE, penalty=9000) for n in range(1, 16)]
    return a_problem(visits, a_shift(1, breaks=(LUNCH,)), a_shift(2))


@pytest.mark.parametrize("plain", ["0", "1"])
def test_compiled_or_not_the_walk_is_the_same(plain: str) -> None:
    search = searched(a_busy_day(), steps=60)
    walked = subprocess.run(
        [sys.executable, "-c", WALK],
        env={**os.environ, "FIELDSERVICE_UNCOMPILED": plain, "PYTHONPATH": os.curdir},
        capture_output=True,
        text=True,
        check=True,
    )
    assert walked.stdout == f"{search.cost} {search.orders}\n"


def test_an_edited_kernel_is_compiled_anew(tmp_path: Path) -> None:
    (tmp_path / "search").mkdir()
    callee = tmp_path / "search" / "callee.py"
    callee.write_text("A = 1")
    before = fingerprint(tmp_path)
    callee.write_text("A = 2")
    assert fingerprint(tmp_path) != before


def test_kernels_are_kept_where_they_are_already(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FIELDSERVICE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = cache_folder()
    assert first.is_relative_to(tmp_path / "var")
    shutil.move(tmp_path / "var", tmp_path / "cache")
    assert cache_folder().is_relative_to(tmp_path / "cache")


def test_of_those_who_start_together_one_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "PLAIN", False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    heard: list[str] = []

    def come_second() -> None:
        with compiling.compiling_alone() as made:
            assert not made or heard
            heard.append("second")

    with compiling.compiling_alone() as made:
        assert not made
        other = Thread(target=come_second)
        other.start()
        other.join(0.2)
        heard.append("first")
    other.join()
    assert heard == ["first", "second"]
    assert (tmp_path / "made").exists()


def test_kernels_of_versions_long_gone_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FIELDSERVICE_VAR", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for version in range(9):
        (tmp_path / SHELF / str(version)).mkdir(parents=True)
    mine = cache_folder()
    assert mine.exists()
    assert len(list((tmp_path / SHELF).iterdir())) == KEPT_VERSIONS
