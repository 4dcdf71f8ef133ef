"""The clock's part in calls: bring recordings home, and delete them in time."""

from __future__ import annotations

from flask import Flask

from fieldservice import clock
from fieldservice.operations.calls.fetching import delete_old, fetch_due, tidy
from fieldservice.web.sounds import sound_room


def fetch(app: Flask) -> None:
    """Fetch what was said since the last beat."""
    with app.app_context():
        fetch_due(sound_room(), clock.now())


def forget(app: Flask) -> None:
    """Delete what is too old, and files that belong to nobody."""
    with app.app_context():
        room = sound_room()
        while delete_old(room, clock.now()):
            pass
        tidy(room, clock.now())
