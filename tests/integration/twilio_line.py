"""Twilio's side of the line for tests: signs what it tells us, as the real one does."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from fieldservice import clock
from fieldservice.config import TwilioSettings
from fieldservice.db import transaction
from fieldservice.operations.messages.processing import process_kept

ACCOUNT = "AC" + "0" * 31 + "7"
TOKEN = "the account's own token"
BASE = "http://localhost"
OURS = "+376600100"
TWILIO = TwilioSettings(ACCOUNT, TOKEN)

_numbers = itertools.count(1)


def a_sid() -> str:
    """The provider's name of one text."""
    return f"SM{next(_numbers):032x}"


def signed(path: str, form: dict[str, str], token: str = TOKEN, base: str = BASE) -> dict[str, str]:
    """The headers with which this form arrives at that path."""
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(base + path, form)}


@dataclass
class Line:
    """What a provider does: it tells us of texts, and our clock acts on what it told."""

    app: Flask
    client: FlaskClient
    sids: list[str] = field(default_factory=list)

    def tells(self, path: str, form: dict[str, str]) -> TestResponse:
        """One signed callback."""
        form = {"AccountSid": ACCOUNT, **form}
        return self.client.post(path, data=form, headers=signed(path, form))

    def writes(self, phone: str, body: str, sid: str | None = None, **more: str) -> TestResponse:
        """A customer's text, told to us and acted on."""
        form = {"MessageSid": sid or a_sid(), "From": phone, "To": OURS, "Body": body, **more}
        reply = self.tells("/twilio/inbound/sms", form)
        self.beat()
        return reply

    def reports(self, token: str, status: str, sid: str = "SM1", **more: str) -> TestResponse:
        """A delivery receipt, kept but not acted on yet."""
        form = {"MessageSid": sid, "MessageStatus": status, **more}
        return self.tells(f"/twilio/receipt/{token}", form)

    def beat(self) -> int:
        """Our clock acts on all that was kept; how many callbacks that were."""
        count = 0
        with self.app.app_context():
            while done := self._act():
                count += done
        return count

    def _act(self) -> int:
        with transaction() as session:
            return process_kept(session, clock.now())
