"""Shifts over the API."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from fieldservice import clock
from fieldservice.db import db
from fieldservice.models.api import Scope
from fieldservice.models.technicians import Shift, ShiftMember
from fieldservice.operations import external_ids
from fieldservice.operations.house import shifts
from fieldservice.operations.house.shifts import ShiftEntry
from fieldservice.web.api.again import emptied, written
from fieldservice.web.api.frame import Asked, Resource, answers, may_answer, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.schemas.technicians import (
    NewShift,
    ShiftChange,
    ShiftsAsked,
    ShiftSchema,
    ShiftUpsert,
)
from fieldservice.web.api.upserts import require, upserted
from fieldservice.web.api.versions import held, shown

blueprint = Resource("shifts", "One van on one day: from when to when, and who is in it.")

UNKNOWN = "There is no such shift."
AT = "/api/v1/shifts/{0.id}"
WORDS = (
    "starts_at",
    "ends_at",
    "lunch_from_at",
    "lunch_until_at",
    "lunch_minutes",
    "overtime_minutes",
)


@blueprint.get("/shifts")
@needs(Scope.SHIFTS_READ)
@takes(ShiftsAsked, "query")
@answers(200, page_of(ShiftSchema))
def list_shifts(asked: Asked) -> Page:
    """List shifts."""
    query = select(Shift).options(selectinload(Shift.members))
    query = filtered(query, Shift, asked, "territory_id", "external_id")
    return page(db.session(), _between(query, asked), Shift, asked)


@blueprint.get("/shifts/<int:shift_id>")
@needs(Scope.SHIFTS_READ)
@answers(200, ShiftSchema)
def show_shift(shift_id: int) -> Response:
    """Read a shift."""
    return shown(shifts.shift_of(db.session(), shift_id), ShiftSchema)


@blueprint.post("/shifts")
@needs(Scope.SHIFTS_WRITE)
@takes(NewShift)
@answers(201, ShiftSchema)
def add_shift(asked: Asked) -> Response:
    """Add a van to a day, beyond the usual week."""

    def deed(session: Session) -> Shift:
        shift = _added(session, asked)
        external_ids.give(session, shift, asked.get("external_id"))
        return shift

    return written(deed, ShiftSchema, 201, AT)


@blueprint.patch("/shifts/<int:shift_id>")
@needs(Scope.SHIFTS_WRITE)
@takes(ShiftChange)
@answers(200, ShiftSchema)
def change_shift(asked: Asked, shift_id: int) -> Response:
    """Change a shift's hours; what is planned on it is laid out anew."""

    def deed(session: Session) -> Shift:
        shift = held(session, Shift, shift_id, UNKNOWN)
        _changed(session, shift, asked)
        if "external_id" in asked:
            external_ids.give(session, shift, asked["external_id"])
        return shift

    return written(deed, ShiftSchema)


@blueprint.put("/shifts/by-external-id/<outside:external_id>")
@needs(Scope.SHIFTS_WRITE)
@takes(ShiftUpsert)
@answers(200, ShiftSchema)
@may_answer(201, ShiftSchema, "Added")
def put_shift(asked: Asked, external_id: str) -> Response:
    """Have a shift as another system knows it, be it new or not."""

    def make(session: Session) -> Shift:
        require(asked, "technician_ids", "starts_at", "ends_at")
        return _added(session, asked)

    def change(session: Session, shift: Shift) -> None:
        _changed(session, shift, asked)

    return upserted(Shift, external_id, make, change, ShiftSchema, AT, asked)


@blueprint.delete("/shifts/<int:shift_id>")
@needs(Scope.SHIFTS_WRITE)
@answers(204)
def remove_shift(shift_id: int) -> Response:
    """Remove a shift nothing is planned on."""

    def deed(session: Session) -> None:
        held(session, Shift, shift_id, UNKNOWN)
        shifts.remove_shift(session, clock.now(), caller().user_id, shift_id)

    return emptied(deed)


def _between(query: Select[Any], asked: Asked) -> Select[Any]:
    if "from_day" in asked:
        query = query.where(Shift.service_on >= asked["from_day"])
    if "until_day" in asked:
        query = query.where(Shift.service_on <= asked["until_day"])
    if "technician_id" in asked:
        query = query.where(Shift.members.any(ShiftMember.technician_id == asked["technician_id"]))
    return query


def _added(session: Session, asked: Asked) -> Shift:
    entry = ShiftEntry(**{name: asked[name] for name in WORDS if name in asked})
    crew = asked["technician_ids"]
    return shifts.add_shift(session, clock.now(), caller().user_id, crew, entry)


def _changed(session: Session, shift: Shift, asked: Asked) -> None:
    if set(asked) & set(WORDS):
        entry = ShiftEntry(**{name: asked.get(name, getattr(shift, name)) for name in WORDS})
        shifts.change_shift(session, clock.now(), caller().user_id, shift.id, entry)
