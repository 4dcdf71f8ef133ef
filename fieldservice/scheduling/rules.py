"""The rules a plan can break, and the ones a person chose to break."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """Everything a plan can break or a visit can fail on, by the name shown to people."""

    SKILL = "skill"
    WINDOW = "window"
    LATENESS = "lateness"
    SHIFT_HOURS = "shift_hours"
    OVERTIME = "overtime"
    BREAK = "break"
    CAPACITY = "capacity"
    MAX_TASKS = "max_tasks"
    MAX_TRAVEL_TIME = "max_travel_time"
    MAX_LEG_TIME = "max_leg_time"
    LAST_DEPARTURE = "last_departure"
    AREA = "area"
    RESERVE = "reserve"
    ALLOWED_SHIFT = "allowed_shift"
    FORBIDDEN_SHIFT = "forbidden_shift"
    PIN = "pin"
    OVERLAP = "overlap"
    TRAVEL = "travel"
    DURATION = "duration"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    MISSING = "missing"
    MEASURE = "measure"
    PENALTY = "penalty"
    GROUP = "group"
    AFTER = "after"
    TOOL = "tool"
    REST = "rest"
    MAX_CHANGES = "max_changes"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Waiver:
    """A rule that a person has chosen to break for one visit."""

    rule: Rule
    visit_id: int
