"""What the clock does and how often. The database is the queue: a missed beat loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from fieldservice import clock
from fieldservice.jobs import callbacks, calls, messages, planning, programs, webhooks
from fieldservice.operations import liveness

Beat = Callable[[Flask], None]


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One thing done again and again, never twice at a time."""

    name: str
    seconds: float
    beat: Beat


def show_life(app: Flask) -> None:
    """Leave the time, so that others can tell the clock is running."""
    liveness.mark(app.extensions["fieldservice_settings"].var_dir, clock.now())


HEARTBEATS: tuple[Heartbeat, ...] = (
    Heartbeat("show life", 2, show_life),
    Heartbeat("plan", 1, planning.beat),
    Heartbeat("deliver messages", 2, messages.beat),
    Heartbeat("act on callbacks", 1, callbacks.beat),
    Heartbeat("forget callbacks", 3600, callbacks.forget),
    Heartbeat("ask about messages", 5, messages.ask),
    Heartbeat("fetch recordings", 15, calls.fetch),
    Heartbeat("forget recordings", 3600, calls.forget),
    Heartbeat("tell other systems", 2, webhooks.beat),
    Heartbeat("forget answers to programs", 3600, programs.forget),
    Heartbeat("forget old events", 3600, webhooks.clear_out),
)
