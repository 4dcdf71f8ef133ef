"""`fieldservice serve`: two children, kept alive, ended with their parent."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from fieldservice.cli import main
from fieldservice.cli.serve import answers
from fieldservice.operations import liveness
from tests.databases import SqliteTemplate

HOUSE = Path(__file__).parents[2]


def eventually(happens: Callable[[], bool], seconds: float = 150) -> bool:
    """Whether it happens before too long; other processes tell us nothing else."""
    until = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def children_of(pid: int) -> dict[str, int]:
    """The running children by what they run."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = {}
    for child in map(int, listed):
        words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        name = "web" if b"gunicorn" in words else "clock"
        if is_alive(child):
            found[name] = child
    return found


def is_alive(pid: int) -> bool:
    """Whether the process runs; a dead one nobody has buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Served:
    """A running `fieldservice serve`."""

    def __init__(self, folder: Path, database_url: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url,
            "FIELDSERVICE_VAR": str(folder),
            "PORT": str(self.port),
        }
        self.log = folder / "log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fieldservice.cli", "serve"],
                env=self.environment,
                cwd=HOUSE,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def is_up(self) -> bool:
        """Whether pages are answered."""
        return answers(f"http://127.0.0.1:{self.port}/healthz")

    def beats(self) -> bool:
        """Whether the clock left a sign of life."""
        return liveness.last_beat(self.folder) is not None


@pytest.fixture
def served(sqlite_template: SqliteTemplate, tmp_path: Path) -> Iterator[Served]:
    """A server that answers, with its clock running."""
    with sqlite_template.fresh(tmp_path) as url:
        server = Served(tmp_path, url)
        try:
            assert eventually(lambda: server.is_up() and server.beats()), server.log.read_text()
            yield server
        finally:
            server.process.kill()
            server.process.wait()


def test_what_cannot_be_read_is_answered_in_plain_words(served: Served) -> None:
    assert eventually(served.is_up)
    for asked, status, words in (
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", b" 414 ", b"This address is too long.\n"),
        (b"<b>GET\r\n\r\n", b" 400 ", b"This request cannot be read.\n"),
    ):
        with socket.create_connection(("127.0.0.1", served.port), timeout=30) as line:
            line.sendall(asked)
            answer = b"".join(iter(lambda: line.recv(4096), b""))
        assert status in answer.splitlines()[0]
        assert b"text/plain" in answer
        assert answer.endswith(b"\r\n\r\n" + words)


def test_it_says_where_it_answers_and_ends_both_children_when_told(served: Served) -> None:
    assert eventually(lambda: f"127.0.0.1:{served.port}" in served.log.read_text())
    children = children_of(served.process.pid)
    assert set(children) == {"web", "clock"}
    served.process.terminate()
    assert served.process.wait(30) == 0
    assert not any(is_alive(child) for child in children.values())
    assert not served.beats(), "a clock stopped on purpose leaves no sign of life"


def test_children_that_die_come_back(served: Served) -> None:
    before = children_of(served.process.pid)
    for child in before.values():
        os.kill(child, signal.SIGKILL)

    def are_new() -> bool:
        now = children_of(served.process.pid)
        return now.keys() == before.keys() and not set(now.values()) & set(before.values())

    assert eventually(are_new)
    assert eventually(served.is_up)
    assert eventually(lambda: served.log.read_text().count("starting it again") == len(before))


def test_no_child_outlives_a_parent_that_was_killed(served: Served) -> None:
    children = children_of(served.process.pid)
    served.process.kill()
    served.process.wait()
    assert eventually(lambda: not any(is_alive(child) for child in children.values()))


def test_a_taken_port_is_said_at_once(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in served.environment.items():
        monkeypatch.setenv(name, value)
    for deed in ("serve", "demo"):
        answer = CliRunner().invoke(main, [deed])
        assert answer.exit_code == 2
        assert not answer.stdout
        assert f"127.0.0.1:{served.port}" in answer.stderr
        assert "PORT=" in answer.stderr


def test_a_database_of_another_version_is_not_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDSERVICE_VAR", str(tmp_path))
    answer = CliRunner().invoke(main, ["serve"])
    assert (answer.exit_code, "fieldservice migrate" in answer.stderr) == (2, True)


def test_migrate_makes_the_database_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDSERVICE_VAR", str(tmp_path))
    first, second = (CliRunner().invoke(main, ["migrate"]) for _ in range(2))
    assert (first.exit_code, "from schema none to" in first.output) == (0, True)
    assert (second.exit_code, "already" in second.output) == (0, True)


def test_wrong_settings_are_one_sentence_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://host/name")
    answer = CliRunner().invoke(main, ["migrate"])
    assert answer.exit_code == 2
    assert "DATABASE_URL" in answer.stderr
    assert "Traceback" not in answer.stderr
