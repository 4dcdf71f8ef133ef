"""A PostgreSQL server of the tests' own: found, started once a run, removed at its end."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
WATCH = """
while kill -0 "$1" 2>/dev/null; do sleep 1; done
[ -d "$3" ] && kill -QUIT "$2" && sleep 1 && rm -rf "$3"
"""
"""Ends the server of a run that was killed before it could do so itself."""
MISSING = "needs a PostgreSQL server: apt-get install postgresql (Debian, Ubuntu)"


def programs() -> Path | None:
    """The folder of initdb and postgres: where Debian keeps them, newest first, else on PATH."""
    versions = sorted(
        (folder for folder in DEBIAN.glob("*/bin") if (folder / "initdb").exists()),
        key=lambda folder: [int(part) for part in folder.parent.name.split(".") if part.isdigit()],
        reverse=True,
    )
    if versions:
        return versions[0]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def start_once(home: Path) -> str | None:
    """The socket folder of the run's one server, started by whoever asks first."""
    folder = programs()
    if folder is None:
        return None
    with _lock(home / "lock"):
        if not (home / "pid").exists():
            pid = _start(folder, home)
            (home / "pid").write_text(str(pid))
            _watch(home, pid)
    return str(home)


def stop(home: Path) -> None:
    """End the run's server, if it ever started, and remove all it wrote."""
    pid_file = home / "pid"
    if pid_file.exists():
        pid = int(pid_file.read_text())
        os.kill(pid, 3)
        for _ in range(200):
            if not (home / "cluster" / "postmaster.pid").exists():
                break
            time.sleep(0.05)
    shutil.rmtree(home, ignore_errors=True)


def new_home() -> Path:
    """A short path, since a socket's name may hold about a hundred characters."""
    home = Path(tempfile.mkdtemp(prefix="fs-pg-", dir="/tmp"))
    (home / "run").write_text(str(os.getpid()))
    owner = _server_user()
    if owner:
        os.chown(home, owner.pw_uid, owner.pw_gid)
    return home


def _watch(home: Path, server: int) -> None:
    run = (home / "run").read_text()
    watcher = subprocess.Popen(
        ["sh", "-c", WATCH, "watch", run, str(server), str(home)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    watcher.returncode = 0  # it outlives this process on purpose


def _server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; then it runs as somebody who owns nothing."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _start(folder: Path, home: Path) -> int:
    owner = _server_user()
    cluster = home / "cluster"
    environ = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": str(home)}
    user = owner.pw_uid if owner else None
    group = owner.pw_gid if owner else None
    subprocess.run(
        [folder / "initdb", "-D", cluster, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"],
        check=True,
        capture_output=True,
        env=environ,
        user=user,
        group=group,
        extra_groups=[] if owner else None,
        cwd=home,
    )
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(home),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "300",
        "shared_buffers": "64MB",
        "autovacuum": "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [folder / "postgres", "-D", cluster, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environ,
            user=user,
            group=group,
            extra_groups=[] if owner else None,
            cwd=home,
            start_new_session=True,
        )
    _wait_until_ready(server, home)
    pid = server.pid
    server.returncode = 0  # it outlives this process on purpose: `stop` ends it
    return pid


def _wait_until_ready(server: subprocess.Popen[bytes], home: Path) -> None:
    postmaster = home / "cluster" / "postmaster.pid"
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"PostgreSQL did not start: {(home / 'log').read_text()}")
        if postmaster.exists() and "ready" in postmaster.read_text():
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not get ready: {(home / 'log').read_text()}")


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
