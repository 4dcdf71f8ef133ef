"""What is sent about an event, and how a receiver knows that it comes from here.

After the Standard Webhooks scheme: HMAC-SHA256 over id, time and body.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fieldservice.models.events import Event, WebhookEndpoint
from fieldservice.operations.events.events import TOPICS

API = "/api/v1"


def new_nonce() -> str:
    """What a new secret is derived from."""
    return secrets.token_hex(16)


def secret_of(nonce: str, server_secret: str) -> bytes:
    """The 32 bytes that sign; only who knows the server's own secret can derive them."""
    return hmac.digest(server_secret.encode(), f"webhook {nonce}".encode(), "sha256")


def secret_words(nonce: str, server_secret: str) -> str:
    """The secret as receivers' libraries take it."""
    return "whsec_" + base64.b64encode(secret_of(nonce, server_secret)).decode()


def body_of(event: Event, base_url: str) -> bytes:
    """Ids, states and where to ask for more; the same at every try."""
    told: dict[str, Any] = {
        **(event.detail or {}),
        "object": event.subject_kind,
        "id": event.subject_id,
    }
    if event.number is not None:
        told["event"] = event.number
    collection = TOPICS.get(event.kind.partition(".")[0])
    if collection is not None:
        told["url"] = f"{base_url}{API}/{collection}/{event.subject_id}"
    letter = {"type": event.kind, "timestamp": event.happened_at.isoformat(), "data": told}
    return json.dumps(letter, separators=(",", ":")).encode()


def headers_of(event: Event, body: bytes, keys: Sequence[bytes], now: datetime) -> dict[str, str]:
    """The three headers a receiver checks, signed once with each key."""
    stamp = str(int(now.timestamp()))
    content = f"{event.uid}.{stamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, content, "sha256")).decode() for key in keys)
    return {
        "Content-Type": "application/json",
        "User-Agent": "fieldservice",
        "Webhook-Id": event.uid,
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": " ".join(f"v1,{one}" for one in signatures),
    }


def keys_of(endpoint: WebhookEndpoint, server_secret: str, now: datetime) -> list[bytes]:
    """The present key, and the one before it while receivers change over."""
    keys = [secret_of(endpoint.nonce, server_secret)]
    if endpoint.old_nonce and endpoint.old_until and now < endpoint.old_until:
        keys.append(secret_of(endpoint.old_nonce, server_secret))
    return keys
