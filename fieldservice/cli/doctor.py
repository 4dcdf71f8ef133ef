"""`fieldservice doctor`: whether what the system promises holds on its data."""

from __future__ import annotations

import click
from flask import current_app

from fieldservice import clock
from fieldservice.cli.application import opened
from fieldservice.config import Settings
from fieldservice.db import db
from fieldservice.operations import liveness
from fieldservice.operations.doctor import CHECKS, examine


@click.command("doctor")
@click.option("--stopped", is_flag=True, help="Do not mind that the clock is not running.")
def command(stopped: bool) -> None:
    """Check what the system promises; exit status 1 when something is broken."""
    with opened():
        settings: Settings = current_app.extensions["fieldservice_settings"]
        now = clock.now()
        lines = [str(finding) for finding in examine(db.session(), now)]
        if not stopped and not liveness.is_running(settings.var_dir, now):
            lines.append("I3  clock: it is not running, so nothing is sent. Start fieldservice.")
    for line in lines:
        click.echo(line)
    if lines:
        click.echo("1 finding." if len(lines) == 1 else f"{len(lines)} findings.", err=True)
        raise SystemExit(1)
    click.echo(f"All is well: {len(CHECKS)} checks found nothing.")
