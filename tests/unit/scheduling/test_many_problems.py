"""The properties of any problem, tried on many more than a change has time for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.scheduling import test_any_problem as stories
from tests.unit.scheduling.test_any_problem import problems

MANY = settings(
    max_examples=1500, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
STORIES: list[tuple[Any, tuple[st.SearchStrategy[Any], ...]]] = [
    (stories.test_no_plan_introduces_a_violation_or_loses_a_visit, (st.integers(0, 3),)),
    (stories.test_every_insertion_offered_keeps_the_plan_sound, ()),
    (
        stories.test_any_order_is_timed_without_overlap_and_adds_up,
        (st.randoms(use_true_random=False),),
    ),
    (stories.test_a_problem_reads_back_as_it_was_written, ()),
]


@pytest.mark.soak
@pytest.mark.parametrize(("story", "more"), STORIES, ids=[story.__name__ for story, _ in STORIES])
def test_many(story: Any, more: tuple[st.SearchStrategy[Any], ...]) -> None:
    MANY(given(problems(), *more)(story.hypothesis.inner_test))()
