"""Run the clock until it is told to stop: `python -m fieldservice.jobs`."""

from __future__ import annotations

import logging
import os
import signal
import threading

from fieldservice.app import create_app
from fieldservice.config import Settings
from fieldservice.jobs.wall import hang_up
from fieldservice.operations import liveness
from fieldservice.processes import die_with_parent


def main() -> None:
    """Beat until SIGTERM or SIGINT, then let running beats end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # APScheduler reports every beat; a skipped one only means that the last is still at work.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    if os.environ.get("FIELDSERVICE_SUPERVISED"):
        die_with_parent(int(os.environ["FIELDSERVICE_SUPERVISED"]))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    app = create_app()
    settings: Settings = app.extensions["fieldservice_settings"]
    scheduler = hang_up(app)
    scheduler.start()
    stop.wait()
    scheduler.shutdown(wait=True)
    liveness.unmark(settings.var_dir)


if __name__ == "__main__":
    main()
