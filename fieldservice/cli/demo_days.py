"""The demo's two living days: today, published and driven so far, and the next one, planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from flask import current_app
from rich.console import Console
from rich.progress import Progress as Bar
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.cli.terminal import Step
from fieldservice.db import db, transaction
from fieldservice.errors import Conflict, FieldServiceError
from fieldservice.jobs.planning import plan_next
from fieldservice.models.plans import PlanRun, PlanRunState, ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit
from fieldservice.operations.demo import company, drive, orders
from fieldservice.operations.dispatching.publishing import publish
from fieldservice.operations.messages.delivery import deliver_due
from fieldservice.operations.messages.reminders import owe_reminders
from fieldservice.operations.plans import planning
from fieldservice.operations.plans.acceptance import accept
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.plans.problems import visits_on
from fieldservice.web.post_room import post_room

TODAY_VISITS = 74
NEXT_VISITS = 92
THE_EVENING_BEFORE = timedelta(hours=3, minutes=15)
POST_EVERY = timedelta(minutes=2)


def begin_today(today: date, now: datetime, seconds: int, step: Step) -> None:
    """Promise, plan, publish and drive today up to this moment."""
    morning = clock.instant(today, time(6, 45), company.ZONE)
    published_at = min(morning, now)
    with step("Promises for today"), transaction() as session:
        territory = company.territory(session)
        day = service_day(session, territory.id, today)
        company.staff(session, territory, day)
        _book(session, territory, day, TODAY_VISITS, published_at - timedelta(hours=14))
    with step("Plan for today"), living_at(published_at, now):
        plan(today, seconds, published_at)
    with step("Published, and driven so far"):
        with transaction() as session:
            day = service_day(session, company.territory(session).id, today)
            publish(session, day, published_at, None, None)
        _drive(today, now)


@contextmanager
def living_at(moment: datetime, now: datetime) -> Iterator[None]:
    """Let this process live at another moment, as the planner asks the clock itself."""
    offset = current_app.extensions["fieldservice_settings"].clock_offset
    clock.shift_clock(offset + (moment - now))
    try:
        yield
    finally:
        clock.shift_clock(offset)


def _book(
    session: Session, territory: Territory, day: ServiceDay, count: int, now: datetime
) -> list[Visit]:
    missing = count - len(visits_on(session, day))
    if missing <= 0:
        return []
    booked = orders.fill(session, territory, day, missing, now)
    _remind(session, booked, now)
    return booked


def _remind(session: Session, visits: Sequence[Visit], now: datetime) -> None:
    for visit in visits:
        if visit.told_from is not None:
            owe_reminders(session, visit, now)


def _drive(today: date, now: datetime) -> None:
    """Live the day again in order of time: each deed, and the post between them."""
    with transaction() as session:
        day = service_day(session, company.territory(session).id, today)
        happenings = drive.events(session, day, now)
    posted = clock.instant(today, time(0), company.ZONE) - THE_EVENING_BEFORE
    for evening in (posted - timedelta(hours=2), posted):
        _post(evening)
    for event in happenings:
        if event.at - posted > POST_EVERY:
            _post(event.at)
            posted = event.at
        try:
            with transaction() as session:
                drive.happen(session, event)
        except FieldServiceError:
            # A customer who cancelled meanwhile is simply not visited.
            continue
    _post(now)


def _post(at: datetime) -> None:
    room = post_room(lambda: at)
    while deliver_due(room, at):
        pass


def plan_next_day(following: date, now: datetime, seconds: int, step: Step) -> None:
    """Promise and plan the next working day, with the few promises nobody can keep."""
    with step(f"Promises for {following:%a %d %b}"), transaction() as session:
        territory = company.territory(session)
        day = service_day(session, territory.id, following)
        company.staff(session, territory, day)
        company.send_away(session, territory, following, now)
        company.train(session, day)
        _book(session, territory, day, NEXT_VISITS, now)
        _remind(session, orders.impossible(session, territory, day, now), now)
    run = plan(following, seconds, now)
    _report(run)


def plan(day: date, seconds: int, now: datetime) -> PlanRun:
    """Ask for a plan, solve it here with a bar, and accept it whole."""
    with transaction() as session:
        row = service_day(session, company.territory(session).id, day)
        run = planning.ask_for_plan(session, row, seconds, 1, None, now)
        session.flush()
        run_id = run.id
    with Bar(console=Console(), transient=True) as bar:
        task = bar.add_task(f"Planning {day:%a %d %b}", total=seconds)
        plan_next(
            run_id=run_id, watch=lambda progress: bar.update(task, completed=progress.seconds)
        )
    with transaction() as session:
        run = session.get_one(PlanRun, run_id)
        if run.state is PlanRunState.PROPOSED:
            accept(session, run, now, None)
    return planned(db.session.get_one(PlanRun, run_id), day)


def planned(run: PlanRun, day: date) -> PlanRun:
    """Return the run of that day; raises Conflict with the reason where it came to nothing."""
    if run.state is not PlanRunState.ACCEPTED:
        because = run.failure or "Its plan was not accepted."
        again = "Run the command again: it goes on where it stopped."
        raise Conflict(f"{day:%a %d %b} is not planned. {because} {again}")
    return run


def _report(run: PlanRun) -> None:
    console = Console()
    before, after = ((seconds or 0) // 60 for seconds in (run.travel_before, run.travel_after))
    console.print(f"  driving {before} → {after} min")
    for left in run.unassigned or []:
        visit = db.session.get_one(Visit, left["visit_id"])
        reasons = " ".join(reason["text"] for reason in left["reasons"])
        console.print(f"  not placed: {visit.work_order.reference}. {reasons}")
