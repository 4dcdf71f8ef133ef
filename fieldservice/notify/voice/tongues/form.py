"""What every language must be able to say of days and times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language aloud: nothing is left to a machine that reads figures."""

    on_day: Callable[[date], str]
    """The day as it stands in *we come …*."""
    today: str
    tomorrow: str
    """With {day} where the weekday and date follow."""
    day: Callable[[date], str]
    """The day as it stands after *tomorrow,*."""
    alone: Callable[[time], str]
    """A time alone, such as *half past nine in the morning*."""
    at: Callable[[time], str]
    """The same as it stands in *we come at …*."""
    between: Callable[[time, time], str]


def listed(words: str, between: str | None = None) -> list[str]:
    """The words of a list as people read it."""
    return words.split(between)
