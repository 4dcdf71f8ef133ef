"""Databases to measure on: a SQLite file, and a PostgreSQL server of our own that loses nothing."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.postgresql import MISSING, programs

KINDS = ("sqlite", "postgresql")


@contextmanager
def fresh_database(kind: str) -> Iterator[tuple[str, Path]]:
    """An empty database of that kind, gone afterwards: its address, and a folder beside it."""
    with tempfile.TemporaryDirectory(prefix="fs-bench-") as name:
        folder = Path(name)
        if kind == "sqlite":
            yield f"sqlite:///{folder / 'fieldservice.db'}", folder
        else:
            with _postgresql() as url:
                yield url, folder


@contextmanager
def _postgresql() -> Iterator[str]:
    """A server with its own settings for safety: every commit is on disk before it is answered."""
    found = programs()
    if found is None:
        raise SystemExit(f"PostgreSQL is missing: {MISSING}")
    home = Path(tempfile.mkdtemp(prefix="fs-bench-pg-", dir="/tmp"))
    who = _somebody_else()
    if who:
        os.chown(home, who.pw_uid, who.pw_gid)
    as_them: dict[str, Any] = (
        {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if who else {}
    )
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={home}"]
    options += ["-c", "max_connections=200", "-c", "shared_buffers=256MB"]
    initdb: list[str | Path] = [found / "initdb", "-D", home / "data", "-U", "postgres"]
    initdb += ["-A", "trust", "-E", "UTF8"]
    subprocess.run(initdb, check=True, capture_output=True, cwd=home, **as_them)
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [found / "postgres", "-D", home / "data", *options],
            stdout=log,
            stderr=log,
            cwd=home,
            **as_them,
        )
    try:
        _create(found / "createdb", home)
        yield f"postgresql://postgres@/bench?host={home}"
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(home, ignore_errors=True)


def _create(createdb: Path, home: Path) -> None:
    for _ in range(200):
        asked: list[str | Path] = [createdb, "-h", home, "-U", "postgres", "bench"]
        if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise SystemExit(f"PostgreSQL did not start: {(home / 'log').read_text()}")


def _somebody_else() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None
