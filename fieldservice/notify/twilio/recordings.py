"""Recordings at Twilio: fetched as sound, and deleted there when their time is over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from fieldservice.config import TwilioSettings
from fieldservice.errors import DeliveryError
from fieldservice.notify.deadline import within
from fieldservice.notify.punctual import punctual

RECORDING = re.compile(r"RE[0-9a-f]{32}", re.ASCII)
LARGEST = 20 * 1024 * 1024
"""Two minutes are less than a tenth of it."""
GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class TwilioRecordings:
    """The shelf of the account; every failure is a `DeliveryError`, permanent or not."""

    settings: TwilioSettings
    seconds: float = 60.0
    """A line that needs more than that for two minutes of sound is none."""

    def fetch(self, provider_id: str) -> bytes:
        """The sound of one recording."""
        with self._asked("GET", f"{self._address(provider_id)}.mp3") as reply:
            if reply.status_code != requests.codes.ok:
                raise DeliveryError("The recording is not there yet.", permanent=False)
            sound = _read(reply)
        if not sound:
            raise DeliveryError("The recording came empty.", permanent=False)
        return sound

    def delete(self, provider_id: str) -> None:
        """Take it from the shelf; what is not there any more is gone."""
        with self._asked("DELETE", f"{self._address(provider_id)}.json") as reply:
            if not reply.ok and reply.status_code not in GONE:
                raise DeliveryError("The recording could not be deleted.", permanent=False)

    def _address(self, provider_id: str) -> str:
        # The id stands in an address that carries our password: it must be nothing else.
        if not RECORDING.fullmatch(provider_id):
            raise DeliveryError("This is not the name of a recording.", permanent=True)
        account = f"{self.settings.api_base}/2010-04-01/Accounts/{self.settings.account_sid}"
        return f"{account}/Recordings/{provider_id}"

    @contextmanager
    def _asked(self, method: str, address: str) -> Iterator[requests.Response]:
        with within(self.seconds) as deadline, punctual(requests.Session()) as session:
            try:
                with session.request(
                    method,
                    address,
                    auth=(self.settings.account_sid, self.settings.auth_token),
                    timeout=self.settings.timeout_seconds,
                    stream=True,
                ) as reply:
                    yield reply
            except requests.RequestException as error:
                raise DeliveryError("The provider did not answer.", permanent=False) from error
        if deadline.is_over:
            raise DeliveryError("The provider answered too slowly.", permanent=False)


def _read(reply: requests.Response) -> bytes:
    sound = bytearray()
    for piece in reply.iter_content(64 * 1024):
        sound += piece
        if len(sound) > LARGEST:
            raise DeliveryError("The recording is too large to keep.", permanent=True)
    return bytes(sound)
