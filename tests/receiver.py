"""A real receiver on the loopback address that keeps what it gets and answers as it is told."""

from __future__ import annotations

import enum
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Says(enum.Enum):
    """How the receiver answers."""

    OK = 200
    ACCEPTED = 204
    BAD = 400
    GONE = 410
    BROKEN = 500
    REDIRECT = 302
    SILENCE = "silence"
    DRIP = "drip"
    DRIP_HEADERS = "drip headers"
    RESET = "reset"
    HANG_UP = "hang up"
    NONSENSE = "nonsense"
    HUGE = "huge"


@dataclass(frozen=True, slots=True)
class Got:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """The server, in a thread of its own."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.connections = 0
        self.released = threading.Event()
        self._next: list[Says] = []
        self._always = Says.OK
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self) -> None:
                receiver.connections += 1
                super().setup()

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", "0"))
                got = Got(self.path, dict(self.headers.items()), self.rfile.read(size))
                receiver.got.append(got)
                manner = receiver._next.pop(0) if receiver._next else receiver._always
                with suppress(OSError):
                    receiver._answer(self, manner)

            do_GET = do_POST  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def says(self, manner: Says, *once: Says) -> None:
        """Answer like this from now on; the further ones come first, once each."""
        self._always, self._next = manner, list(once)

    def close(self) -> None:
        """Stop answering."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler, manner: Says) -> None:
        request.close_connection = True
        match manner:
            case Says.SILENCE:
                self.released.wait(20)
            case Says.DRIP | Says.DRIP_HEADERS:
                start = b"HTTP/1.1 200 OK\r\n" if manner is Says.DRIP_HEADERS else b""
                request.wfile.write(start)
                for step in range(400):
                    request.wfile.write(b"X-%d: y\r\n" % step if start else b"H")
                    request.wfile.flush()
                    if self.released.wait(0.05):
                        return
            case Says.RESET:
                linger = struct.pack("ii", 1, 0)
                request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                request.connection.close()
            case Says.HANG_UP:
                request.connection.shutdown(socket.SHUT_RDWR)
            case Says.NONSENSE:
                request.wfile.write(b"what is this\r\n\r\n")
            case Says.HUGE:
                request.send_response(200)
                request.end_headers()
                for _ in range(2000):
                    request.wfile.write(b"x" * 100_000)
            case _:
                request.send_response(int(manner.value))
                if manner is Says.REDIRECT:
                    request.send_header("Location", f"http://127.0.0.1:{self.port}/elsewhere")
                request.send_header("Content-Length", "0")
                request.end_headers()


@contextmanager
def a_receiver() -> Iterator[Receiver]:
    """One that is stopped afterwards."""
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.close()
