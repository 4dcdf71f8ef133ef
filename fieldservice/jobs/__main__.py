"""Run the clock until it is told to stop: `python -m fieldservice.jobs`."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading

from fieldservice.app import create_app
from fieldservice.config import Settings
from fieldservice.jobs.closing import CLOSING
from fieldservice.jobs.wall import hang_up
from fieldservice.operations import liveness
from fieldservice.processes import die_with_parent

PATIENCE_SECONDS = 6
"""How long running beats may take to end: less than whoever supervises us waits."""


def main() -> None:
    """Beat until SIGTERM or SIGINT, then let running beats end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # APScheduler reports every beat; a skipped one only means that the last is still at work.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    if os.environ.get("FIELDSERVICE_SUPERVISED"):
        die_with_parent(int(os.environ["FIELDSERVICE_SUPERVISED"]))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: CLOSING.set())
    app = create_app()
    settings: Settings = app.extensions["fieldservice_settings"]
    scheduler = hang_up(app)
    scheduler.start()
    # The first plan of the day should not wait for a compiler.
    warming = subprocess.Popen([sys.executable, "-m", "fieldservice.scheduling.search.warm"])
    CLOSING.wait()
    warming.kill()
    # A search may take longer than anybody waits for a stop: its lease lets it be taken up again.
    ending = threading.Thread(target=scheduler.shutdown, daemon=True)
    ending.start()
    ending.join(PATIENCE_SECONDS)
    liveness.unmark(settings.var_dir)
    logging.shutdown()
    os._exit(0)


if __name__ == "__main__":
    main()
