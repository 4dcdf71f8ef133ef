"""`fieldservice restore`: put a backup back, so that nothing is sent a second time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import MetaData
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.cli.application import bring_to, is_known, opened, revision
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.errors import Refused
from fieldservice.operations import liveness
from fieldservice.operations.backup import copy_in, copy_out, label_of, put_sounds_back
from fieldservice.operations.restore import Quieted, note, quiet
from fieldservice.web.sounds import shelf

BEFORE = "before-restore.backup"
"""What a restore replaces stands here until it is done, even where the machine stops halfway."""


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
    """Replace the database by the file and quiet its messages, or leave it as it was."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    now = clock.now()
    label = label_of(file)
    if not is_known(label.revision):
        raise Refused("The backup was made by a newer version. Install that one first.", "file")
    if liveness.is_running(settings.var_dir, now):
        raise Refused("The clock is running. Stop fieldservice serve, then restore.")
    before = _set_aside(settings.var_dir / BEFORE, now)
    try:
        rows = _replaced_by(file, label.revision)
        put_sounds_back(file, shelf())
        with transaction() as session:
            quieted = quiet(session, now)
        bring_to()
        with transaction() as session:
            note(session, now, label.taken_at, quieted)
    except Exception as error:
        if before:
            _replaced_by(settings.var_dir / BEFORE, before)
            (settings.var_dir / BEFORE).unlink()
        raise Refused(
            f"{file.name} does not fit together ({type(error).__name__}). "
            "The database stands as it was. Use another backup.",
            "file",
        ) from None
    (settings.var_dir / BEFORE).unlink(missing_ok=True)
    return rows, quieted


def _set_aside(file: Path, now: datetime) -> str | None:
    """Keep what is stored until the backup is in its place; returns its schema, if it has one."""
    found = revision()
    if found is not None:
        with Session(db.engine) as session:
            copy_out(session, file, found, now)
    return found


def _replaced_by(file: Path, wanted: str) -> int:
    _drop_everything()
    bring_to(wanted)
    with transaction() as session:
        return copy_in(session, file)


def _drop_everything() -> None:
    db.session.rollback()
    with db.engine.execution_options(writes=True).begin() as connection:
        found = MetaData()
        found.reflect(connection)
        found.drop_all(connection)
