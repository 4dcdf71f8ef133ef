"""The clock's part in messages: send what is due, find out what is in doubt."""

from __future__ import annotations

from flask import Flask

from fieldservice import clock
from fieldservice.operations.messages.delivery import deliver_due
from fieldservice.web.post_room import post_room


def beat(app: Flask) -> None:
    """Deliver until nothing more is due."""
    with app.app_context():
        room = post_room()
        while deliver_due(room, clock.now()):
            pass
