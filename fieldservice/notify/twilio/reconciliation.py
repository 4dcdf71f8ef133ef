"""Finding a request in Twilio's own list, when its answer was lost.

Texts and calls carry no name of ours there, so a text is known by its words and its
numbers, a call by its numbers and its time. What another request is known to have
become is never taken for this one.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from twilio.http.response import Response
from twilio.rest import Client

from fieldservice.models.messages import AttemptOutcome
from fieldservice.notify.channel import Answer, Inquiry

PAGE = 200
"""Newest first: nobody was sent more than that since."""
SLACK = timedelta(minutes=10)
"""How far our clock and the provider's may be apart, and how long a request may take."""
NOT_THERE = "the provider's list does not hold it"
OK = 200

Entry = dict[str, Any]


def found_text(client: Client, inquiry: Inquiry) -> Answer:
    """`SENT` if Twilio's list holds this text, `NOT_SENT` if it does not by now."""
    words = _plain(inquiry.body)
    return _find(client, inquiry, "Messages", lambda one, _: _plain(one.get("body")) == words)


def found_call(client: Client, inquiry: Inquiry, now: datetime) -> Answer:
    """The same for a call."""
    age = max(now - inquiry.started_at, timedelta()) + SLACK

    def recent(one: Entry, provider_now: datetime) -> bool:
        # Ages are compared, not times: either clock may stand wrong.
        return provider_now - parsedate_to_datetime(one["date_created"]) <= age

    return _find(client, inquiry, "Calls", recent)


def _find(
    client: Client, inquiry: Inquiry, kind: str, fits: Callable[[Entry, datetime], bool]
) -> Answer:
    if inquiry.provider_id:
        return Answer(AttemptOutcome.SENT, provider_id=inquiry.provider_id)
    try:
        response = _listed(client, inquiry, kind)
        entries = json.loads(response.text)[kind.lower()]
        provider_now = parsedate_to_datetime(response.headers["Date"])
        ours = [one for one in entries if _may_be(one, inquiry) and fits(one, provider_now)]
    except Exception as error:
        return Answer(AttemptOutcome.UNKNOWN, error=f"could not be asked ({type(error).__name__})")
    if not ours:
        return Answer(AttemptOutcome.NOT_SENT, error=NOT_THERE)
    return Answer(AttemptOutcome.SENT, provider_id=ours[-1]["sid"])


def _listed(client: Client, inquiry: Inquiry, kind: str) -> Response:
    account = f"https://api.twilio.com/2010-04-01/Accounts/{client.account_sid}"
    asked: dict[str, object] = {"To": inquiry.to, "PageSize": PAGE}
    if inquiry.sender.startswith("+"):
        asked["From"] = inquiry.sender
    response = client.request("GET", f"{account}/{kind}.json", params=asked)
    if response.status_code != OK:
        raise ValueError(f"the list was refused ({response.status_code})")
    return response


def _may_be(one: Entry, inquiry: Inquiry) -> bool:
    is_ours = str(one["direction"]).startswith("outbound")
    return is_ours and one["to"] == inquiry.to and one["sid"] not in inquiry.taken


def _plain(body: str | None) -> str:
    """Words as they are compared: networks may change the way a letter is composed."""
    return " ".join(unicodedata.normalize("NFC", body or "").split())
