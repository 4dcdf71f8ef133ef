"""A published day as it is driven: who sets out, arrives and finishes when."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from fieldservice.models.plans import Route, ServiceDay, Stop, StopKind
from fieldservice.operations.plans.days import loaded_day
from fieldservice.operations.road import fieldwork
from fieldservice.operations.road.fieldwork import Crew
from fieldservice.operations.road.fieldwork_outcome import WorkReport

AT_THE_DOOR = timedelta(minutes=2)


class Deed(StrEnum):
    """What a technician presses."""

    SET_OUT = "set_out"
    ARRIVE = "arrive"
    FINISH = "finish"


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One deed of one technician at one visit."""

    at: datetime
    visit_id: int
    technician_id: int
    deed: Deed


def events(session: Session, day: ServiceDay, until: datetime) -> list[Event]:
    """All that happens on the day up to a moment, in order of time."""
    rng = random.Random(f"drive {day.day}")
    found = [one for route in loaded_day(session, day).routes for one in _route(route, rng)]
    return sorted(one for one in found if one.at <= until)


def _route(route: Route, rng: random.Random) -> Iterator[Event]:
    if route.departs_at is None:
        return
    free = route.departs_at
    for stop in route.stops:
        if stop.kind is not StopKind.VISIT:
            free = max(free, stop.starts_at) + (stop.ends_at - stop.starts_at)
            continue
        times = _times(stop, free, rng)
        for deed, at in zip(Deed, times, strict=True):
            yield Event(at, stop.visit_id or 0, route.shift.lead.id, deed)
        free = times[-1] + AT_THE_DOOR


def _times(stop: Stop, free: datetime, rng: random.Random) -> tuple[datetime, datetime, datetime]:
    """When the van sets out, arrives and is done: the plan, give or take."""
    travel = timedelta(seconds=stop.travel_seconds) * rng.uniform(0.9, 1.15)
    work = (stop.ends_at - stop.starts_at) * rng.uniform(0.75, 1.1)
    sets_out = max(free, stop.starts_at - travel - timedelta(minutes=6))
    arrives = sets_out + travel
    return sets_out, arrives, arrives + work


def happen(session: Session, event: Event) -> None:
    """Press the button at its time."""
    crew = Crew(event.technician_id, None)
    match event.deed:
        case Deed.SET_OUT:
            fieldwork.set_out(session, event.at, crew, event.visit_id)
        case Deed.ARRIVE:
            fieldwork.arrive(session, event.at, crew, event.visit_id)
        case Deed.FINISH:
            report = WorkReport(remarks="Done and tested", parts_used=None, all_done=True)
            fieldwork.finish(session, event.at, crew, event.visit_id, report)
