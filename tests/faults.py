"""A provider that breaks down on purpose: a real HTTP server, before a local Twilio or alone.

What happens to a request is chosen per request; what got through is for the local Twilio
behind it to list.
"""

from __future__ import annotations

import enum
import json
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import requests

RESET = struct.pack("ii", 1, 0)
"""Closing a socket with this lingering throws away what is under way."""
HTML = b"<html><body><h1>Something went wrong</h1></body></html>"


class Fault(enum.StrEnum):
    """What may happen on the way."""

    NONE = "none"
    SLOW = "slow"
    SLOW_BUT_TAKEN = "slow but taken"
    TOO_MANY = "429"
    SERVER_ERROR = "500 with HTML"
    SERVER_ERROR_BUT_TAKEN = "500 with HTML, taken all the same"
    BAD_GATEWAY = "502"
    RESET = "reset"
    RESET_BUT_TAKEN = "reset after it was taken"
    EMPTY = "201 empty"
    TRUNCATED = "201 truncated"
    DRIPPING = "201 a byte at a time"
    DRIPPING_HEADERS = "201 a byte of the headers at a time"
    CODE = "400 with a code"
    FORBIDDEN = "403 of somebody in between"
    PASSWORD = "401"


TAKEN = {
    Fault.NONE,
    Fault.SLOW_BUT_TAKEN,
    Fault.SERVER_ERROR_BUT_TAKEN,
    Fault.RESET_BUT_TAKEN,
    Fault.EMPTY,
    Fault.TRUNCATED,
    Fault.DRIPPING,
    Fault.DRIPPING_HEADERS,
}
"""The provider did what it was asked, though not all of them say so."""


@dataclass
class FaultServer:
    """Set `fault`, and `code` with it, before asking; `asked` counts what reached it."""

    upstream: str | None = None
    fault: Fault = Fault.NONE
    code: Any = 0
    sid: Any = "SM" + "0" * 32
    """How it names what it takes."""
    lists_too: bool = False
    """Whether asking for what it took fails as well."""
    asked: int = 0
    form: dict[str, list[str]] = field(default_factory=dict)
    """What the last request held."""
    base_url: str = ""
    let_go: threading.Event = field(default_factory=threading.Event)
    """Set at the end, so that what is answered slowly does not hold up the test."""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Pass on what is to be taken, then answer or fail to."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        is_request = handler.command == "POST"
        fault = self.fault if is_request or self.lists_too else Fault.NONE
        self.asked += is_request
        self.form = parse_qs(body.decode()) if is_request else self.form
        status, said = 201, json.dumps({"sid": self.sid}).encode()
        if fault in TAKEN and self.upstream:
            status, said = self._pass_on(handler, body)
        self._say(handler, fault, status, said)

    def _say(self, handler: BaseHTTPRequestHandler, fault: Fault, status: int, said: bytes) -> None:
        match fault:
            case Fault.SLOW | Fault.SLOW_BUT_TAKEN:
                self.let_go.wait(60)
                handler.close_connection = True
            case Fault.RESET | Fault.RESET_BUT_TAKEN:
                handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                os.close(handler.connection.detach())
                handler.close_connection = True
            case Fault.TOO_MANY:
                _send(handler, 429, _error(20429, 429), {"Retry-After": "45"})
            case Fault.SERVER_ERROR | Fault.SERVER_ERROR_BUT_TAKEN:
                _send(handler, 500, HTML, {"Content-Type": "text/html"})
            case Fault.BAD_GATEWAY:
                _send(handler, 502, HTML, {"Content-Type": "text/html"})
            case Fault.FORBIDDEN:
                _send(handler, 403, HTML, {"Content-Type": "text/html"})
            case Fault.PASSWORD:
                _send(handler, 401, _error(20003, 401))
            case Fault.CODE:
                _send(handler, 400, _error(self.code, 400))
            case Fault.EMPTY:
                _send(handler, 201, b"")
            case Fault.TRUNCATED:
                _send(handler, 201, said[: len(said) // 2])
            case Fault.DRIPPING | Fault.DRIPPING_HEADERS:
                self._drip(handler, fault, said)
            case Fault.NONE:
                _send(handler, status, said)

    def _drip(self, handler: BaseHTTPRequestHandler, fault: Fault, said: bytes) -> None:
        """Say nothing wrong, only very slowly."""
        said = b" " * 40 + said
        head = f"HTTP/1.1 201 Created\r\nContent-Length: {len(said)}\r\n".encode()
        slowly = said if fault == Fault.DRIPPING else b"X-Slow: " + b"x" * 40 + b"\r\n\r\n"
        handler.close_connection = True
        with suppress(OSError):
            handler.wfile.write(head + (b"\r\n" if fault == Fault.DRIPPING else b""))
            for byte in slowly:
                handler.wfile.write(bytes([byte]))
                self.let_go.wait(0.1)
            handler.wfile.write(b"" if fault == Fault.DRIPPING else said)

    def _pass_on(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        kept = ("Authorization", "Content-Type")
        answer = requests.request(
            handler.command,
            f"{self.upstream}{handler.path}",
            data=body or None,
            headers={name: handler.headers[name] for name in kept if name in handler.headers},
            timeout=30,
        )
        return answer.status_code, answer.content


@contextmanager
def faulty(upstream: str | None = None) -> Iterator[FaultServer]:
    """Run one on a free port until the block ends."""
    faults = FaultServer(upstream)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(faults))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    faults.base_url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield faults
    finally:
        faults.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler_of(faults: FaultServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            faults.answer(self)

        def do_GET(self) -> None:
            faults.answer(self)

        def finish(self) -> None:
            with suppress(OSError, ValueError):
                super().finish()

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def _send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    headers: dict[str, str] | None = None,
) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _error(code: Any, status: int) -> bytes:
    return json.dumps({"code": code, "message": "no", "status": status}).encode()
