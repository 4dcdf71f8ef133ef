"""`fieldservice backup`: the whole database in one file, while it is in use."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.cli.application import newest_revision, opened
from fieldservice.db import db
from fieldservice.operations.backup import copy_out
from fieldservice.web.sounds import shelf


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def command(file: Path) -> None:
    """Copy the whole database and its recordings to FILE, which only you may read."""
    with opened():
        rows = take(file)
    click.echo(
        f"{rows} rows and all recordings are in {file}. "
        "Keep the secret_key beside it: links depend on it."
    )


def take(file: Path) -> int:
    """Write the backup from one snapshot; returns its number of rows."""
    # At PostgreSQL's usual level every statement would see a database of its own.
    engine = db.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine) as session:
        return copy_out(session, file, newest_revision(), clock.now(), shelf())
