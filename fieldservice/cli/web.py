"""`fieldservice web`: the web server alone, for whoever has another program keep it running."""

from __future__ import annotations

import os
import sys

import click

from fieldservice.cli.application import opened

THREADS = 128
"""Pages that wait for news each keep a thread; the workers share them."""


@click.command("web")
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option(
    "--port", envvar="PORT", default=5000, show_default=True, type=click.IntRange(1, 65535)
)
def command(host: str, port: int) -> None:
    """Answer pages until SIGTERM, without the clock. It becomes the server's own process."""
    with opened() as app:
        workers = app.extensions["fieldservice_settings"].web_workers
    program = gunicorn(host, port, workers)
    click.echo(
        f"Pages and API on http://{host}:{port}, {workers} processes, until SIGTERM. "
        "Plans and messages wait for “fieldservice clock”."
    )
    sys.stdout.flush()
    os.execv(program[0], program)  # noqa: S606 - our own program


def gunicorn(host: str, port: int, workers: int) -> list[str]:
    """The command line of the web server."""
    options = (
        f"--bind={host}:{port} --worker-class=fieldservice.web_worker.Worker --workers={workers} "
        f"--threads={max(4, THREADS // workers)} --timeout=120 --graceful-timeout=5 "
        "--no-control-socket --log-level=warning"
    )
    return [sys.executable, "-m", "gunicorn", *options.split(), "fieldservice.app:create_app()"]
