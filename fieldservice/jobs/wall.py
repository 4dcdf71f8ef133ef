"""The clock itself: APScheduler calling heartbeats, and nothing remembered in between."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from fieldservice.db import is_lost
from fieldservice.jobs.heartbeats import HEARTBEATS, Heartbeat

log = logging.getLogger(__name__)


class Outage:
    """A database that does not answer: told once when it is lost, and once when it is back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._struck: set[str] = set()

    def begin(self, name: str) -> None:
        """This heartbeat found no database."""
        with self._lock:
            if not self._struck:
                log.error("the database does not answer: every beat tries again until it does")
            self._struck.add(name)

    def end(self, name: str) -> None:
        """This heartbeat went well."""
        with self._lock:
            if name in self._struck:
                self._struck.discard(name)
                if not self._struck:
                    log.warning("the database answers again")


def careful(app: Flask, heartbeat: Heartbeat, outage: Outage | None = None) -> Callable[[], None]:
    """The heartbeat as the clock calls it: a failure is logged and the next beat comes."""
    outage = outage or Outage()

    def beat() -> None:
        try:
            heartbeat.beat(app)
        except Exception as error:
            if is_lost(error):
                outage.begin(heartbeat.name)
                return
            # The message and the values of an error may name a customer: the log must not.
            log.error(
                "heartbeat %s failed: %s at %s", heartbeat.name, type(error).__name__, _where(error)
            )
        else:
            outage.end(heartbeat.name)

    return beat


def _where(error: BaseException) -> str:
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return "unknown"
    return f"{step.tb_frame.f_globals.get('__name__')}:{step.tb_lineno}"


def hang_up(app: Flask, heartbeats: Sequence[Heartbeat] = HEARTBEATS) -> BackgroundScheduler:
    """A clock with every heartbeat, not yet started."""
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(max(len(heartbeats), 1))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    outage = Outage()
    for heartbeat in heartbeats:
        scheduler.add_job(
            careful(app, heartbeat, outage),
            "interval",
            seconds=heartbeat.seconds,
            name=heartbeat.name,
        )
    return scheduler
