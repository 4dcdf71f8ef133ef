"""What carries messages out of this installation."""

from __future__ import annotations

from flask import current_app

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import transaction
from fieldservice.notify.console import ConsoleChannel
from fieldservice.operations.delivery import PostRoom


def post_room() -> PostRoom:
    """The post room with its channel: the console, until another one is set up."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    return PostRoom(
        transaction=transaction,
        channel=ConsoleChannel(transaction, clock.now),
        secret=settings.secret_key,
        base_url=settings.public_base_url,
    )
