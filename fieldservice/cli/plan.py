"""`fieldservice plan`: plan a day of a territory here and now, and say what came of it."""

from __future__ import annotations

import time
from datetime import date, datetime

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from fieldservice import clock
from fieldservice.cli.application import opened
from fieldservice.db import db, transaction
from fieldservice.errors import Refused
from fieldservice.jobs.planning import plan_next
from fieldservice.models.plans import PlanRun, PlanRunState
from fieldservice.operations.dispatching import publishing
from fieldservice.operations.dispatching.day_left_out import LeftOut
from fieldservice.operations.dispatching.day_view import DayView, day_view
from fieldservice.operations.plans import planning
from fieldservice.operations.plans.days import service_day, territory_by_slug
from fieldservice.scheduling import solve

FAILED = 1


@click.command("plan")
@click.option("--territory", required=True, help="Its short name, such as andorra.")
@click.option("--date", "on", required=True, metavar="YYYY-MM-DD", help="The day to plan.")
@click.option("--seconds", default=20, show_default=True, help="How long to search.")
@click.option("--seed", default=1, show_default=True, help="The same seed, the same search.")
@click.option("--accept", is_flag=True, help="Make the proposal the working plan.")
@click.option("--publish", is_flag=True, help="Accept it and give technicians their routes.")
def command(territory: str, on: str, seconds: int, seed: int, accept: bool, publish: bool) -> None:
    """Plan a day of a territory."""
    day, console = _day(on), Console()
    with opened():
        run_id = _ask(territory, day, seconds, seed)
        _solve(console, run_id, seconds)
        if accept or publish:
            _accept(run_id)
        if _shown(console, territory, day, run_id).state is PlanRunState.FAILED:
            click.get_current_context().exit(FAILED)
        if publish:
            _publish(console, territory, day)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"--date is {text!r}: write it as 2026-11-24.", "date") from error
    if not clock.is_within_reach(day):
        raise Refused(f"--date is {text!r}: give a day of this century.", "date")
    return day


def _ask(territory: str, day: date, seconds: int, seed: int) -> int:
    with transaction() as session:
        row = service_day(session, territory_by_slug(session, territory).id, day)
        run = planning.ask_for_plan(session, row, seconds, seed, None, clock.now())
        session.flush()
        return run.id


def _solve(console: Console, run_id: int, seconds: int) -> None:
    columns = (
        TextColumn("Planning"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=seconds)

        def watch(best: solve.Progress) -> None:
            words = f"cost {best.cost // 60} min of driving, {best.unserved} on no route"
            bar.update(task, completed=best.seconds, description=words)

        if plan_next(run_id=run_id, watch=watch) is None:
            _wait(run_id)


def _wait(run_id: int) -> None:
    """The clock of a running server was quicker: it plans, this command only waits."""
    while _run(run_id).state in planning.UNDER_WAY:
        time.sleep(0.5)


def _run(run_id: int) -> PlanRun:
    db.session.rollback()
    return db.session.get_one(PlanRun, run_id, populate_existing=True)


def _accept(run_id: int) -> None:
    with transaction() as session:
        run = planning.find_run(session, run_id)
        if run.state is PlanRunState.PROPOSED:
            planning.accept(session, run, clock.now(), None)


def _shown(console: Console, slug: str, day: date, run_id: int) -> PlanRun:
    run = _run(run_id)
    if run.state is PlanRunState.FAILED:
        console.print(f"[red]{run.failure}[/red]")
        return run
    view = day_view(db.session(), territory_by_slug(db.session(), slug), day, clock.now())
    console.print(
        f"{run.state.value.capitalize()}: {len(run.moves)} moves, driving "
        f"{(run.travel_before or 0) // 60} → {(run.travel_after or 0) // 60} min, "
        f"{len(run.unassigned or [])} visits on no route."
    )
    if run.state is PlanRunState.ACCEPTED:
        console.print(_routes(view))
    _say_left_out(console, view, {one["visit_id"] for one in run.unassigned or []})
    return run


def _routes(view: DayView) -> Table:
    table = Table("Technician", "Visits", "Leaves", "Home", "Driving", "Overtime")
    for route in view.routes:
        if route.visits:
            table.add_row(
                route.name,
                str(route.visits),
                _time(route.departs_at, view.zone),
                _time(route.returns_at, view.zone),
                f"{route.travel_minutes} min",
                f"{route.overtime_minutes} min" if route.overtime_minutes else "",
            )
    return table


def _say_left_out(console: Console, view: DayView, ids: set[int]) -> None:
    left = [one for one in view.left_out if one.visit_id in ids]
    if not left:
        return
    table = Table("On no route", "Promised", "Why")
    for one in left:
        table.add_row(f"{one.title}, {one.place}", _promised(one, view.zone), _why(one))
    console.print(table)


def _promised(one: LeftOut, zone: str) -> str:
    return f"{_time(one.told[0], zone)}–{_time(one.told[1], zone)}" if one.told else ""


def _why(one: LeftOut) -> str:
    reasons = [" ".join((reason.text, *reason.fixes)) for reason in one.reasons]
    return "\n".join(reasons) or "Not planned."


def _time(moment: datetime | None, zone: str) -> str:
    return f"{clock.wall(moment, zone):%H:%M}" if moment else ""


def _publish(console: Console, slug: str, day: date) -> None:
    with transaction() as session:
        row = service_day(session, territory_by_slug(session, slug).id, day)
        done = publishing.publish(session, row, clock.now(), None, None)
    console.print(
        f"Published: {len(done.routes)} routes given out, {done.messages} messages leave "
        f"in {done.hold_minutes} minutes."
    )
