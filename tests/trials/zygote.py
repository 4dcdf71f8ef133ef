"""Makes real sender processes quickly: everything is imported once, then each is a fork.

Reads a line of JSON for each deed and answers with one. Run by `tests.trials.senders`.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from typing import Any

from flask import Flask

from fieldservice import clock
from fieldservice.app import create_app
from fieldservice.db import db
from fieldservice.processes import die_with_parent
from tests.trials.orders import Orders
from tests.trials.sender import send


def main() -> None:
    """Fork and reap as told, until the one who tells us ends."""
    die_with_parent(os.getppid())
    app = create_app()
    _answer({"ready": True})
    for line in sys.stdin:
        deed: dict[str, Any] = json.loads(line)
        if "warm" in deed:
            _answer({"warm": _warm(app)})
        elif "fork" in deed:
            _answer({"pid": _fork(app, Orders(**deed["fork"]))})
        else:
            pid, status = os.wait()
            _answer({"pid": pid, "signal": os.WTERMSIG(status), "status": os.WEXITSTATUS(status)})


def _fork(app: Flask, orders: Orders) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        _live(app, orders)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _warm(app: Flask) -> bool:
    """Do the work once here, so that no fork has to compile its statements anew."""
    with app.app_context():
        send(Orders(point=-1))
        db.session.remove()
        db.engine.dispose()
    return True


def _live(app: Flask, orders: Orders) -> None:
    die_with_parent(os.getppid())
    clock.shift_clock(timedelta(seconds=orders.offset_seconds))
    with app.app_context():
        db.engine.dispose(close=False)
        send(orders)


def _answer(words: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
