"""What a territory has learned from its finished visits, worked out once a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from fieldservice.models.kinds import Kind
from fieldservice.models.territories import Territory
from fieldservice.operations.outlook.history import (
    as_planned_now,
    drives_of,
    finished_visits,
    works_of,
)
from fieldservice.operations.plans.road_speeds import Roads
from fieldservice.scheduling.outlook.learning import Experience, learn

FEW = 20
"""Finished visits of a kind below which nothing is proposed from them."""

_learned: WeakKeyDictionary[Engine, dict[int, tuple[date, Experience]]] = WeakKeyDictionary()


def experience(session: Session, territory_id: int, today: date) -> Experience:
    """What the visits before today teach; each process works it out once a day."""
    known = _learned.setdefault(session.get_bind().engine, {})
    if territory_id not in known or known[territory_id][0] != today:
        known[territory_id] = today, learned(session, territory_id, today)
    return known[territory_id][1]


@dataclass(frozen=True, slots=True)
class UsualKind:
    """How long visits of a kind usually take, from how many finished ones."""

    kind: Kind
    planned: int
    seen: int
    least: int
    most: int

    @property
    def is_known(self) -> bool:
        """Whether enough were finished to say so."""
        return self.seen >= FEW


def usual_kinds(territory: Territory, known: Experience) -> list[UsualKind]:
    """The minutes that eight of ten visits of each kind take, planned as usual there."""
    return [
        UsualKind(
            usual.kind,
            usual.duration_minutes,
            known.seen.get(usual.kind.value, 0),
            *known.usual_minutes(usual.kind.value, None, usual.duration_minutes),
        )
        for usual in sorted(territory.kinds, key=lambda one: one.kind.value)
    ]


def learned(session: Session, territory_id: int, today: date) -> Experience:
    """The same, worked out anew."""
    roads = Roads.of(session.get_one(Territory, territory_id))
    finished = as_planned_now(finished_visits(session, territory_id, today), roads)
    return learn(works_of(finished), drives_of(finished))
