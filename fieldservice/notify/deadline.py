"""A conversation over before its time is, all of it: who answers a byte a second is cut off too.

A timeout bounds one reading of a socket. Here every line a conversation uses is watched from the
moment it is made, and shut down when the time of the whole is over. What was read of an answer by
then may look like one: whoever reads it asks `is_over` before believing it.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Deadline:
    """The lines of one conversation, and whether its time is over."""

    is_over: bool = False
    lines: list[socket.socket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, line: socket.socket) -> None:
        """Cut this line too when the time is over, whoever closes it or lays TLS over it before."""
        with self.lock:
            self.lines.append(socket.socket(fileno=os.dup(line.fileno())))
            if self.is_over:
                _cut(self.lines[-1])

    def end(self) -> None:
        """The time is over."""
        with self.lock:
            self.is_over = True
            for line in self.lines:
                _cut(line)

    def close(self) -> None:
        """The conversation is over."""
        with self.lock:
            for line in self.lines:
                line.close()
            self.lines.clear()


class _Present(threading.local):
    deadline: Deadline | None = None


_present = _Present()


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Whatever this thread says meanwhile on lines it has `watched` is over by then."""
    deadline = Deadline()
    timer = threading.Timer(max(0.0, seconds), deadline.end)
    timer.daemon = True
    timer.start()
    _present.deadline = deadline
    try:
        yield deadline
    finally:
        _present.deadline = None
        timer.cancel()
        deadline.close()


def watched(line: socket.socket) -> socket.socket:
    """The same line, under the deadline this thread works within, if it does."""
    if _present.deadline is not None:
        _present.deadline.watch(line)
    return line


def is_over() -> bool:
    """Whether the time this thread works within is over."""
    return _present.deadline is not None and _present.deadline.is_over


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
