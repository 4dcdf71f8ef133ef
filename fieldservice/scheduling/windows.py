"""Spans of time, in whole seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fieldservice.errors import Refused


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A span closed at both ends; on a visit or a break it bounds the start of service."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise Refused(f"A window cannot end ({self.end}) before it starts ({self.start}).")

    def __contains__(self, second: int) -> bool:
        return self.start <= second <= self.end


def in_order(windows: Iterable[TimeWindow]) -> tuple[TimeWindow, ...]:
    """Return the windows by their start, those that overlap as one."""
    apart: list[TimeWindow] = []
    for window in sorted(windows, key=lambda window: (window.start, window.end)):
        if apart and window.start <= apart[-1].end:
            apart[-1] = TimeWindow(apart[-1].start, max(apart[-1].end, window.end))
        else:
            apart.append(window)
    return tuple(apart)
