"""Somebody on the telephone: fetches our TwiML as Twilio does, hears, presses keys, speaks."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fieldservice import clock
from fieldservice.db import transaction
from fieldservice.operations.messages.processing import process_kept
from tests.integration.twilio_line import ACCOUNT, BASE, OURS, signed

VOICES = {
    "ca-ES": "Polly.Arlet-Neural",
    "es-ES": "Polly.Lucia-Neural",
    "hu-HU": "Google.hu-HU-Wavenet-A",
    "en-GB": "Polly.Amy-Neural",
}
ENDS = ("Hangup",)
WAITS = ("Gather", "Record", "Dial")

_numbers = itertools.count(1)


def a_call_sid() -> str:
    """The provider's name of one call."""
    return f"CA{next(_numbers):032x}"


def a_recording_sid() -> str:
    """The provider's name of one recording."""
    return f"RE{next(_numbers):032x}"


@dataclass
class ScriptedCaller:
    """One call: what was heard since the last key, and what the line waits for."""

    client: FlaskClient
    sid: str = field(default_factory=a_call_sid)
    heard: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    waits: ElementTree.Element | None = None
    after: str = ""
    """Where the line goes on if what it waits for brings nothing."""
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Everything heard since the last key."""
        return " ".join(self.heard)

    @property
    def is_over(self) -> bool:
        """Whether the line ended."""
        return self.waits is None

    @property
    def waits_for(self) -> str:
        """The verb the line stopped at; empty once it ended."""
        return "" if self.waits is None else self.waits.tag

    def answer(self, token: str, answered_by: str = "human") -> ScriptedCaller:
        """Pick up when we call."""
        return self._go(f"/twilio/voice/{token}", AnsweredBy=answered_by)

    def call(self, from_: str, to: str = OURS) -> ScriptedCaller:
        """Call one of our numbers."""
        return self._go("/twilio/inbound/voice", From=from_, To=to, Direction="inbound")

    def press(self, key: str) -> ScriptedCaller:
        """Press a key while it is asked for."""
        return self._go(self._action("Gather"), Digits=key)

    def stay_silent(self) -> ScriptedCaller:
        """Press and say nothing."""
        if self.waits_for == "Record":
            return self._go(self.after)
        return self._go(self._action("Gather"), Digits="")

    def speak(self, recording_sid: str | None = None, seconds: int = 7) -> ScriptedCaller:
        """Say something after the tone, then press hash."""
        return self._go(
            self._action("Record"),
            RecordingSid=recording_sid or a_recording_sid(),
            RecordingUrl="https://api.twilio.com/elsewhere",
            RecordingDuration=str(seconds),
            Digits="#",
        )

    def is_put_through(self, status: str) -> ScriptedCaller:
        """The other telephone rang, with this outcome."""
        return self._go(self._action("Dial"), DialCallStatus=status)

    def report(self, token: str, status: str, **more: str) -> TestResponse:
        """How far the call has come; our clock then acts on it."""
        reply = self.tells(f"/twilio/voice/{token}/status", CallStatus=status, **more)
        self.beat()
        return reply

    def beat(self) -> None:
        """Our clock acts on what was kept."""
        with self.client.application.app_context(), transaction() as session:
            process_kept(session, clock.now())

    def again(self) -> ScriptedCaller:
        """The last request once more, as after a lost answer."""
        path, form = self.posts[-1]
        return self._read(self._post(path, form))

    def tells(self, path: str, **form: str) -> TestResponse:
        """One signed request of this call."""
        return self._post(path, {"AccountSid": ACCOUNT, "CallSid": self.sid, **form})

    def _go(self, address: str, **form: str) -> ScriptedCaller:
        path = urlsplit(address).path
        return self._read(self.tells(path, **form))

    def _post(self, path: str, form: dict[str, str]) -> TestResponse:
        self.posts.append((path, form))
        return self.client.post(path, data=form, headers=signed(path, form))

    def _action(self, verb: str) -> str:
        assert self.waits is not None, "the line is dead"
        assert self.waits.tag == verb, f"the line waits for {self.waits.tag}"
        address = self.waits.attrib["action"]
        assert address.startswith(f"{BASE}/twilio/"), address
        return address

    def _read(self, reply: TestResponse) -> ScriptedCaller:
        assert reply.status_code == 200, reply.status
        assert reply.content_type.startswith("text/xml")
        root = ElementTree.fromstring(reply.get_data(as_text=True))
        assert root.tag == "Response"
        self.heard, self.languages, self.waits, self.after = [], [], None, ""
        self._listen(root)
        assert root[-1].tag in (*ENDS, "Redirect", "Dial"), "the line would go dead"
        if root[-1].tag == "Redirect":
            self.after = root[-1].text or ""
        return self

    def _listen(self, element: ElementTree.Element) -> None:
        for verb in element:
            if verb.tag == "Say":
                language = verb.attrib["language"]
                assert verb.attrib["voice"] == VOICES[language]
                self.heard.append(verb.text or "")
                self.languages.append(language)
            if verb.tag in WAITS:
                self.waits = verb
            self._listen(verb)


def gather_rules(caller: ScriptedCaller) -> dict[str, str]:
    """How the keypad is listened to, without the address."""
    assert caller.waits is not None
    rules = dict(caller.waits.attrib)
    rules.pop("action")
    return rules
