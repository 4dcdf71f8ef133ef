"""`fieldservice doctor`: whether what the system promises holds on its data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import click
from flask import current_app

from fieldservice import clock
from fieldservice.cli.application import opened
from fieldservice.config import Settings
from fieldservice.db import db
from fieldservice.errors import Refused
from fieldservice.notify.channel import ListingChannel
from fieldservice.operations import liveness
from fieldservice.operations.doctor import CHECKS, Finding, examine
from fieldservice.operations.doctor.provider import compare
from fieldservice.web.post_room import post_room


@click.command("doctor")
@click.option("--stopped", is_flag=True, help="Do not mind that the clock is not running.")
@click.option("--provider", is_flag=True, help="Compare with the list of who carries messages too.")
@click.option("--days", default=7, show_default=True, help="How far back that list is read.")
def command(stopped: bool, provider: bool, days: int) -> None:
    """Check what the system promises; exit status 1 when something is broken."""
    with opened():
        settings: Settings = current_app.extensions["fieldservice_settings"]
        now = clock.now()
        lines = [str(finding) for finding in examine(db.session(), now)]
        if provider:
            lines += [str(finding) for finding in _compared(now - timedelta(days=days), now)]
        if not stopped and not liveness.is_running(settings.var_dir, now):
            lines.append("I3  clock: it is not running, so nothing is sent. Start fieldservice.")
    for line in lines:
        click.echo(line)
    if lines:
        click.echo("1 finding." if len(lines) == 1 else f"{len(lines)} findings.", err=True)
        raise SystemExit(1)
    click.echo(f"All is well: {len(CHECKS)} checks found nothing.")


def _compared(since: datetime, now: datetime) -> Iterator[Finding]:
    lists = [one for one in post_room().channels.values() if isinstance(one, ListingChannel)]
    if not lists:
        raise Refused("No provider keeps a list here: messages leave by the console.")
    for channel in lists:
        try:
            # Read first: what is under way meanwhile is in our record by then.
            carried = list(channel.handed_over_since(since))
        except Exception as error:
            raise Refused(
                f"The provider's list could not be read ({type(error).__name__})."
            ) from error
        yield from compare(db.session(), carried, since, now)
