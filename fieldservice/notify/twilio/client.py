"""How Twilio is reached: a fixed timeout, an address that may be another, nothing in the log."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from fieldservice.config import TwilioSettings
from fieldservice.notify.deadline import within
from fieldservice.notify.punctual import punctual

TOO_MANY = 429
CONNECTIONS = 64


class AskedToWait(Exception):
    """The provider wants fewer requests; `seconds` where it says for how long."""

    def __init__(self, seconds: int | None) -> None:
        super().__init__("too many requests")
        self.seconds = seconds


class Http(TwilioHttpClient):  # type: ignore[misc]
    """Speaks to the address of the settings, whatever host the library names."""

    def __init__(self, settings: TwilioSettings) -> None:
        super().__init__(timeout=settings.timeout_seconds)
        # As many connections as messages are handed over at once; nothing is asked twice.
        punctual(self.session, pool_maxsize=CONNECTIONS, max_retries=0)
        self.seconds = settings.timeout_seconds
        self.base = urlsplit(settings.api_base)

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Response:
        """Ask once, all of it within the timeout; half an answer is none."""
        with within(self.seconds) as deadline:
            response = super().request(method, self._address(url), *args, **more)
        if deadline.is_over:
            raise requests.ReadTimeout
        if response.status_code == TOO_MANY:
            raise AskedToWait(_seconds((response.headers or {}).get("Retry-After")))
        return response

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Say nothing: requests hold customers' numbers."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Say nothing."""

    def _address(self, url: str) -> str:
        asked = urlsplit(url)
        path = self.base.path + asked.path
        return urlunsplit((self.base.scheme, self.base.netloc, path, asked.query, ""))


@lru_cache(maxsize=4)
def client_of(settings: TwilioSettings) -> Client:
    """The library's client, which reads nothing from the environment and keeps connections."""
    return Client(
        settings.account_sid,
        settings.auth_token,
        http_client=Http(settings),
        environment={"TWILIO_ACCOUNT_SID": settings.account_sid},
    )


def _seconds(header: str | None) -> int | None:
    # What is longer is too long in any case, and no number of seconds.
    return int(header[:9]) if header and header.isascii() and header.isdigit() else None
