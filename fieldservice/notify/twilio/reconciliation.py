"""Finding a request in Twilio's own list, when its answer was lost.

Texts and calls carry no name of ours there, so a text is known by its words and its
numbers, a call by its numbers and its time. What another request is known to have
become is never taken for this one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from twilio.rest import Client

from fieldservice.models.customers import Channel
from fieldservice.models.messages import AttemptOutcome
from fieldservice.notify.channel import Answer, Carried, Inquiry
from fieldservice.notify.twilio.codes import plain_code
from fieldservice.notify.twilio.outcomes import taken
from fieldservice.said import said

PAGE = 200
PAGES = 500
CLOCKS_APART = timedelta(days=1)
"""How far our clock and the provider's may stand apart."""
SOON = timedelta(minutes=1)
OK = 200
HOST = "https://api.twilio.com"
KINDS = {Channel.SMS: "Messages", Channel.CALL: "Calls"}
ON_TRIAL = "SentfromyourTwiliotrialaccount"
FAILED = frozenset({"failed", "undelivered", "canceled"})

Entry = dict[str, Any]


def found_text(client: Client, inquiry: Inquiry) -> Answer:
    """`SENT` if Twilio's list holds this text, `NOT_SENT` if it does not by now."""
    words = _plain(inquiry.body)
    return _find(client, inquiry, words)


def found_call(client: Client, inquiry: Inquiry) -> Answer:
    """The same for a call."""
    return _find(client, inquiry, None)


def listed_since(client: Client, medium: Channel, since: datetime) -> Iterator[Carried]:
    """All of ours that the list holds since then, the newest first."""
    path: str | None = f"{_path(client, medium)}?PageSize={PAGE}"
    for _ in range(PAGES):
        if path is None:
            return
        page = _asked(client, path, {})
        for one in page[KINDS[medium].lower()]:
            made_at = parsedate_to_datetime(one["date_created"])
            if made_at < since:
                return
            if _is_ours(one):
                yield _carried(one, medium, made_at)
        path = page["next_page_uri"]


def _find(client: Client, inquiry: Inquiry, words: str | None) -> Answer:
    try:
        one = _known(client, inquiry) if inquiry.provider_id else _fitting(client, inquiry, words)
    except Exception as error:
        because = f"could not be asked ({type(error).__name__})"
        return Answer(AttemptOutcome.UNKNOWN, error=because, again_after=SOON)
    if one is None:
        return Answer(AttemptOutcome.NOT_SENT, error=said("the provider's list does not hold it"))
    found = taken(one["sid"])
    if found.outcome == AttemptOutcome.UNKNOWN:
        return replace(found, again_after=SOON)
    if one["status"] in FAILED:
        code = plain_code(one.get("error_code"))
        because = said("the provider could not deliver it")
        return Answer(AttemptOutcome.REFUSED, found.provider_id, error=because, code=code)
    return found


def _known(client: Client, inquiry: Inquiry) -> Entry:
    return _asked(client, f"{_path(client, inquiry.medium, inquiry.provider_id)}", {})


def _fitting(client: Client, inquiry: Inquiry, words: str | None) -> Entry | None:
    asked = {"To": inquiry.to, "PageSize": str(PAGE)}
    if inquiry.sender.startswith("+"):
        asked["From"] = inquiry.sender
    page = _asked(client, _path(client, inquiry.medium), asked)
    entries = page[KINDS[inquiry.medium].lower()]
    return next((one for one in reversed(entries) if _fits(one, inquiry, words)), None)


def _fits(one: Entry, inquiry: Inquiry, words: str | None) -> bool:
    made_at = parsedate_to_datetime(one["date_created"])
    return (
        _is_ours(one)
        and one["to"] == inquiry.to
        and one["sid"] not in inquiry.taken
        and made_at >= inquiry.started_at - CLOCKS_APART
        and (words is None or _plain(one["body"]) == words)
    )


def _asked(client: Client, path: str, params: dict[str, str]) -> Entry:
    response = client.request("GET", HOST + path, params=params)
    if response.status_code != OK:
        raise ValueError(f"the list was refused ({response.status_code})")
    page: Entry = json.loads(response.text)
    return page


def _path(client: Client, medium: Channel, sid: str | None = None) -> str:
    one = f"/{sid}" if sid else ""
    return f"/2010-04-01/Accounts/{client.account_sid}/{KINDS[medium]}{one}.json"


def _is_ours(one: Entry) -> bool:
    return str(one["direction"]).startswith("outbound")


def _carried(one: Entry, medium: Channel, made_at: datetime) -> Carried:
    return Carried(
        provider_id=one["sid"],
        to=one["to"],
        sender=one["from"] or "",
        medium=medium,
        body=one.get("body"),
        failed=one["status"] in FAILED,
        created_at=made_at,
    )


def _plain(body: str | None) -> str:
    """Letters and digits alone, by which words are compared.

    The provider may write a sign otherwise, so that more of them fit, and opens the texts of
    an account on trial with words of its own.
    """
    signs = re.findall(r"\w", unicodedata.normalize("NFKC", body or ""))
    return ("".join(signs) or str(body)).removeprefix(ON_TRIAL)
