"""`fieldservice clock`: the clock alone, for whoever has another program keep it running."""

from __future__ import annotations

import os
import sys

import click

from fieldservice.cli.application import opened


@click.command("clock")
def command() -> None:
    """Send what is due and plan what waits until SIGTERM. It becomes the clock's own process."""
    with opened():
        click.echo("Planning, sending and answering what waits, until SIGTERM.")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "fieldservice.jobs"])  # noqa: S606 - our own
