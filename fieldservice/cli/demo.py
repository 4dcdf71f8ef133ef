"""`fieldservice demo`: Postvenda Andorra, with today under way and the next day planned."""

from __future__ import annotations

import os
import secrets
from datetime import date, datetime
from pathlib import Path

import click
from flask import current_app
from flask_security.utils import hash_password
from sqlalchemy import select

from fieldservice import clock
from fieldservice.cli.application import bring_to, newest_revision, opened, revision
from fieldservice.cli.demo_days import begin_today, plan_next_day
from fieldservice.cli.serve import refuse_taken_port, run
from fieldservice.cli.terminal import steps
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.operations.demo import company, customers, history, orders, signing_in

BACKLOG = 12


@click.command("demo")
@click.option("--serve/--no-serve", default=True, help="Go on to serve the pages.")
@click.option(
    "--seconds",
    default=15,
    show_default=True,
    type=click.IntRange(2, 60),
    help="How long to search for the next day's plan.",
)
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=5000, show_default=True, type=click.IntRange(1))
def command(serve: bool, seconds: int, host: str, port: int) -> None:
    """Set up the demo company as far as it is missing, then serve it."""
    if serve:
        refuse_taken_port(host, port)
    with opened(current=False) as app:
        if revision() != newest_revision():
            bring_to()
        settings: Settings = app.extensions["fieldservice_settings"]
        now = clock.now()
        today = clock.local_day(now, company.ZONE)
        set_up(settings, today, now, seconds)
        greeting = _greeting(settings, f"http://{host}:{port}", today, now)
    click.echo(greeting)
    if serve:
        run(host, port, lambda address: click.echo(f"\nServing on {address} (stop with Ctrl-C)"))


def set_up(settings: Settings, today: date, now: datetime, seconds: int) -> None:
    """Add whatever this date still misses; nothing where all is there."""
    territory = company.found(db.session())
    following = clock.next_business_day(today, "AD")
    with steps() as step:
        if territory is None:
            with step("Company, team and customers"):
                _found_company(today, now)
            for day in history.past_days(_territory(), today):
                with step(f"Visits of {day:%a %d %b}"), transaction() as session:
                    history.live_through(session, company.territory(session), day)
            with transaction() as session:
                orders.put_aside(session, company.territory(session), BACKLOG, now)
        _close_past(today)
        if not _is_published(today):
            begin_today(today, now, seconds // 2, step)
        if not _is_planned(following):
            plan_next_day(following, now, seconds, step)
            with transaction() as session:
                signing_in.let_customer_in(
                    session, company.territory(session), following, settings.secret_key, now
                )


def _found_company(today: date, now: datetime) -> None:
    password = _password()
    with transaction() as session:
        territory = company.set_up(session, today)
        customers.settle(session, territory, today, now)
        signing_in.add_users(session, territory, lambda: hash_password(password), now)


def _territory() -> Territory:
    return company.territory(db.session())


def _close_past(today: date) -> None:
    """End what an earlier day of trying left open."""
    if history.left_open(db.session(), _territory(), today):
        with transaction() as session:
            territory = company.territory(session)
            for day in history.left_open(session, territory, today):
                history.close(session, territory, day)


def _day(day: date) -> ServiceDay | None:
    return db.session.scalar(
        select(ServiceDay).where(ServiceDay.territory_id == _territory().id, ServiceDay.day == day)
    )


def _is_published(day: date) -> bool:
    found = _day(day)
    return found is not None and found.published_at is not None


def _is_planned(day: date) -> bool:
    found = _day(day)
    return found is not None and any(route.stops for route in found.routes)


def _password() -> str:
    """The one password of the demo's accounts, made once and kept beside the database."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    path: Path = settings.var_dir / "demo_password"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"andorra-{secrets.token_hex(4)}")
    return path.read_text()


def _greeting(settings: Settings, address: str, today: date, now: datetime) -> str:
    following = clock.next_business_day(today, "AD")
    token = signing_in.known_token(db.session(), following, settings.secret_key, now)
    return f"""
{_territory().name}

  dispatcher   {address}/sign-in          {signing_in.DISPATCHER}
  technician   {address}/sign-in          {signing_in.TECHNICIAN}
  office admin {address}/sign-in          {signing_in.ADMIN}
  password     {_password()}   (the same for all three)

  a customer's own page   {address}/c/{token}
  booking for everybody   {address}/book/{company.SLUG}
  today                   {address}/day/{company.SLUG}/{today}
  next day, planned       {address}/day/{company.SLUG}/{following}
  customers' phones       {address}/outbox"""
