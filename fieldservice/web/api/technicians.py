"""Technicians over the API."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from fieldservice import clock
from fieldservice.db import db
from fieldservice.models.api import Scope
from fieldservice.models.technicians import Technician
from fieldservice.models.territories import Territory
from fieldservice.operations import external_ids
from fieldservice.operations.house import technicians
from fieldservice.web.api.again import written
from fieldservice.web.api.frame import Asked, Resource, answers, may_answer, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.naming import called, known
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.schemas.technicians import (
    NewTechnician,
    TechnicianChange,
    TechniciansAsked,
    TechnicianSchema,
    TechnicianUpsert,
)
from fieldservice.web.api.technician_forms import NAMES, entry_of
from fieldservice.web.api.upserts import require, upserted
from fieldservice.web.api.versions import held, shown

blueprint = Resource("technicians", "People who visit customers: skills and usual week.")

UNKNOWN = "There is no such technician."
AT = "/api/v1/technicians/{0.id}"


@blueprint.get("/technicians")
@needs(Scope.TECHNICIANS_READ)
@takes(TechniciansAsked, "query")
@answers(200, page_of(TechnicianSchema))
def list_technicians(asked: Asked) -> Page:
    """List technicians."""
    query = select(Technician).options(
        selectinload(Technician.skills), selectinload(Technician.working_hours)
    )
    query = filtered(query, Technician, asked, "territory_id", "external_id", "is_active")
    return page(db.session(), query, Technician, asked)


@blueprint.get("/technicians/<int:technician_id>")
@needs(Scope.TECHNICIANS_READ)
@answers(200, TechnicianSchema)
def show_technician(technician_id: int) -> Response:
    """Read a technician."""
    return shown(technicians.technician_of(db.session(), technician_id), TechnicianSchema)


@blueprint.post("/technicians")
@needs(Scope.TECHNICIANS_WRITE)
@takes(NewTechnician)
@answers(201, TechnicianSchema)
def add_technician(asked: Asked) -> Response:
    """Add a technician, with a shift on every day to come that is open already."""

    def deed(session: Session) -> Technician:
        technician = _added(session, asked)
        external_ids.give(session, technician, asked.get("external_id"))
        return technician

    return written(deed, TechnicianSchema, 201, AT)


@blueprint.patch("/technicians/<int:technician_id>")
@needs(Scope.TECHNICIANS_WRITE)
@takes(TechnicianChange)
@answers(200, TechnicianSchema)
def change_technician(asked: Asked, technician_id: int) -> Response:
    """Change a technician; shifts of days to come follow the usual week."""

    def deed(session: Session) -> Technician:
        technician = held(session, Technician, technician_id, UNKNOWN)
        _changed(session, technician, asked)
        if "external_id" in asked:
            external_ids.give(session, technician, asked["external_id"])
        return technician

    return written(deed, TechnicianSchema)


@blueprint.put("/technicians/by-external-id/<outside:external_id>")
@needs(Scope.TECHNICIANS_WRITE)
@takes(TechnicianUpsert)
@answers(200, TechnicianSchema)
@may_answer(201, TechnicianSchema, "Added")
def put_technician(asked: Asked, external_id: str) -> Response:
    """Have a technician as another system knows them, be they new or not."""

    def make(session: Session) -> Technician:
        require(asked, "territory_id", "name", "home_lat", "home_lon", "working_hours")
        return _added(session, asked)

    def change(session: Session, technician: Technician) -> None:
        _changed(session, technician, asked)

    return upserted(Technician, external_id, make, change, TechnicianSchema, AT, asked)


@blueprint.post("/technicians/<int:technician_id>/retire")
@needs(Scope.TECHNICIANS_WRITE)
@answers(200, TechnicianSchema)
def retire_technician(technician_id: int) -> Response:
    """Let a technician work here no more: days to come lose their empty shifts."""

    def deed(session: Session) -> Technician:
        technician = held(session, Technician, technician_id, UNKNOWN)
        technicians.retire_technician(session, clock.now(), caller().user_id, technician_id)
        return technician

    return written(deed, TechnicianSchema)


def _added(session: Session, asked: Asked) -> Technician:
    territory = known(session, Territory, asked["territory_id"], "territory_id")
    with called(NAMES):
        entry = entry_of(asked)
        return technicians.add_technician(session, clock.now(), caller().user_id, territory, entry)


def _changed(session: Session, technician: Technician, asked: Asked) -> None:
    if set(asked) - {"external_id", "territory_id"}:
        with called(NAMES):
            entry = entry_of(asked, technician)
            technicians.change_technician(
                session, clock.now(), caller().user_id, technician.id, entry
            )
