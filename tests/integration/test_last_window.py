"""Two hundred clients want one last window over HTTP: each time one gets it, and only one."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from datetime import time as wall_time
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.app import create_app
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.models.api import Scope
from fieldservice.models.kinds import Kind
from fieldservice.models.messages import Message, MessageKind
from fieldservice.models.plans import Route, ServiceDay, Stop
from fieldservice.models.technicians import Technician, WorkingHours
from fieldservice.models.work_orders import Visit, WorkOrder
from fieldservice.operations.bookings.offer_tokens import seal
from fieldservice.operations.bookings.offers import Offer, horizon, offers, open_horizon
from fieldservice.operations.bookings.wishes import Wish
from fieldservice.operations.house.tokens import make_token
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import findings_of, sequences
from tests.databases import close
from tests.factories import a_customer, a_territory, a_user

HOUSE = Path(__file__).parents[2]
CLIENTS = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What one client heard."""

    status: int
    type: str


@dataclass(frozen=True, slots=True)
class Round:
    """One window, and everybody who wants it."""

    territory_id: int
    bodies: tuple[bytes, ...]


@pytest.fixture
def office(settings: Settings) -> Iterator[Flask]:
    """The application on today's real clock: the web server of these trials has no other."""
    app = create_app(settings)
    yield app
    close(app)


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The web server in processes of its own, as it runs in service."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "FIELDSERVICE_VAR": str(settings.var_dir),
        "PORT": str(port),
        "WEB_WORKERS": "2",
        "API_LIMIT": "1000000 per minute",
    }
    command = [sys.executable, "-m", "fieldservice.cli", "web"]
    web = subprocess.Popen(command, cwd=HOUSE, env=environment, stdin=subprocess.DEVNULL)
    try:
        _await(web, f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        web.send_signal(signal.SIGTERM)
        web.wait(60)


def _await(web: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and web.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web server did not start")


def a_token(session: Session, now: datetime) -> str:
    user = a_user(session)
    return make_token(session, now, user.id, "clients", [Scope.VISITS_WRITE], 30)[1]


def a_round(session: Session, now: datetime, secret: str, clients: int) -> Round:
    """One technician with room for one visit on each day, and offers of the same one place."""
    territory = a_territory(session, window_minutes=120)
    session.add(
        Technician(
            territory_id=territory.id,
            name="Joan Riba",
            home_lat=42.5063,
            home_lon=1.5218,
            working_hours=[
                WorkingHours(weekday=day, starts=wall_time(9), ends=wall_time(10, 30))
                for day in range(7)
            ],
        )
    )
    session.flush()
    open_horizon(session, territory, horizon(territory, now))
    session.flush()
    last: Offer | None = None
    bodies = []
    for number in range(clients):
        site = a_customer(session, territory, phone=f"+3766{number:05d}").sites[0]
        wish = Wish(f"site:{site.id}", Kind.REPAIR, site.lat or 0, site.lon or 0, 60)
        if last is None:
            found = offers(session, territory, wish, now, secret)
            last = max(found, key=lambda one: one.window_from)
        token = seal(secret, territory.id, wish, last.legs, now)
        bodies.append(_body(site.id, token))
    return Round(territory.id, tuple(bodies))


def _body(site_id: int, offer: str) -> bytes:
    asked = {"offer": offer, "site_id": site_id, "kind": "repair", "summary": "It drips."}
    return json.dumps({**asked, "duration_minutes": 60}).encode()


def all_at_once(address: str, token: str, bodies: tuple[bytes, ...]) -> list[Answer]:
    """What each is answered when all of them book at the same moment."""
    start = Barrier(len(bodies))

    def client(body: bytes) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        asked = urllib.request.Request(f"{address}/api/v1/bookings", body, headers)
        start.wait()
        try:
            with urllib.request.urlopen(asked, timeout=300) as reply:
                return Answer(reply.status, "")
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, json.loads(refused.read()).get("type", ""))

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(client, bodies))


def assert_one_has_it(session: Session, one: Round) -> None:
    """One order, one visit, one stop, one confirmation; and the day keeps its rules."""
    orders = select(func.count()).select_from(WorkOrder)
    assert session.scalar(orders.where(WorkOrder.territory_id == one.territory_id)) == 1
    visit = session.scalars(select(Visit).where(Visit.territory_id == one.territory_id)).one()
    stops = select(func.count()).select_from(Stop).join(Route).join(ServiceDay)
    there = (ServiceDay.territory_id == one.territory_id, Stop.visit_id.is_not(None))
    assert session.scalar(stops.where(*there)) == 1
    told = select(func.count()).select_from(Message).where(Message.visit_id == visit.id)
    assert session.scalar(told.where(Message.kind == MessageKind.BOOKED)) == 1
    day = session.scalars(
        select(ServiceDay).where(
            ServiceDay.territory_id == one.territory_id, ServiceDay.day == visit.service_on
        )
    ).one()
    at = problem_for(session, day, clock.now())
    assert findings_of(at.problem, sequences(day, at.problem)).introduced == ()


def trial(office: Flask, settings: Settings, rounds: int) -> None:
    """So many rounds, each for a window of its own."""
    with served(settings) as address, office.app_context():
        now = clock.now()
        with transaction() as session:
            token = a_token(session, now)
        for _ in range(rounds):
            with transaction() as session:
                one = a_round(session, clock.now(), settings.secret_key, CLIENTS)
            answers = all_at_once(address, token, one.bodies)
            statuses = sorted(answer.status for answer in answers)
            assert statuses == [201] + [409] * (CLIENTS - 1)
            losers = {answer.type for answer in answers if answer.status == 409}
            assert losers == {"urn:fieldservice:problem:window-taken"}
            db.session.rollback()
            assert_one_has_it(db.session(), one)


def test_two_hundred_clients_want_the_last_window(office: Flask, settings: Settings) -> None:
    trial(office, settings, rounds=1)


@pytest.mark.soak
def test_two_hundred_clients_want_the_last_window_fifty_times(
    office: Flask, settings: Settings
) -> None:
    trial(office, settings, rounds=50)
