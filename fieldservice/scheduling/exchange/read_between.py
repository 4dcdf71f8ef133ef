"""What ties jobs and vehicles to each other, read from the exchange format."""

from __future__ import annotations

from typing import Any

from fieldservice.errors import Refused
from fieldservice.scheduling.exchange.fields import Fields, refuse_twice
from fieldservice.scheduling.problem import After, Visit, Weights

TIES = {"group", "after", "together", "tools"}
"""Fields of a job."""

RESTS = {"technician", "rest"}
"""Fields of a vehicle."""

STEP = {
    *("type", "id", "arrival", "duration", "setup", "service", "waiting_time", "description"),
    *("location", "location_index", "lateness", "violations", "chance", "arrival_range"),
}


def ties_of(job: Fields) -> dict[str, Any]:
    """Return the job's fields by which it depends on others."""
    return {
        "group": job.whole("group", least=None) if job.has("group") else None,
        "after": job.each("after", _after),
        "together": frozenset(job.identifiers("together")),
        "tools": frozenset(job.identifiers("tools")),
    }


def rests_of(vehicle: Fields) -> dict[str, Any]:
    """Return whose shift it is and how far it lies from that technician's shift before."""
    return {
        "technician": vehicle.whole("technician") if vehicle.has("technician") else None,
        "rest": vehicle.whole("rest", 0),
    }


def steps_of(vehicle: Fields) -> dict[str, Any]:
    """Return the jobs on the vehicle's steps, and when each begins where any step says so."""

    def one(value: object, path: str) -> tuple[int, int | None] | None:
        fields = Fields.of(value, path, STEP)
        kind = fields.text("type", "")
        if kind not in ("start", "job", "break", "end"):
            fields.refuse("type", "Expected start, job, break or end.")
        if kind != "job":
            return None
        start = None
        if fields.has("arrival"):
            start = fields.whole("arrival", least=None) + fields.whole("waiting_time", 0)
        return fields.whole("id", least=None), start

    jobs = [step for step in vehicle.each("steps", one) if step is not None]
    refuse_twice((visit_id for visit_id, _ in jobs), vehicle.at("steps"))
    timed = any(start is not None for _, start in jobs)
    return {
        "steps": tuple(visit_id for visit_id, _ in jobs),
        "starts": tuple(start for _, start in jobs) if timed else (),
    }


def weights_of(top: Fields) -> tuple[Weights, int | None]:
    """Return the weights, and how many visits may be moved."""
    known = {"travel", "balance", "change", "together", "max_changes", "risk"}
    fields = Fields.of(top.values.get("objective", {}), "objective", known)
    weights = Weights(
        travel=fields.whole("travel", 1),
        balance=fields.whole("balance", 0),
        change=fields.whole("change", 0),
        together=fields.whole("together", 0),
        risk=fields.whole("risk", 0),
    )
    return weights, fields.whole("max_changes") if fields.has("max_changes") else None


def tools_of(top: Fields) -> dict[int, int]:
    """Return of how many shifts each shared tool can be part."""

    def one(value: object, path: str) -> tuple[int, int]:
        fields = Fields.of(value, path, {"id", "count"})
        return fields.whole("id"), fields.whole("count")

    tools = top.each("tools", one)
    refuse_twice((tool for tool, _ in tools), "tools", ".id")
    return dict(tools)


def refuse_strange_waits(visits: tuple[Visit, ...]) -> None:
    """Refuse a job that is after one that is not there."""
    known = {visit.id for visit in visits}
    for place, visit in enumerate(visits):
        for number, wait in enumerate(visit.after):
            if wait.visit_id not in known:
                path = f"jobs[{place}].after[{number}].job"
                raise Refused(f"There is no job {wait.visit_id}.", path)


def _after(value: object, path: str) -> After:
    fields = Fields.of(value, path, {"job", "delay", "max_delay", "same_vehicle"})
    same = fields.values.get("same_vehicle", False)
    if not isinstance(same, bool):
        fields.refuse("same_vehicle", "Expected true or false.")
    delay = fields.whole("delay", 0)
    latest = fields.whole("max_delay") if fields.has("max_delay") else None
    if latest is not None and latest < delay:
        fields.refuse("max_delay", f"Must be at least the delay, {delay}.")
    return After(fields.whole("job", least=None), delay, latest, same)
