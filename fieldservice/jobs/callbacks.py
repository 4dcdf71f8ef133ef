"""The clock's part in callbacks: act on what was kept while somebody waited for our answer."""

from __future__ import annotations

from flask import Flask

from fieldservice import clock
from fieldservice.db import transaction
from fieldservice.operations.messages.processing import process_kept


def beat(app: Flask) -> None:
    """Act on what waits, some at a time, until nothing more does."""
    with app.app_context():
        while _process_some():
            pass


def _process_some() -> int:
    with transaction() as session:
        return process_kept(session, clock.now())
