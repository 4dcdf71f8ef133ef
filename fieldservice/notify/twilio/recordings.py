"""Recordings at Twilio: fetched as sound, and deleted there when their time is over."""

from __future__ import annotations

import re
from dataclasses import dataclass

import requests

from fieldservice.config import TwilioSettings
from fieldservice.errors import DeliveryError

RECORDING = re.compile(r"RE[0-9a-f]{32}", re.ASCII)
LARGEST = 20 * 1024 * 1024
"""Two minutes are less than a tenth of it."""
GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class TwilioRecordings:
    """The shelf of the account; every failure is a `DeliveryError`, permanent or not."""

    settings: TwilioSettings

    def fetch(self, provider_id: str) -> bytes:
        """The sound of one recording."""
        with self._ask("GET", f"{self._address(provider_id)}.mp3") as reply:
            if reply.status_code != requests.codes.ok:
                raise DeliveryError("The recording is not there yet.", permanent=False)
            sound = _read(reply)
        if not sound:
            raise DeliveryError("The recording came empty.", permanent=False)
        return sound

    def delete(self, provider_id: str) -> None:
        """Take it from the shelf; what is not there any more is gone."""
        with self._ask("DELETE", f"{self._address(provider_id)}.json") as reply:
            if not reply.ok and reply.status_code not in GONE:
                raise DeliveryError("The recording could not be deleted.", permanent=False)

    def _address(self, provider_id: str) -> str:
        # The id stands in an address that carries our password: it must be nothing else.
        if not RECORDING.fullmatch(provider_id):
            raise DeliveryError("This is not the name of a recording.", permanent=True)
        account = f"{self.settings.api_base}/2010-04-01/Accounts/{self.settings.account_sid}"
        return f"{account}/Recordings/{provider_id}"

    def _ask(self, method: str, address: str) -> requests.Response:
        try:
            return requests.request(
                method,
                address,
                auth=(self.settings.account_sid, self.settings.auth_token),
                timeout=self.settings.timeout_seconds,
                stream=True,
            )
        except requests.RequestException as error:
            raise DeliveryError("The provider did not answer.", permanent=False) from error


def _read(reply: requests.Response) -> bytes:
    sound = bytearray()
    try:
        for piece in reply.iter_content(64 * 1024):
            sound += piece
            if len(sound) > LARGEST:
                raise DeliveryError("The recording is too large to keep.", permanent=True)
    except requests.RequestException as error:
        raise DeliveryError("The recording broke off.", permanent=False) from error
    return bytes(sound)
