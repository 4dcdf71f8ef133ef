"""The whole database as one file of rows, the same for SQLite and PostgreSQL.

A gzipped text: a line that says what it is, a line per row, one per recording, a line that
counts the rows. It is
read from one snapshot while others go on working, and can be put back into either database.
"""

from __future__ import annotations

import gzip
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, MetaData, Table, func, select, types
from sqlalchemy.orm import Session

from fieldservice.errors import Refused
from fieldservice.notify.voice.shelf import Shelf

WRITTEN_BY = "fieldservice backup 1"
BATCH = 500
NOT_OURS = {"alembic_version"}


@dataclass(frozen=True, slots=True)
class BackupLabel:
    """What the first line of a backup says."""

    revision: str
    taken_at: datetime


def copy_out(
    session: Session, file: Path, revision: str, now: datetime, sounds: Shelf | None = None
) -> int:
    """Write every row of this session's snapshot to a file only its owner may read.

    `sounds` are the recordings that go with it; the number is that of the rows.
    """
    connection = session.connection()
    rows = 0
    with _fresh(file) as out:
        label = {"is": WRITTEN_BY, "revision": revision, "taken_at": now.isoformat()}
        _write(out, label)
        for table in tables_of(connection):
            _write(out, {"table": table.name})
            for row in connection.execution_options(yield_per=BATCH).execute(table.select()):
                _write(out, [_plain(value) for value in row])
                rows += 1
        if sounds is not None:
            for name in sorted(sounds.names()):
                _write_sound(out, sounds, name)
        _write(out, {"rows": rows})
    return rows


def label_of(file: Path) -> BackupLabel:
    """What a backup says of itself, once its last line shows that it is whole."""
    lines = _lines(file)
    first = next(lines, None)
    if not isinstance(first, dict) or first.get("is") != WRITTEN_BY:
        raise Refused(f"{file.name} is no backup of fieldservice. Choose another file.", "file")
    rows, last = 0, first
    for line in lines:
        rows += isinstance(line, list)
        last = line if isinstance(line, dict) else last
    if last.get("rows") != rows:
        raise Refused(f"{file.name} ends too early: the copy is not whole. Use another.", "file")
    return BackupLabel(first["revision"], datetime.fromisoformat(first["taken_at"]))


def copy_in(session: Session, file: Path) -> int:
    """Write every row of a backup into empty tables of the schema it was taken from."""
    connection = session.connection()
    tables = {table.name: table for table in tables_of(connection)}
    rows = 0
    for name, batch in _batches(file):
        table = tables[name]
        columns = list(table.columns)
        connection.execute(table.insert(), [_row(connection, columns, line) for line in batch])
        rows += len(batch)
    _go_on_counting(connection, tables)
    return rows


def put_sounds_back(file: Path, sounds: Shelf) -> int:
    """Lay the recordings of a backup where they belong; how many there were."""
    count = 0
    for line in _lines(file):
        if isinstance(line, dict) and "sound" in line:
            sounds.put(line["sound"], b64decode(line["bytes"], validate=True))
            count += 1
    return count


def tables_of(connection: Connection) -> list[Table]:
    """The tables there are, parents first: those of the database, whatever its revision."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name not in NOT_OURS]


@contextmanager
def _fresh(file: Path) -> Iterator[IO[str]]:
    """A file that bears its name only once it is whole."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as raw:
            with gzip.open(raw, "wt", encoding="utf-8") as out:
                yield out
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(out: IO[str], line: object) -> None:
    out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _write_sound(out: IO[str], sounds: Shelf, name: str) -> None:
    # The clock may delete one meanwhile, because its time has come.
    with suppress(FileNotFoundError):
        held = sounds.path(name).read_bytes()
        _write(out, {"sound": name, "bytes": b64encode(held).decode("ascii")})


def _lines(file: Path) -> Iterator[Any]:
    try:
        with gzip.open(file, "rt", encoding="utf-8") as opened:
            for line in opened:
                yield json.loads(line)
    except FileNotFoundError as error:
        raise Refused(f"There is no file {file}. Name a backup.", "file") from error
    except (OSError, EOFError, ValueError) as error:
        raise Refused(f"{file.name} cannot be read as a backup. Use another.", "file") from error


def _batches(file: Path) -> Iterator[tuple[str, list[list[Any]]]]:
    name, batch = "", []
    for line in _lines(file):
        if isinstance(line, list):
            batch.append(line)
        if batch and (isinstance(line, dict) or len(batch) == BATCH):
            yield name, batch
            batch = []
        if isinstance(line, dict):
            name = line.get("table", name)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date | time) else value


def _row(connection: Connection, columns: list[Any], line: list[Any]) -> dict[str, Any]:
    naive = connection.dialect.name == "sqlite"
    return {
        column.name: _typed(column.type, value, naive=naive)
        for column, value in zip(columns, line, strict=True)
    }


def _typed(kind: Any, value: Any, *, naive: bool) -> Any:
    if value is None:
        return None
    if isinstance(kind, types.DateTime):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=None) if naive else moment
    if isinstance(kind, types.Date):
        return date.fromisoformat(value)
    return time.fromisoformat(value) if isinstance(kind, types.Time) else value


def _go_on_counting(connection: Connection, tables: dict[str, Table]) -> None:
    """PostgreSQL counts keys apart from the rows: let it go on after the highest."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables.values():
        if "id" in table.columns:
            key = func.pg_get_serial_sequence(f'"{table.name}"', "id")
            free = func.coalesce(select(func.max(table.c.id)).scalar_subquery(), 0) + 1
            connection.execute(select(func.setval(key, free, False)))
