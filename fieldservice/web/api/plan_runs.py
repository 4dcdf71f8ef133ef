"""Plan runs over the API: asked for, followed, judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.api import Scope
from fieldservice.models.plans import PlanRun
from fieldservice.operations.plans import planning
from fieldservice.operations.plans.days import day_by_id
from fieldservice.web.api.again import written
from fieldservice.web.api.frame import Asked, Resource, answers, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.schemas.plans import PlanRunsAsked, PlanRunSchema, RunWanted
from fieldservice.web.api.versions import shown

blueprint = Resource("plan_runs", "Calls of the planner, and what they propose.")

USUAL_SECONDS = 20
AT = "/api/v1/plan-runs/{0.id}"

Deed = Callable[[Session, PlanRun, datetime, int], object]


@blueprint.get("/plan-runs")
@needs(Scope.PLANS_READ)
@takes(PlanRunsAsked, "query")
@answers(200, page_of(PlanRunSchema))
def list_runs(asked: Asked) -> Page:
    """List plan runs."""
    query = filtered(select(PlanRun), PlanRun, asked, "service_day_id", "state")
    return page(db.session(), query.options(selectinload(PlanRun.moves)), PlanRun, asked)


@blueprint.get("/plan-runs/<int:run_id>")
@needs(Scope.PLANS_READ)
@answers(200, PlanRunSchema)
def show_run(run_id: int) -> Response:
    """Read a plan run: how far it is, and what it proposes."""
    run = db.session.get(PlanRun, run_id)
    if run is None:
        raise NotFound("There is no such plan run.")
    return shown(run, PlanRunSchema)


@blueprint.post("/service-days/<int:service_day_id>/plan-runs")
@needs(Scope.PLANS_WRITE)
@takes(RunWanted)
@answers(201, PlanRunSchema)
def plan(asked: Asked, service_day_id: int) -> Response:
    """Ask for a better plan of a day; nothing is moved until the proposal is accepted."""
    now, actor_id = clock.now(), caller().user_id
    seconds, seed = asked.get("seconds", USUAL_SECONDS), asked.get("seed", 1)

    def deed(session: Session) -> PlanRun:
        day = day_by_id(session, service_day_id)
        return planning.ask_for_plan(session, day, seconds, seed, actor_id, now)

    return written(deed, PlanRunSchema, 201, AT)


@blueprint.post("/plan-runs/<int:run_id>/stop")
@needs(Scope.PLANS_WRITE)
@answers(200, PlanRunSchema)
def stop(run_id: int) -> Response:
    """End the search with its best so far."""
    return _done(run_id, planning.ask_to_stop)


@blueprint.post("/plan-runs/<int:run_id>/accept")
@needs(Scope.PLANS_WRITE)
@answers(200, PlanRunSchema)
def accept(run_id: int) -> Response:
    """Make every open move the working plan; those the day no longer allows are dropped."""
    return _done(run_id, planning.accept)


@blueprint.post("/plan-runs/<int:run_id>/refuse")
@needs(Scope.PLANS_WRITE)
@answers(200, PlanRunSchema)
def refuse(run_id: int) -> Response:
    """Leave the day as it is."""
    return _done(run_id, planning.refuse)


@blueprint.post("/plan-runs/<int:run_id>/moves/<int:move_id>/accept")
@needs(Scope.PLANS_WRITE)
@answers(200, PlanRunSchema)
def accept_move(run_id: int, move_id: int) -> Response:
    """Do this one move now."""
    return _done(
        run_id, lambda session, run, now, who: planning.accept_move(session, run, move_id, now, who)
    )


@blueprint.post("/plan-runs/<int:run_id>/moves/<int:move_id>/refuse")
@needs(Scope.PLANS_WRITE)
@answers(200, PlanRunSchema)
def refuse_move(run_id: int, move_id: int) -> Response:
    """Leave this visit where it is."""
    return _done(
        run_id, lambda session, run, now, who: planning.refuse_move(session, run, move_id, now, who)
    )


def _done(run_id: int, deed: Deed) -> Response:
    now, actor_id = clock.now(), caller().user_id

    def judged(session: Session) -> PlanRun:
        run = planning.find_run(session, run_id)
        deed(session, run, now, actor_id)
        session.flush()
        session.refresh(run)
        return run

    return written(judged, PlanRunSchema)
