"""Why a visit is on no route, and what would change that: rules and numbers, no sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from fieldservice.scheduling.rules import Rule
from fieldservice.scheduling.windows import TimeWindow


class FixKind(StrEnum):
    """What a person could change so that a visit is served."""

    SERVE = "serve"
    """Nothing but the wish to save: it can be served, and leaving it out is cheaper."""
    WINDOW = "window"
    DAY = "day"
    """A window on another day: of 24 hours each, counted from the origin of time."""
    OVERTIME = "overtime"
    SWAP = "swap"
    WISH = "wish"
    WAIVER = "waiver"


class Spot(Protocol):
    """A position on a shift's route, with what it adds to the route's cost."""

    @property
    def shift_id(self) -> int: ...
    @property
    def position(self) -> int: ...
    @property
    def cost(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Fix:
    """One change that lets the visit be served, where and when it then is, and its exact price.

    `cost` is what the routes cost more, `penalty` what is paid more for visits left out; the
    objective changes by the sum of both.
    """

    kind: FixKind
    shift_id: int
    position: int
    start: int
    cost: int
    penalty: int
    window: TimeWindow | None = None
    """The window it is given: it takes the place of those it touches."""
    overtime: int | None = None
    """The most seconds of overtime that shift is then allowed."""
    leaves: int | None = None
    """The visit that leaves that route and is then unassigned; the position counts without it."""
    rule: Rule | None = None
    """The rule a person waives for the visit."""

    @classmethod
    def at(cls, kind: FixKind, place: Spot, **fields: Any) -> Fix:
        """Return a fix at that place, its start and penalty still to be worked out."""
        fields = {"start": 0, "penalty": 0, **fields}
        return cls(kind, place.shift_id, place.position, cost=place.cost, **fields)

    @property
    def change(self) -> int:
        """By how much the objective changes."""
        return self.cost + self.penalty


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a visit off one shift; `proved` when no plan at all lets that shift serve it."""

    shift_id: int
    rule: Rule
    proved: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a visit is not on any route; `proved` when no plan at all could serve it."""

    rule: Rule
    proved: bool = False
    shift_ids: tuple[int, ...] = ()
    """The shifts it is about."""
    never: bool = False
    """Whether no plan at all lets one of these shifts serve it."""
    cost: int | None = None
    """What serving it would cost, where leaving it out is cheaper."""
    fixes: tuple[Fix, ...] = ()
    other: int | None = None
    """The visit it depends on."""


NO_SHIFT = Reason(Rule.NOBODY, proved=True, never=True)
"""Why nothing is served where nobody works."""


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A visit left out, with the reasons; obstacles for each shift as far as there was time."""

    visit_id: int
    reasons: tuple[Reason, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """All that would let it be served, the cheapest first."""
        return tuple(fix for reason in self.reasons for fix in reason.fixes)


def unassigned_from(given: Mapping[str, Any]) -> Unassigned:
    """Return what `dataclasses.asdict` made of it, also by way of JSON."""
    return Unassigned(
        given["visit_id"],
        tuple(_reason_from(one) for one in given["reasons"]),
        tuple(
            Obstacle(one["shift_id"], Rule(one["rule"]), one["proved"])
            for one in given["obstacles"]
        ),
    )


def _reason_from(given: Mapping[str, Any]) -> Reason:
    return Reason(
        Rule(given["rule"]),
        given["proved"],
        tuple(given["shift_ids"]),
        given["never"],
        given["cost"],
        tuple(_fix_from(one) for one in given["fixes"]),
        given["other"],
    )


def _fix_from(given: Mapping[str, Any]) -> Fix:
    window, rule = given["window"], given["rule"]
    return Fix(
        **{
            **given,
            "kind": FixKind(given["kind"]),
            "window": TimeWindow(**window) if window else None,
            "rule": Rule(rule) if rule else None,
        }
    )
