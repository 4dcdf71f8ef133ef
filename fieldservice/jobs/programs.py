"""The clock's part in the API: what programs were answered is forgotten after a day."""

from __future__ import annotations

from flask import Flask

from fieldservice import clock
from fieldservice.db import transaction
from fieldservice.operations.house.api_answers import AT_ONCE, forget_answers


def forget(app: Flask) -> None:
    """Forget all that is old enough, some at a time, so that nobody waits long to write."""
    with app.app_context():
        forgotten = AT_ONCE
        while forgotten == AT_ONCE:
            with transaction() as session:
                forgotten = forget_answers(session, clock.now())
