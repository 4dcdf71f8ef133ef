"""Reads a service day in a constant number of statements, each prepared once for the process.

Objects of a session would cost ten times as much, and a booking waits for this under the
day's lock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from fieldservice.models.plans import ServiceDay
from fieldservice.operations.plans.day_statements import DISRUPTIONS, HOLDS, ONE_ROUTE, WHOLE_DAY
from fieldservice.operations.plans.facts import (
    ActivityFacts,
    Away,
    CrewMember,
    DayFacts,
    DisruptionFacts,
    HeldSkill,
    HoldFacts,
    RouteFacts,
    ShiftFacts,
    StopFacts,
    VisitFacts,
)

Fact = TypeVar("Fact")


def read_day(
    session: Session, day: ServiceDay, now: datetime, shift_id: int | None = None
) -> DayFacts:
    """The day as it is in the database; with `shift_id` only that route and what stands on it."""
    if session.autoflush:
        session.flush()
    asked = WHOLE_DAY if shift_id is None else ONE_ROUTE
    known = {
        "day_id": day.id,
        "territory_id": day.territory_id,
        "day": day.day,
        "now": now,
        "shift_id": shift_id,
    }
    connection = session.connection()

    def rows(statement: Any) -> Sequence[Any]:
        return connection.execute(statement, known).all()

    def seldom(there: bool, statement: Any) -> Sequence[Any]:
        return rows(statement) if there else ()

    # Most routes have none of these: one question instead of seven.
    skilled, away, needing, waiving, busy, held, disrupted = rows(asked.seldom)[0]
    skills = _by_first(seldom(skilled, asked.skills), lambda row: HeldSkill(*row[1:]))
    absences = _by_first(seldom(away, asked.absences), lambda row: Away(*row[1:]))
    needs = _by_first(seldom(needing, asked.needs), lambda row: (row[1], row[2]))
    waived = _by_first(seldom(waiving, asked.waivers), lambda row: row[1])
    return DayFacts(
        routes=tuple(_routes(rows(asked.crews), rows(asked.stops), skills, absences)),
        visits=tuple(
            VisitFacts(*[*row, tuple(needs.get(row.id, ()))]) for row in rows(asked.visits)
        ),
        activities=tuple(ActivityFacts(*row) for row in seldom(busy, asked.activities)),
        holds=tuple(HoldFacts(*row) for row in seldom(held, HOLDS)),
        disruptions=tuple(DisruptionFacts(*row) for row in seldom(disrupted, DISRUPTIONS)),
        waived={visit_id: frozenset(rules) for visit_id, rules in waived.items()},
    )


def _by_first(rows: Sequence[Any], fact: Callable[[Any], Fact]) -> dict[int, list[Fact]]:
    """What each row tells, gathered by the id in its first column."""
    found: dict[int, list[Fact]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(fact(row))
    return found


def _routes(
    crews: Sequence[Any],
    stops: Sequence[Any],
    skills: Mapping[int, Sequence[HeldSkill]],
    absences: Mapping[int, Sequence[Away]],
) -> Iterator[RouteFacts]:
    on_shift: dict[int, list[StopFacts]] = defaultdict(list)
    for row in stops:
        on_shift[row.shift_id].append(StopFacts(*row))
    for route_id, crew in groupby(crews, key=itemgetter(0)):
        members = list(crew)
        first = members[0]
        yield RouteFacts(
            id=route_id,
            shift=ShiftFacts(
                *[*first[5:13], tuple(_member(row, skills, absences) for row in members)]
            ),
            travel_seconds=first.travel_seconds,
            overtime_seconds=first.overtime_seconds,
            departs_at=first.departs_at,
            returns_at=first.returns_at,
            stops=tuple(on_shift[first.shift_id]),
        )


def _member(
    row: Any,
    skills: Mapping[int, Sequence[HeldSkill]],
    absences: Mapping[int, Sequence[Away]],
) -> CrewMember:
    who = row.technician_id
    return CrewMember(*[*row[13:], tuple(skills.get(who, ())), tuple(absences.get(who, ()))])
