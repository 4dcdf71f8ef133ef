"""The clock's part in messages: a round of the post room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import transaction
from fieldservice.notify.console import ConsoleChannel
from fieldservice.operations.delivery import PostRoom, deliver_due


def post_room(settings: Settings, now: Callable[[], datetime] = clock.now) -> PostRoom:
    """The post room with its channel, its transactions and the customers' address."""
    channel = ConsoleChannel(transaction, now)
    return PostRoom(transaction, channel, settings.secret_key, settings.public_base_url)


def beat(app: Flask) -> None:
    """Send what is due, until nothing is."""
    with app.app_context():
        room = post_room(app.extensions["fieldservice_settings"])
        while deliver_due(room, clock.now()):
            pass
