"""What Twilio says of the account and its numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from twilio.rest import Client

OK, UNAUTHORISED, NOT_FOUND = 200, 401, 404
HOST = "https://api.twilio.com"
PAGE = 1000


@dataclass(frozen=True, slots=True)
class OwnedNumber:
    """A number of the account, and where what comes in to it is told."""

    number: str
    sms: bool
    voice: bool
    sms_url: str
    voice_url: str


@dataclass(frozen=True, slots=True)
class Account:
    """The account, or why nobody could say: `trouble` is a sentence then."""

    status: str = ""
    kind: str = ""
    numbers: tuple[OwnedNumber, ...] = ()
    trouble: str | None = None

    @property
    def is_active(self) -> bool:
        """Whether it may send at all."""
        return self.trouble is None and self.status == "active"

    @property
    def is_on_trial(self) -> bool:
        """Whether it reaches only numbers that were confirmed at the provider."""
        return self.kind.lower() == "trial"

    def owns(self, number: str) -> OwnedNumber | None:
        """What is known of one of its numbers."""
        return next((one for one in self.numbers if one.number == number), None)


def read_account(client: Client) -> Account:
    """Ask Twilio, once; never raises."""
    path = f"{HOST}/2010-04-01/Accounts/{client.account_sid}"
    try:
        status, account = _asked(client, f"{path}.json")
        if status in (UNAUTHORISED, NOT_FOUND):
            return Account(trouble="The provider refuses the account or its password.")
        if status != OK:
            return Account(trouble=f"The provider does not answer as it should ({status}).")
        _, page = _asked(client, f"{path}/IncomingPhoneNumbers.json?PageSize={PAGE}")
        numbers = tuple(_number(one) for one in page["incoming_phone_numbers"])
    except Exception as error:
        return Account(trouble=f"The provider cannot be asked ({type(error).__name__}).")
    return Account(account["status"], account.get("type") or "", numbers)


def _asked(client: Client, address: str) -> tuple[int, dict[str, Any]]:
    response = client.request("GET", address)
    said = json.loads(response.text) if response.status_code == OK else {}
    return response.status_code, said


def _number(one: dict[str, Any]) -> OwnedNumber:
    can = one.get("capabilities") or {}
    return OwnedNumber(
        number=one["phone_number"],
        sms=bool(can.get("sms")),
        voice=bool(can.get("voice")),
        sms_url=one.get("sms_url") or "",
        voice_url=one.get("voice_url") or "",
    )
