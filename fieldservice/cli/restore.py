"""`fieldservice restore`: put a backup back, so that nothing is sent a second time."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from sqlalchemy import MetaData

from fieldservice import clock
from fieldservice.cli.application import bring_to, is_known, opened
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.errors import Refused
from fieldservice.operations import liveness
from fieldservice.operations.backup import copy_in, label_of
from fieldservice.operations.restore import Quieted, note, quiet


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask; replace what is there.")
def command(file: Path, yes: bool) -> None:
    """Replace the database by the backup in FILE. Stop the server first."""
    with opened(current=False):
        label = label_of(file)
        taken = label.taken_at.strftime("%Y-%m-%d %H:%M UTC")
        if not yes:
            click.confirm(f"Replace all that is stored by the backup of {taken}?", abort=True)
        rows, quieted = put_back(file)
    click.echo(f"{rows} rows of {taken} are back.")
    click.echo(
        f"{quieted.for_a_person} messages may have gone out since and wait for a person; "
        f"{quieted.expired} are too late. Everybody signs in again."
    )


def put_back(file: Path) -> tuple[int, Quieted]:
    """Empty the database, fill it from the file and quiet its messages in one transaction."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    now = clock.now()
    label = label_of(file)
    if not is_known(label.revision):
        raise Refused("The backup was made by a newer version. Install that one first.", "file")
    if liveness.is_running(settings.var_dir, now):
        raise Refused("The clock is running. Stop fieldservice serve, then restore.")
    _drop_everything()
    bring_to(label.revision)
    with transaction() as session:
        rows = copy_in(session, file)
        quieted = quiet(session, now)
    bring_to()
    with transaction() as session:
        note(session, now, label.taken_at, quieted)
    return rows, quieted


def _drop_everything() -> None:
    db.session.rollback()
    with db.engine.execution_options(writes=True).begin() as connection:
        found = MetaData()
        found.reflect(connection)
        found.drop_all(connection)
