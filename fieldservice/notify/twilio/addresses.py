"""Where Twilio calls back: the paths of our routes, under the public address.

Each attempt has addresses of its own, named by its token, so that a callback is known
even where the answer to the request was lost.
"""

from __future__ import annotations

PREFIX = "/twilio"


def receipt_address(base_url: str, token: str) -> str:
    """Where the states of one text are told."""
    return f"{base_url}{PREFIX}/receipt/{token}"


def voice_address(base_url: str, token: str, step: str = "") -> str:
    """Where the script of one call is fetched; a step is where its answers go."""
    return f"{base_url}{PREFIX}/voice/{token}{'/' + step if step else ''}"


def call_status_address(base_url: str, token: str) -> str:
    """Where the states of one call are told."""
    return voice_address(base_url, token, "status")


def recording_address(base_url: str, token: str) -> str:
    """Where a recording of one call is announced."""
    return voice_address(base_url, token, "recording")


def inbound_sms_address(base_url: str) -> str:
    """Where texts to our numbers arrive."""
    return f"{base_url}{PREFIX}/inbound/sms"


def inbound_voice_address(base_url: str) -> str:
    """Where calls to our numbers arrive."""
    return f"{base_url}{PREFIX}/inbound/voice"
