"""A step of setting up the demo that fails says so, and why."""

from __future__ import annotations

from datetime import date

import pytest

from fieldservice.cli.demo_days import planned
from fieldservice.cli.terminal import steps
from fieldservice.errors import Conflict
from fieldservice.models.plans import PlanRun, PlanRunState

DAY = date(2026, 3, 11)


def test_a_failed_plan_has_no_tick_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    failed = PlanRun(state=PlanRunState.FAILED, failure="The solver process died.")
    why = r"Wed 11 Mar is not planned\. The solver process died\."
    with pytest.raises(Conflict, match=why), steps() as step, step("Plan for today"):
        planned(failed, DAY)
    told = capsys.readouterr().out
    assert "✗ Plan for today" in told
    assert "✓" not in told


def test_a_plan_that_was_accepted_has_its_tick(capsys: pytest.CaptureFixture[str]) -> None:
    with steps() as step, step("Plan for today"):
        planned(PlanRun(state=PlanRunState.ACCEPTED), DAY)
    assert "✓ Plan for today" in capsys.readouterr().out
