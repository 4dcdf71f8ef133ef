"""The clock's part in callbacks: act on what was kept while somebody waited for our answer."""

from __future__ import annotations

from flask import Flask

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import transaction
from fieldservice.operations.messages.callbacks import AT_ONCE, forget_callbacks
from fieldservice.operations.messages.processing import process_kept


def beat(app: Flask) -> None:
    """Act on what waits, some at a time, until nothing more does."""
    with app.app_context():
        while _process_some():
            pass


def forget(app: Flask) -> None:
    """Delete what is too old, some at a time, so that nobody waits long to write."""
    settings: Settings = app.extensions["fieldservice_settings"]
    with app.app_context():
        forgotten = AT_ONCE
        while forgotten == AT_ONCE:
            with transaction() as session:
                forgotten = forget_callbacks(session, clock.now(), settings.callback_days)


def _process_some() -> int:
    with transaction() as session:
        return process_kept(session, clock.now())
