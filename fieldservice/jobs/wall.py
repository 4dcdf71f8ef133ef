"""The clock itself: APScheduler calling heartbeats, and nothing remembered in between."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from fieldservice.jobs.heartbeats import HEARTBEATS, Heartbeat

log = logging.getLogger(__name__)


def careful(app: Flask, heartbeat: Heartbeat) -> Callable[[], None]:
    """The heartbeat as the clock calls it: a failure is logged and the next beat comes."""

    def beat() -> None:
        try:
            heartbeat.beat(app)
        except Exception as error:
            # The message and the values of an error may name a customer: the log must not.
            log.error(
                "heartbeat %s failed: %s at %s", heartbeat.name, type(error).__name__, _where(error)
            )

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
    for heartbeat in heartbeats:
        scheduler.add_job(
            careful(app, heartbeat), "interval", seconds=heartbeat.seconds, name=heartbeat.name
        )
    return scheduler
