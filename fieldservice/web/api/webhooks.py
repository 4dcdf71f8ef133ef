"""Webhooks over the API; their secrets are read, never part of an answer that is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import DeliveryError, Refused
from fieldservice.models.api import Scope
from fieldservice.models.events import WebhookEndpoint
from fieldservice.notify.outgoing import Outgoing
from fieldservice.operations.events import endpoints
from fieldservice.operations.events.signing import secret_words
from fieldservice.web.api.again import emptied, written
from fieldservice.web.api.frame import Asked, Resource, answers, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.schemas.webhooks import (
    DeliveriesSchema,
    DeliverySchema,
    ReplayedSchema,
    ReplayWanted,
    SecretSchema,
    WebhookSchema,
    WebhooksSchema,
    WebhookWanted,
)
from fieldservice.web.offering import settings

blueprint = Resource("webhooks", "Addresses that are told what happens, and telling them again.")

SHOWN = 100
AT = "/api/v1/webhooks/{0.id}"


@blueprint.get("/webhooks")
@needs(Scope.WEBHOOKS_READ)
@answers(200, WebhooksSchema)
def list_webhooks() -> Any:
    """List the addresses that are told."""
    return {"items": [line.endpoint for line in endpoints.endpoints(db.session())]}


@blueprint.get("/webhooks/<int:endpoint_id>")
@needs(Scope.WEBHOOKS_READ)
@answers(200, WebhookSchema)
def show_webhook(endpoint_id: int) -> Any:
    """Read one of them."""
    return endpoints.endpoint_by_id(db.session(), endpoint_id)


@blueprint.get("/webhooks/<int:endpoint_id>/secret")
@needs(Scope.WEBHOOKS_WRITE)
@answers(200, SecretSchema)
def show_secret(endpoint_id: int) -> Any:
    """Read the secret that signs, and the one before it as long as that signs too."""
    endpoint, key = endpoints.endpoint_by_id(db.session(), endpoint_id), settings().secret_key
    signs = endpoint.old_nonce and endpoint.old_until and clock.now() < endpoint.old_until
    return {
        "secret": secret_words(endpoint.nonce, key),
        "old_secret": secret_words(endpoint.old_nonce, key)
        if signs and endpoint.old_nonce
        else None,
        "old_until": endpoint.old_until if signs else None,
    }


@blueprint.get("/webhooks/<int:endpoint_id>/deliveries")
@needs(Scope.WEBHOOKS_READ)
@answers(200, DeliveriesSchema)
def list_deliveries(endpoint_id: int) -> Any:
    """List what it was told last."""
    endpoints.endpoint_by_id(db.session(), endpoint_id)
    return {"items": endpoints.newest_deliveries(db.session(), endpoint_id, SHOWN)}


@blueprint.post("/webhooks")
@needs(Scope.WEBHOOKS_WRITE)
@takes(WebhookWanted)
@answers(201, WebhookSchema)
def add_webhook(asked: Asked) -> Response:
    """Tell another address from now on."""
    url, topics = _fit(asked["url"]), asked.get("topics", [])
    now, actor_id = clock.now(), caller().user_id
    return written(
        lambda session: endpoints.add_endpoint(session, now, actor_id, url, topics),
        WebhookSchema,
        201,
        AT,
    )


@blueprint.put("/webhooks/<int:endpoint_id>")
@needs(Scope.WEBHOOKS_WRITE)
@takes(WebhookWanted)
@answers(200, WebhookSchema)
def change_webhook(asked: Asked, endpoint_id: int) -> Response:
    """Give it another address and other topics; it is asked again at once."""
    url, topics = _fit(asked["url"]), asked.get("topics", [])
    now, actor_id = clock.now(), caller().user_id
    return written(
        lambda session: endpoints.change_endpoint(session, now, actor_id, endpoint_id, url, topics),
        WebhookSchema,
    )


@blueprint.delete("/webhooks/<int:endpoint_id>")
@needs(Scope.WEBHOOKS_WRITE)
@answers(204)
def remove_webhook(endpoint_id: int) -> Response:
    """Tell it nothing more, and forget what it was told."""
    now, actor_id = clock.now(), caller().user_id
    return emptied(lambda session: endpoints.remove(session, now, actor_id, endpoint_id))


@blueprint.post("/webhooks/<int:endpoint_id>/pause")
@needs(Scope.WEBHOOKS_WRITE)
@answers(200, WebhookSchema)
def pause(endpoint_id: int) -> Response:
    """Tell it nothing for now."""
    return _done(endpoint_id, endpoints.pause)


@blueprint.post("/webhooks/<int:endpoint_id>/resume")
@needs(Scope.WEBHOOKS_WRITE)
@answers(200, WebhookSchema)
def resume(endpoint_id: int) -> Response:
    """Tell it again from now on."""
    return _done(endpoint_id, endpoints.resume)


@blueprint.post("/webhooks/<int:endpoint_id>/rotate")
@needs(Scope.WEBHOOKS_WRITE)
@answers(200, WebhookSchema)
def rotate(endpoint_id: int) -> Response:
    """Sign with a new secret; the old one signs too for three more days."""
    return _done(endpoint_id, endpoints.rotate)


@blueprint.post("/webhooks/<int:endpoint_id>/ping")
@needs(Scope.WEBHOOKS_WRITE)
@answers(200, WebhookSchema)
def ping(endpoint_id: int) -> Response:
    """Send it a test event."""
    return _done(
        endpoint_id, lambda session, now, _actor_id, which: endpoints.ping(session, now, which)
    )


@blueprint.post("/webhooks/<int:endpoint_id>/replay")
@needs(Scope.WEBHOOKS_WRITE)
@takes(ReplayWanted)
@answers(200, ReplayedSchema)
def replay_since(asked: Asked, endpoint_id: int) -> Response:
    """Tell everything again that happened since a moment of the last thirty days."""
    now = clock.now()

    def deed(session: Session) -> dict[str, int]:
        return {"events": endpoints.replay_since(session, now, endpoint_id, asked["since"])}

    return written(deed, ReplayedSchema)


@blueprint.post("/webhook-deliveries/<int:delivery_id>/replay")
@needs(Scope.WEBHOOKS_WRITE)
@answers(200, DeliverySchema)
def replay(delivery_id: int) -> Response:
    """Tell one event again."""
    now = clock.now()
    return written(lambda session: endpoints.replay(session, now, delivery_id), DeliverySchema)


def _done(endpoint_id: int, deed: Callable[..., object]) -> Response:
    now, actor_id = clock.now(), caller().user_id

    def done(session: Session) -> WebhookEndpoint:
        deed(session, now, actor_id, endpoint_id)
        return endpoints.endpoint_by_id(session, endpoint_id)

    return written(done, WebhookSchema)


def _fit(url: str) -> str:
    """The address, refused where nothing could ever be sent there; before any transaction."""
    try:
        Outgoing(settings().outgoing_allow).refuse_unfit(url)
    except DeliveryError as error:
        raise Refused(error.sentence, "url") from error
    return url
