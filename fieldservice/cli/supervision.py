"""Keeping children running: what dies comes back, and all end with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

import click

from fieldservice.processes import die_with_parent

LONGEST_PAUSE = 30.0
SETTLED = 60.0
"""A child that lived this long starts again without a pause."""
PATIENCE = 10.0
"""How long a child may take to end before it is killed."""


@dataclass(slots=True)
class Child:
    """One program that shall run as long as we do."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = 0.0
    due_at: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Begin, in a session of its own: Ctrl-C reaches us alone and we end it in order."""
        parent = os.getpid()
        self.process = subprocess.Popen(  # noqa: S603 - our own programs
            self.command,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **self.environment},
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(parent),  # noqa: PLW1509 - we have one thread
        )
        self.started_at = time.monotonic()

    def look_after(self) -> None:
        """Start it where it is not running and its pause is over."""
        now = time.monotonic()
        if self.process is not None and (code := self.process.poll()) is not None:
            lived = now - self.started_at
            self.pause = 0.0 if lived > SETTLED else min(max(1.0, self.pause * 2), LONGEST_PAUSE)
            self.process, self.due_at = None, now + self.pause
            click.echo(
                f"{self.name} ended with status {code}; starting it again in {self.pause:.0f} s.",
                err=True,
            )
        if self.process is None and now >= self.due_at:
            self.start()

    def end(self) -> None:
        """Ask it to stop; kill it where it will not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Stop:
    """Set once by SIGTERM or SIGINT."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def supervise(children: Sequence[Child], each_moment: Callable[[], None]) -> None:
    """Keep the children running until told to stop, then end them, the first one first."""
    stop = Stop()
    try:
        while not stop.asked:
            for child in children:
                child.look_after()
            each_moment()
            time.sleep(0.1)
    finally:
        for child in children:
            child.end()
