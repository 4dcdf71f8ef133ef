"""The web server's worker: what never reaches the application is answered in a few plain words."""

from __future__ import annotations

import socket

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

SENTENCES = {
    400: "This request cannot be read.",
    403: "This request is not let in.",
    414: "This address is too long.",
    417: "What this request expects is not done here.",
    431: "The headers of this request are too long.",
    500: "Something went wrong here. Try again in a moment.",
    501: "This way of sending a body is not known here.",
}


def write_plainly(line: socket.socket, status: int, reason: str, _words: str) -> None:
    """Answer a request that could not be read, without repeating what it held."""
    body = SENTENCES.get(status, f"{reason}.") + "\n"
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    util.write_nonblock(line, (head + body).encode("ascii", "replace"))


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's own with threads, but for its pages of HTML."""

    def init_process(self) -> None:
        """Take the pages' place in this process, then begin."""
        util.write_error = write_plainly
        super().init_process()
