"""Absences over the API."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.db import db
from fieldservice.models.api import Scope
from fieldservice.models.technicians import Absence, Technician
from fieldservice.models.territories import Territory
from fieldservice.operations import external_ids
from fieldservice.operations.house import absences
from fieldservice.operations.house.absences import AbsenceEntry
from fieldservice.web.api.again import emptied, written
from fieldservice.web.api.frame import Asked, Resource, answers, may_answer, takes
from fieldservice.web.api.guard import caller, needs
from fieldservice.web.api.naming import known
from fieldservice.web.api.pages import Page, filtered, page
from fieldservice.web.api.schemas.base import page_of
from fieldservice.web.api.schemas.technicians import (
    AbsenceChange,
    AbsencesAsked,
    AbsenceSchema,
    AbsenceUpsert,
    NewAbsence,
)
from fieldservice.web.api.upserts import require, upserted
from fieldservice.web.api.versions import held, shown

blueprint = Resource("absences", "Spans in which technicians do not work.")

UNKNOWN = "There is no such absence."
AT = "/api/v1/absences/{0.id}"
DAYS = {"first_day", "last_day", "gone_from", "back_at"}


@blueprint.get("/absences")
@needs(Scope.ABSENCES_READ)
@takes(AbsencesAsked, "query")
@answers(200, page_of(AbsenceSchema))
def list_absences(asked: Asked) -> Page:
    """List absences."""
    query = filtered(select(Absence), Absence, asked, "technician_id", "external_id")
    if "ends_after" in asked:
        query = query.where(Absence.ends_at > asked["ends_after"])
    return page(db.session(), query, Absence, asked)


@blueprint.get("/absences/<int:absence_id>")
@needs(Scope.ABSENCES_READ)
@answers(200, AbsenceSchema)
def show_absence(absence_id: int) -> Response:
    """Read an absence."""
    return shown(absences.absence_of(db.session(), absence_id), AbsenceSchema)


@blueprint.post("/absences")
@needs(Scope.ABSENCES_WRITE)
@takes(NewAbsence)
@answers(201, AbsenceSchema)
def add_absence(asked: Asked) -> Response:
    """Add an absence; the visits it strands wait for the dispatcher."""

    def deed(session: Session) -> Absence:
        absence = _added(session, asked)
        external_ids.give(session, absence, asked.get("external_id"))
        return absence

    return written(deed, AbsenceSchema, 201, AT)


@blueprint.patch("/absences/<int:absence_id>")
@needs(Scope.ABSENCES_WRITE)
@takes(AbsenceChange)
@answers(200, AbsenceSchema)
def change_absence(asked: Asked, absence_id: int) -> Response:
    """Change an absence's days or reason."""

    def deed(session: Session) -> Absence:
        absence = held(session, Absence, absence_id, UNKNOWN)
        _changed(session, absence, asked)
        if "external_id" in asked:
            external_ids.give(session, absence, asked["external_id"])
        return absence

    return written(deed, AbsenceSchema)


@blueprint.put("/absences/by-external-id/<outside:external_id>")
@needs(Scope.ABSENCES_WRITE)
@takes(AbsenceUpsert)
@answers(200, AbsenceSchema)
@may_answer(201, AbsenceSchema, "Added")
def put_absence(asked: Asked, external_id: str) -> Response:
    """Have an absence as another system knows it, be it new or not."""

    def make(session: Session) -> Absence:
        require(asked, "technician_id", "first_day", "last_day", "reason")
        return _added(session, asked)

    def change(session: Session, absence: Absence) -> None:
        _changed(session, absence, asked)

    return upserted(Absence, external_id, make, change, AbsenceSchema, AT, asked)


@blueprint.delete("/absences/<int:absence_id>")
@needs(Scope.ABSENCES_WRITE)
@answers(204)
def remove_absence(absence_id: int) -> Response:
    """Remove an absence: they are there after all."""

    def deed(session: Session) -> None:
        held(session, Absence, absence_id, UNKNOWN)
        absences.remove_absence(session, clock.now(), caller().user_id, absence_id)

    return emptied(deed)


def _added(session: Session, asked: Asked) -> Absence:
    technician = known(session, Technician, asked["technician_id"], "technician_id")
    entry = AbsenceEntry(
        reason=asked["reason"],
        first_day=asked["first_day"],
        last_day=asked["last_day"],
        gone_from=asked.get("gone_from"),
        back_at=asked.get("back_at"),
    )
    new = absences.add_absence(session, clock.now(), caller().user_id, technician.id, entry)
    return session.get_one(Absence, new.absence_id)


def _changed(session: Session, absence: Absence, asked: Asked) -> None:
    if not (DAYS | {"reason"}) & set(asked):
        return
    if DAYS & set(asked):
        require(asked, "first_day", "last_day")
        entry = AbsenceEntry(
            reason=asked.get("reason", absence.reason),
            first_day=asked["first_day"],
            last_day=asked["last_day"],
            gone_from=asked.get("gone_from"),
            back_at=asked.get("back_at"),
        )
    else:
        entry = _same_days(session, absence, asked["reason"])
    absences.change_absence(session, clock.now(), caller().user_id, absence.id, entry)


def _same_days(session: Session, absence: Absence, reason: str) -> AbsenceEntry:
    technician = session.get_one(Technician, absence.technician_id)
    zone = session.get_one(Territory, technician.territory_id).zone
    starts, ends = clock.wall(absence.starts_at, zone), clock.wall(absence.ends_at, zone)
    return AbsenceEntry(reason, starts.date(), ends.date(), starts.time(), ends.time())
