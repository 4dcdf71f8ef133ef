"""`fieldservice migrate`: bring the database to the schema this version needs."""

from __future__ import annotations

import click

from fieldservice.cli.application import bring_to, newest_revision, opened, revision


@click.command("migrate")
def command() -> None:
    """Bring the database to the current schema; make it where there is none."""
    with opened(current=False):
        before = revision()
        if before == newest_revision():
            click.echo(f"The database is at schema {before} already.")
            return
        bring_to()
        click.echo(f"The database went from schema {before or 'none'} to {revision()}.")
