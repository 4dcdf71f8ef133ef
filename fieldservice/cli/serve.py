"""`fieldservice serve`: the web server and the clock, kept running side by side."""

from __future__ import annotations

import os
import socket
import sys
import urllib.request
from collections.abc import Callable
from urllib.error import URLError

import click

from fieldservice.cli.application import opened
from fieldservice.cli.supervision import Child, supervise
from fieldservice.cli.web import gunicorn
from fieldservice.errors import Refused


@click.command("serve")
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option(
    "--port", envvar="PORT", default=5000, show_default=True, type=click.IntRange(1, 65535)
)
def command(host: str, port: int) -> None:
    """Run the web server and its clock until Ctrl-C or SIGTERM."""
    with opened() as app:
        workers = app.extensions["fieldservice_settings"].web_workers
    greeting = "Serving on {} (stop with Ctrl-C)"
    run(host, port, lambda address: click.echo(greeting.format(address)), workers)


def run(host: str, port: int, when_ready: Callable[[str], None], workers: int = 1) -> None:
    """Serve until told to stop; `when_ready` gets the address once pages are answered."""
    refuse_taken_port(host, port)
    address = f"http://{host}:{port}"
    waiting = [when_ready]

    def greet() -> None:
        if waiting and answers(f"{address}/healthz"):
            waiting.pop()(address)

    supervise([web_child(host, port, workers), clock_child()], greet)


def web_child(host: str, port: int, workers: int) -> Child:
    """gunicorn, with all its workers."""
    return Child("The web server", gunicorn(host, port, workers))


def clock_child() -> Child:
    """The heartbeats."""
    return Child(
        "The clock",
        [sys.executable, "-m", "fieldservice.jobs"],
        environment={"FIELDSERVICE_SUPERVISED": str(os.getpid())},
    )


def refuse_taken_port(host: str, port: int) -> None:
    """Say so now rather than have the web server fail again and again."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as error:
            raise Refused(
                f"Nothing can listen on {host}:{port} ({error.strerror}). "
                "Stop what does, or choose another with PORT=5001."
            ) from error


def answers(url: str) -> bool:
    """Whether a page is served there."""
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:  # noqa: S310 - our own address
            return bool(reply.status == 200)
    except (URLError, OSError):
        return False
