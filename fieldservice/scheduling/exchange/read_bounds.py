"""How large a file may be, and how large its sums, so that the planner counts exactly."""

from __future__ import annotations

from fieldservice.errors import Refused
from fieldservice.scheduling.exchange.fields import Fields
from fieldservice.scheduling.penalties import Penalties
from fieldservice.scheduling.problem import Problem

MOST_JOBS = 5000
MOST_VEHICLES = 1000
LARGEST_SUM = 2**62
"""Half of what 64 bits hold: the planner adds twice."""
LARGEST_DRIVE = 2**53


def refuse_crowds(top: Fields) -> None:
    """Refuse a file whose table of travel times no machine would hold, before it is read."""
    for name, most in (("jobs", MOST_JOBS), ("vehicles", MOST_VEHICLES)):
        given = top.values.get(name)
        if isinstance(given, list) and len(given) > most:
            top.refuse(name, f"At most {most} can be planned at once, not {len(given)}.")


def refuse_uncountable(problem: Problem) -> None:
    """Refuse a problem whose drives or costs add up to more than is counted exactly."""
    for place, shift in enumerate(problem.shifts):
        longest = int(problem.travel[shift.profile].durations.max(initial=0))
        if longest > LARGEST_DRIVE * shift.speed_factor:
            sentence = "Its drives take longer than can be counted. Give a larger factor."
            raise Refused(sentence, f"vehicles[{place}].speed_factor")
    penalties = Penalties.of(problem)
    if penalties.base + sum(penalties.cost(visit) for visit in problem.visits) > LARGEST_SUM:
        raise Refused(_TOO_DEAR, "$")


_TOO_DEAR = (
    "Its costs add up to more than can be counted exactly. Give smaller numbers for penalty, "
    "max_lateness, overtime, costs, objective.travel or the travel times."
)
