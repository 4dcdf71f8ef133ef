"""What carries messages out of this installation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import transaction
from fieldservice.models.senders import Carrier
from fieldservice.notify.channel import DeliveryChannel
from fieldservice.notify.console import ConsoleChannel
from fieldservice.notify.smtp import SmtpChannel
from fieldservice.notify.twilio.channel import twilio_channel
from fieldservice.operations.messages.delivery import PostRoom

HANDS = 8
"""How many messages of one lane are handed over at a time."""


def post_room(
    now: Callable[[], datetime] = clock.now,
    *,
    hands: int = 1,
    closing: threading.Event | None = None,
) -> PostRoom:
    """The post room with every channel that is set up; its transactions work in any thread."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    in_a_thread = _anywhere(current_app._get_current_object())  # type: ignore[attr-defined]
    channels: dict[Carrier, DeliveryChannel] = {Carrier.CONSOLE: ConsoleChannel(in_a_thread, now)}
    if settings.twilio:
        channels[Carrier.TWILIO] = twilio_channel(settings.twilio, settings.public_base_url)
    if settings.smtp:
        channels[Carrier.SMTP] = SmtpChannel(settings.smtp, now)
    return PostRoom(
        transaction=in_a_thread,
        channels=channels,
        secret=settings.secret_key,
        base_url=settings.public_base_url,
        prices=settings.prices,
        hands=hands,
        closing=closing or threading.Event(),
    )


def _anywhere(app: Flask) -> Callable[[], AbstractContextManager[Session]]:
    @contextmanager
    def open_session() -> Iterator[Session]:
        with app.app_context(), transaction() as session:
            yield session

    return open_session
