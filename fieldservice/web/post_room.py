"""What carries messages out of this installation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import current_app

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import transaction
from fieldservice.notify.console import ConsoleChannel
from fieldservice.operations.messages.delivery import PostRoom


def post_room(now: Callable[[], datetime] = clock.now) -> PostRoom:
    """The post room with its channel: the console, until another one is set up."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    return PostRoom(
        transaction=transaction,
        channel=ConsoleChannel(transaction, now),
        secret=settings.secret_key,
        base_url=settings.public_base_url,
    )
