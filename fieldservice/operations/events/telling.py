"""Telling endpoints what happened: claim, send outside any transaction, record in another."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.errors import DeliveryError
from fieldservice.models.events import WebhookEndpoint
from fieldservice.notify.outgoing import Outgoing
from fieldservice.operations.events.deliveries import (
    Claim,
    Outcome,
    claim_next,
    disable_hopeless,
    endpoints_due,
    event_in,
    expire,
    in_hand,
    lapse,
    record,
)
from fieldservice.operations.events.events import AT_ONCE, spread
from fieldservice.operations.events.signing import body_of, headers_of, keys_of

log = logging.getLogger(__name__)

TOGETHER = 8
"""How many endpoints are told at a time: one that is slow keeps nobody else waiting."""
TURN_SECONDS = 20.0
"""How long one endpoint may go on before others that wait have their turn."""
GLANCE_SECONDS = 1.0
"""How often new events are looked for while somebody is slow."""


@dataclass(frozen=True, slots=True)
class WebhookRoom:
    """What telling needs and may not reach for itself; used from several threads."""

    transaction: Callable[[], AbstractContextManager[Session]]
    outgoing: Outgoing
    secret: str
    base_url: str
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Letter:
    claim: Claim
    url: str
    headers: dict[str, str]
    body: bytes


def tell_due(room: WebhookRoom) -> int:
    """Tell every endpoint what it is owed by now, in the order of events; how many were told."""
    told = 0
    busy: dict[Future[int], int] = {}
    with ThreadPoolExecutor(TOGETHER, thread_name_prefix="webhook") as pool:
        while True:
            for endpoint_id in _due(room, busy.values()):
                busy[pool.submit(serve, room, endpoint_id)] = endpoint_id
            if not busy:
                return told
            ended, _ = wait(busy, GLANCE_SECONDS, FIRST_COMPLETED)
            for one in ended:
                busy.pop(one)
                told += one.result()


def serve(room: WebhookRoom, endpoint_id: int) -> int:
    """Tell one endpoint, one event after another, until it fails or its turn is over."""
    ends, told = time.monotonic() + TURN_SECONDS, 0
    while time.monotonic() < ends:
        letter = _taken(room, endpoint_id)
        if letter is None:
            break
        outcome = _asked(room, letter)
        with room.transaction() as session:
            record(session, letter.claim, outcome, room.now())
        if not outcome.arrived:
            break
        told += 1
    return told


def _due(room: WebhookRoom, busy: object) -> list[int]:
    with room.transaction() as session:
        now = room.now()
        lapse(session, now)
        expire(session, now)
        disable_hopeless(session, now)
        while spread(session, now) == AT_ONCE:
            pass
        return endpoints_due(session, now, list(busy))  # type: ignore[call-overload]


def _taken(room: WebhookRoom, endpoint_id: int) -> _Letter | None:
    with room.transaction() as session:
        now = room.now()
        claim = claim_next(session, endpoint_id, now)
        delivery = in_hand(session, claim) if claim else None
        if claim is None or delivery is None:
            return None
        endpoint = session.get_one(WebhookEndpoint, endpoint_id)
        event = event_in(session, delivery)
        body = body_of(event, room.base_url)
        headers = headers_of(event, body, keys_of(endpoint, room.secret, now), now)
        return _Letter(claim, endpoint.url, headers, body)


def _asked(room: WebhookRoom, letter: _Letter) -> Outcome:
    begun = time.monotonic()
    try:
        reply = room.outgoing.request("POST", letter.url, letter.body, letter.headers, most_bytes=0)
        return Outcome(reply.status, reply.milliseconds)
    except DeliveryError as error:
        return Outcome(None, _since(begun), error.sentence)
    except Exception as error:
        log.error(
            "webhook not sent: %s",
            type(error).__name__,
            extra={"delivery_id": letter.claim.delivery_id},
        )
        return Outcome(None, _since(begun), "It could not be sent.")


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
