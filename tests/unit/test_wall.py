"""The clock on the wall: a beat that fails stops nothing and says nothing personal."""

from __future__ import annotations

import threading

import psycopg
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from fieldservice.jobs.heartbeats import HEARTBEATS, Heartbeat
from fieldservice.jobs.wall import Outage, careful, hang_up


def test_a_failing_beat_is_logged_without_what_it_was_about(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def beat(_app: Flask) -> None:
        raise ValueError("Maria Puig, +376331100")

    careful(Flask("test"), Heartbeat("remind", 1, beat))()
    [record] = caplog.records
    assert record.getMessage().startswith("heartbeat remind failed: ValueError at tests.unit")
    assert "Maria" not in caplog.text


def test_a_lost_database_is_told_of_once_and_once_when_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gone = [True]

    def beat(_app: Flask) -> None:
        if gone[0]:
            raise OperationalError("SELECT", None, psycopg.OperationalError("connection refused"))

    outage = Outage()
    beats = [
        careful(Flask("test"), Heartbeat(name, 1, beat), outage) for name in ("plan", "deliver")
    ]
    for _ in range(3):
        for one in beats:
            one()
    gone.clear()
    gone.append(False)
    for _ in range(3):
        for one in beats:
            one()
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "does not answer" in said[0]
    assert "answers again" in said[1]


@pytest.mark.usefixtures("caplog")
def test_after_a_failure_the_next_beat_comes_and_others_never_stop() -> None:
    beaten = {"failing": threading.Semaphore(0), "sound": threading.Semaphore(0)}

    def failing(_app: Flask) -> None:
        beaten["failing"].release()
        raise ValueError

    def sound(_app: Flask) -> None:
        beaten["sound"].release()

    clock = hang_up(
        Flask("test"), [Heartbeat("failing", 0.01, failing), Heartbeat("sound", 0.01, sound)]
    )
    clock.start()
    try:
        for semaphore in beaten.values():
            assert all(semaphore.acquire(timeout=30) for _ in range(3))
    finally:
        clock.shutdown()


def test_a_beat_that_takes_long_is_never_run_twice_at_a_time() -> None:
    running = threading.Semaphore(1)
    overlaps: list[str] = []
    beats = threading.Semaphore(0)

    def slow(_app: Flask) -> None:
        if not running.acquire(blocking=False):
            overlaps.append("two at a time")
        threading.Event().wait(0.05)
        running.release()
        beats.release()

    clock = hang_up(Flask("test"), [Heartbeat("slow", 0.01, slow)])
    clock.start()
    try:
        assert all(beats.acquire(timeout=30) for _ in range(3))
    finally:
        clock.shutdown()
    assert overlaps == []


def test_the_clock_keeps_nothing_and_knows_no_calendar() -> None:
    scheduler = hang_up(Flask("test"))
    scheduler.start(paused=True)
    try:
        hung = scheduler.get_jobs()
        assert {one.name for one in hung} == {beat.name for beat in HEARTBEATS}
        assert {type(one.trigger).__name__ for one in hung} == {"IntervalTrigger"}
        assert {(one.coalesce, one.max_instances) for one in hung} == {(True, 1)}
        assert list(scheduler._jobstores) == ["default"]
        assert type(scheduler._jobstores["default"]).__name__ == "MemoryJobStore"
    finally:
        scheduler.shutdown()
