"""`fieldservice web` as it runs in service, and wrk sending it what a file holds."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

from benchmarks.machine import processor_seconds

HOUSE = Path(__file__).parents[1]
NO_WRK = "wrk is missing, which sends the load: apt-get install wrk (Debian, Ubuntu)."
SECRET = "only for measuring: forty letters and more"
CONNECTIONS = 32

Line = tuple[str, str, str, str, str]
"""Path, type of the body, a header's name, its value, and the body."""


def need_wrk() -> None:
    """End with a sentence where there is none."""
    if shutil.which("wrk") is None:
        raise SystemExit(NO_WRK)


def say(words: str) -> None:
    """Show it at once, also to whoever keeps it in a file."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def environment_of(url: str, folder: Path, workers: int, **more: str) -> dict[str, str]:
    """The settings of a server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(HOUSE),
        "DATABASE_URL": url,
        "FIELDSERVICE_VAR": str(folder),
        "SECRET_KEY": SECRET,
        "PORT": str(port),
        "WEB_WORKERS": str(workers),
        "API_LIMIT": "1000000 per minute",
        **more,
    }


def counted_under_load(
    environment: dict[str, str], lines: Sequence[Line], seconds: int, token: str = ""
) -> dict[str, Any]:
    """What wrk counted, and the seconds of processor the server took."""
    file = Path(environment["FIELDSERVICE_VAR"]) / "lines"
    file.write_text("".join("\t".join(line) + "\n" for line in lines))
    with answering(environment) as web:
        before = processor_seconds(web.pid)
        counted = _load(environment, file, seconds, token)
        counted["processor"] = processor_seconds(web.pid) - before
    return counted


@contextmanager
def answering(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The server while it answers; it is stopped afterwards."""
    web = subprocess.Popen(
        [sys.executable, "-m", "fieldservice.cli", "web"],
        cwd=HOUSE,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        _await(f"http://127.0.0.1:{environment['PORT']}/healthz")
        yield web
    finally:
        web.send_signal(signal.SIGTERM)
        web.wait(30)


def _await(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("The web server did not start.")


def _load(environment: dict[str, str], file: Path, seconds: int, token: str) -> dict[str, Any]:
    address = f"http://127.0.0.1:{environment['PORT']}"
    wrk = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=10s"]
    done = subprocess.run(
        [*wrk, "-s", str(Path(__file__).with_name("load.lua")), address],
        env={**environment, "TOKEN": token, "LINES": str(file)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
