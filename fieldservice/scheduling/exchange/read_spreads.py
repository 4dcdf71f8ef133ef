"""The part of a file that says how far days stray from the plan; see docs/format.md."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fieldservice.errors import Refused
from fieldservice.scheduling.between.rounds import is_tied
from fieldservice.scheduling.exchange.fields import Fields, field_names, refuse_twice
from fieldservice.scheduling.outlook.spreads import LateStart, Shocks, Spread, Spreads, Weather
from fieldservice.scheduling.problem import Problem, Shift, Visit

SPREADS = {"service", "travel", "jobs", "vehicles", "traffic", "weather", "late_start"}


def spreads_of(top: Fields, visits: Sequence[Visit], shifts: Sequence[Shift]) -> Spreads | None:
    """Return the spreads the file gives, None without any."""
    if not top.has("spreads"):
        return None
    fields = Fields.of(top.values["spreads"], "spreads", SPREADS)
    work = _spread(fields, "service")
    jobs = fields.each("jobs", lambda value, path: _of_job(value, path, work))
    ratios = fields.each("vehicles", _of_vehicle)
    _refuse_strangers(fields, "jobs", [one[0] for one in jobs], {visit.id for visit in visits})
    _refuse_strangers(fields, "vehicles", [one[0] for one in ratios], {one.id for one in shifts})
    elapsed = {visit_id: passed for visit_id, _, passed in jobs if passed is not None}
    begun = {visit.id for visit in visits if visit.pin and visit.pin.start is not None}
    for place, (visit_id, _, passed) in enumerate(jobs):
        if passed is not None and visit_id not in begun:
            sentence = "Only a job that is pinned with its start has begun."
            fields.refuse(f"jobs[{place}].elapsed", sentence)
    return Spreads(
        work=work,
        travel=_spread(fields, "travel"),
        visits={visit_id: spread for visit_id, spread, _ in jobs},
        shift_ratios=dict(ratios),
        elapsed=elapsed,
        shocks=_shocks(fields),
    )


def refuse_unweighable(problem: Problem) -> None:
    """Refuse a weight of risk where no risk is known, or where routes depend on each other."""
    if problem.weights.risk and problem.spreads is None:
        raise Refused("Without `spreads` no risk is known. Give them.", "objective.risk")
    if problem.weights.risk and is_tied(problem):
        sentence = (
            "Risk cannot be weighed yet beside group, after, technician, tools, balance, change, "
            "max_changes or together. Leave one or the other out."
        )
        raise Refused(sentence, "objective.risk")


def _spread(parent: Fields, name: str) -> Spread:
    return _read_spread(_part(parent, name, {"ratio", "sigma"}), Spread())


def _read_spread(fields: Fields, otherwise: Spread) -> Spread:
    ratio = fields.number("ratio", otherwise.ratio)
    with field_names(fields.path):
        return Spread(ratio, fields.number("sigma", otherwise.sigma))


def _of_job(value: object, path: str, work: Spread) -> tuple[int, Spread, int | None]:
    fields = Fields.of(value, path, {"id", "ratio", "sigma", "elapsed"})
    elapsed = fields.whole("elapsed") if fields.has("elapsed") else None
    return fields.whole("id", least=None), _read_spread(fields, work), elapsed


def _of_vehicle(value: object, path: str) -> tuple[int, float]:
    fields = Fields.of(value, path, {"id", "ratio"})
    return fields.whole("id"), _read_spread(fields, Spread()).ratio


def _shocks(parent: Fields) -> Shocks:
    weather = _part(parent, "weather", {"chance", "factor"})
    late = _part(parent, "late_start", {"chance", "mean"})
    with field_names(weather.path):
        bad = Weather(weather.number("chance", 0.0), weather.number("factor", 1.0))
    with field_names(late.path):
        late_start = LateStart(late.number("chance", 0.0), late.whole("mean", 0))
    with field_names(parent.path):
        return Shocks(parent.number("traffic", 0.0), bad, late_start)


def _part(parent: Fields, name: str, known: Collection[str]) -> Fields:
    return Fields.of(parent.values.get(name, {}), parent.at(name), known)


def _refuse_strangers(
    fields: Fields, name: str, named: Sequence[int], known: Collection[int]
) -> None:
    refuse_twice(named, fields.at(name), ".id")
    for place, one in enumerate(named):
        if one not in known:
            fields.refuse(f"{name}[{place}].id", f"There is no {name[:-1]} {one}.")
