"""The clock's part in messages: send what is due, find out what is in doubt."""

from __future__ import annotations

from flask import Flask

from fieldservice import clock
from fieldservice.jobs.closing import CLOSING
from fieldservice.operations.messages.asking import resolve_doubts
from fieldservice.operations.messages.sweeping import sweep
from fieldservice.web.post_room import HANDS, post_room


def beat(app: Flask) -> None:
    """Deliver until nothing more is due."""
    with app.app_context():
        sweep(post_room(hands=HANDS, closing=CLOSING), clock.now)


def ask(app: Flask) -> None:
    """Ask carriers about what nobody heard back about; apart, since they may be slow to say."""
    with app.app_context():
        room = post_room(closing=CLOSING)
        while not CLOSING.is_set() and resolve_doubts(room, clock.now()):
            pass
