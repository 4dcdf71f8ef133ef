"""Sender processes as a test sees them: started with orders, waited for, ended with the block."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fieldservice.config import Settings
from tests.trials.orders import Orders

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a sender process came to its end."""

    pid: int
    signal: int
    status: int


@dataclass
class Senders:
    """The processes of one trial."""

    zygote: subprocess.Popen[str]

    def warm_up(self) -> None:
        """Do what is due now, healthily; sender processes are quicker afterwards."""
        self._tell({"warm": True})

    def start(self, orders: Orders) -> int:
        """A new sender process under these orders; its number."""
        return int(self._tell({"fork": asdict(orders)})["pid"])

    def wait_for_one(self) -> Ended:
        """The next of them to end."""
        return Ended(**self._tell({"reap": True}))

    def run(self, *orders: Orders) -> list[Ended]:
        """Start them all at once and wait until all have ended."""
        for one in orders:
            self.start(one)
        return [self.wait_for_one() for _ in orders]

    def _tell(self, deed: dict[str, Any]) -> dict[str, Any]:
        assert self.zygote.stdin
        self.zygote.stdin.write(json.dumps(deed) + "\n")
        self.zygote.stdin.flush()
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        assert self.zygote.stdout
        line = self.zygote.stdout.readline()
        assert line, "the sender processes' parent ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def senders(settings: Settings) -> Iterator[Senders]:
    """Sender processes of the application with these settings."""
    zygote = subprocess.Popen(
        [sys.executable, "-m", "tests.trials.zygote"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment_of(settings)},
    )
    running = Senders(zygote)
    try:
        running._hear()
        yield running
    finally:
        zygote.kill()
        zygote.communicate()


def environment_of(settings: Settings) -> dict[str, str]:
    """The same settings as another process reads them."""
    environment = {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "FIELDSERVICE_VAR": str(settings.var_dir),
        "PUBLIC_BASE_URL": settings.public_base_url,
        "SPEND_CAP_PER_DAY": "0",
        "OPENBLAS_NUM_THREADS": "1",
    }
    if settings.twilio:
        environment |= {
            "MESSAGES_BY": "twilio",
            "TWILIO_ACCOUNT_SID": settings.twilio.account_sid,
            "TWILIO_AUTH_TOKEN": settings.twilio.auth_token,
            "TWILIO_API_BASE": settings.twilio.api_base,
            "TWILIO_TIMEOUT_SECONDS": str(int(settings.twilio.timeout_seconds)),
        }
    return environment
