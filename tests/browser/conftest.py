"""A real server, its clock running, and a real Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from flask import Flask
from flask_security.utils import hash_password
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.app import create_app
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.models.users import RoleName
from tests.compiled import where_compiled
from tests.databases import SqliteTemplate, close, settings_for
from tests.factories import NOW, PASSWORD, a_user

MISSING = "needs Chromium: apt-get install chromium (Debian, Ubuntu), or name it in $CHROMIUM"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, never one that a test downloads."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not program:
        pytest.skip(MISSING)
    return {**browser_type_launch_args, "executable_path": program, "args": ["--no-sandbox"]}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in this folder is a browser test."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@dataclass
class LiveServer:
    """`fieldservice serve` with a database of its own, at NOW and going on from there."""

    settings: Settings
    port: int
    app: Flask
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction on the server's database."""
        with self.app.app_context(), transaction() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """What is in the server's database now."""
        with self.app.app_context():
            yield db.session()

    def sign_in(self, page: Page, role: RoleName, *, technician_id: int | None = None) -> int:
        """Sign somebody new in through the form; returns the user's id."""
        with self.write() as session:
            password = hash_password(PASSWORD)
            user = a_user(session, role, technician_id=technician_id, password=password)
            user_id, email = user.id, user.email
        page.goto(f"{self.url}/sign-in")
        page.locator("input[name=email]").fill(email)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return user_id

    def move_to(self, moment: datetime) -> None:
        """Stop, and serve again with the clock at that moment."""
        self.stop()
        offset = timedelta(seconds=round((moment - datetime.now(moment.tzinfo)).total_seconds()))
        self.settings = replace(self.settings, clock_offset=offset)
        clock.shift_clock(offset)
        self.start()

    def start(self) -> None:
        """Serve, and come back when pages are answered."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.settings.var_dir),
            "DATABASE_URL": self.settings.database_url,
            "FIELDSERVICE_VAR": str(self.settings.var_dir),
            "SECRET_KEY": self.settings.secret_key,
            "PORT": str(self.port),
            "CLOCK_OFFSET_SECONDS": str(round(self.settings.clock_offset.total_seconds())),
            "SIGN_IN_LIMIT": "1000 per minute",
            **where_compiled(),
        }
        log = self.settings.var_dir / "server.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fieldservice.cli", "serve"],
                env=environment,
                cwd=Path(__file__).parents[2],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        for _ in range(300):
            if self.process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the server did not start:\n{log.read_text()}")

    def stop(self) -> None:
        """End the server and its children."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as reply:
                return bool(reply.status == 200)
        except (URLError, OSError):
            return False


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def live_server(
    browser_type_launch_args: dict[str, Any], sqlite_template: SqliteTemplate, tmp_path: Path
) -> Iterator[LiveServer]:
    """A server on a fresh, migrated, empty database; `move_to` lets it live at another time."""
    port = free_port()
    with sqlite_template.fresh(tmp_path) as url:
        settings = replace(settings_for(url, tmp_path), public_base_url=f"http://127.0.0.1:{port}")
        server = LiveServer(settings, port, create_app(settings))
        server.move_to(NOW)
        try:
            yield server
        finally:
            server.stop()
            close(server.app)
            clock.shift_clock(timedelta())
