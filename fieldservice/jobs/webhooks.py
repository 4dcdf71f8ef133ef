"""The clock's part in webhooks: tell what happened, forget what is too old to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Flask
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import transaction
from fieldservice.notify.outgoing import Outgoing
from fieldservice.operations.events.events import forget_old
from fieldservice.operations.events.telling import WebhookRoom, tell_due


def webhook_room(app: Flask, now: Callable[[], datetime] = clock.now) -> WebhookRoom:
    """What telling needs of this application, from whichever thread."""
    settings: Settings = app.extensions["fieldservice_settings"]

    @contextmanager
    def in_app() -> Iterator[Session]:
        with app.app_context(), transaction() as session:
            yield session

    return WebhookRoom(
        transaction=in_app,
        outgoing=Outgoing(settings.outgoing_allow),
        secret=settings.secret_key,
        base_url=settings.public_base_url,
        now=now,
    )


def beat(app: Flask) -> None:
    """Tell every endpoint what it is owed."""
    tell_due(webhook_room(app))


def clear_out(app: Flask) -> None:
    """Drop events nobody can ask for any more."""
    with app.app_context(), transaction() as session:
        forget_old(session, clock.now())
