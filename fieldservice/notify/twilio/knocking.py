"""Knocking at our own public door as Twilio would, to see that callbacks arrive."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from fieldservice.config import TwilioSettings
from fieldservice.notify.deadline import within
from fieldservice.notify.punctual import punctual
from fieldservice.notify.twilio.addresses import PREFIX

SECONDS = 10
OK, FORBIDDEN = 200, 403
KNOCK = f"{PREFIX}/knock"


@dataclass(frozen=True, slots=True)
class Knock:
    """How it went: `trouble` is a sentence where callbacks would not arrive."""

    trouble: str | None = None


def knock(account: TwilioSettings, base_url: str, secret: str) -> Knock:
    """Ask ourselves through the public address, signed; and once unsigned, which must fail."""
    nonce = secrets.token_hex(16)
    address = f"{base_url}{KNOCK}"
    form = {"AccountSid": account.account_sid, "Nonce": nonce}
    signature = RequestValidator(account.auth_token).compute_signature(address, form)
    try:
        signed = _post(address, form, {SIGNATURE_HEADER: signature})
        unsigned = _post(address, form, {})
    except requests.RequestException as error:
        return Knock(f"Nobody answers at {base_url} ({type(error).__name__}).")
    if signed.status_code == FORBIDDEN:
        return Knock("Signed callbacks are refused: a proxy changes the address or the form.")
    if signed.status_code != OK or signed.text != reply_to(nonce, secret):
        return Knock(f"Somebody else answers at {base_url} ({signed.status_code}).")
    if unsigned.status_code != FORBIDDEN:
        return Knock("Unsigned callbacks are let in.")
    return Knock()


def reply_to(nonce: str, secret: str) -> str:
    """What only this installation can answer."""
    return hmac.new(secret.encode(), f"knock {nonce}".encode(), hashlib.sha256).hexdigest()


def is_private(base_url: str) -> bool:
    """Whether only this machine or its neighbours can reach the address."""
    host = urlsplit(base_url).hostname or ""
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return False
    return any(not ipaddress.ip_address(one[4][0]).is_global for one in found)


def _post(address: str, form: dict[str, str], headers: dict[str, str]) -> requests.Response:
    with within(SECONDS) as deadline, punctual(requests.Session()) as session:
        reply = session.post(
            address, data=form, headers=headers, timeout=SECONDS, allow_redirects=False
        )
    if deadline.is_over:
        raise requests.ReadTimeout
    return reply
