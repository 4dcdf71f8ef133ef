"""Requests by the library everybody uses, over when the time they are asked `within` is."""

from __future__ import annotations

import socket
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse

from fieldservice.notify.deadline import watched


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return watched(super()._new_conn())

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        # A line kept from an earlier request was made under another deadline.
        if self.sock is not None:
            watched(self.sock)
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


def punctual(session: requests.Session, **more: Any) -> requests.Session:
    """The session, with all its requests watched; `more` is for `HTTPAdapter`."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, PunctualAdapter(**more))
    return session
