"""A request over before its time is, all of it: who answers a byte a second is cut off too.

A timeout bounds one reading of a socket. Here every line a request uses is watched from the
moment it is made, and shut down when the time of the whole request is over.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse

from fieldservice.notify.outgoing import cut


@dataclass
class Deadline:
    """The lines of one request, and whether its time is over."""

    is_over: bool = False
    lines: list[socket.socket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, line: socket.socket) -> None:
        """Cut this line too when the time is over, whoever closes it before."""
        with self.lock:
            self.lines.append(socket.socket(fileno=os.dup(line.fileno())))
            if self.is_over:
                cut(self.lines[-1])

    def end(self) -> None:
        """The time is over."""
        with self.lock:
            self.is_over = True
            for line in self.lines:
                cut(line)

    def close(self) -> None:
        """The request is over."""
        with self.lock:
            for line in self.lines:
                line.close()
            self.lines.clear()


class _Present(threading.local):
    deadline: Deadline | None = None


_present = _Present()


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Whatever this thread asks through a `PunctualAdapter` meanwhile is over by then."""
    deadline = Deadline()
    timer = threading.Timer(seconds, deadline.end)
    timer.daemon = True
    timer.start()
    _present.deadline = deadline
    try:
        yield deadline
    finally:
        _present.deadline = None
        timer.cancel()
        deadline.close()


def _watched(line: socket.socket | None) -> None:
    if line is not None and _present.deadline is not None:
        _present.deadline.watch(line)


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        line = super()._new_conn()
        _watched(line)
        return line

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        # A line kept from an earlier request was made under another deadline.
        _watched(self.sock)
        return super().getresponse()


class _Tls(_Plain, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls


class PunctualAdapter(HTTPAdapter):
    """Keeps connections as the library does, and lets `within` watch them."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """Pools whose lines are watched."""
        super().init_poolmanager(*args, **more)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
