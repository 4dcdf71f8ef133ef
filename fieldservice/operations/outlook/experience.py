"""What a territory has learned from its finished visits, worked out once a day."""

from __future__ import annotations

from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from fieldservice.operations.outlook.history import drives_of, finished_visits, works_of
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


def learned(session: Session, territory_id: int, today: date) -> Experience:
    """The same, worked out anew."""
    finished = finished_visits(session, territory_id, today)
    return learn(works_of(finished), drives_of(finished))
