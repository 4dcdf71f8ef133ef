"""Technicians as programs send and are told them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fieldservice.models.technicians import Technician
from fieldservice.operations.house.technicians import HeldSkill, Hours, Lunch, TechnicianEntry
from fieldservice.web.api.frame import Asked

NAMES = {"rides_with": "rides_with_id", "home": "home_lat", "lunch_until": "lunch.latest"} | {
    f"{end}_{weekday}": "working_hours" for end in ("starts", "ends") for weekday in range(7)
}
"""What operations call a field, and what programs call it."""


@dataclass(frozen=True, slots=True)
class TechnicianView:
    """A technician with what the usual week says once for all its days."""

    technician: Technician
    lunch: Lunch | None
    overtime_minutes: int
    rides_with_id: int | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.technician, name)


def viewed(technician: Technician) -> TechnicianView:
    """The technician as they are told."""
    usual = next(iter(technician.working_hours), None)
    lunch = None
    if usual and usual.lunch_minutes and usual.lunch_from and usual.lunch_until:
        lunch = Lunch(usual.lunch_from, usual.lunch_until, usual.lunch_minutes)
    return TechnicianView(
        technician=technician,
        lunch=lunch,
        overtime_minutes=usual.overtime_minutes if usual else 0,
        rides_with_id=usual.rides_with_id if usual else None,
    )


def entry_of(asked: Asked, known: Technician | None = None) -> TechnicianEntry:
    """A technician as sent; of a known one, what is not sent stays."""
    view = viewed(known) if known else None

    def said(name: str, otherwise: Any) -> Any:
        return asked[name] if name in asked else getattr(view, name) if view else otherwise

    return TechnicianEntry(
        name=said("name", ""),
        home=f"{said('home_lat', 0):.7f}, {said('home_lon', 0):.7f}",
        phone=said("phone", None),
        is_trainee=said("is_trainee", False),
        rides_with_id=said("rides_with_id", None),
        skills=_skills(asked, known),
        week=_week(asked, known),
        lunch=_lunch(asked["lunch"]) if "lunch" in asked else view.lunch if view else None,
        overtime_minutes=said("overtime_minutes", 0),
    )


def _skills(asked: Asked, known: Technician | None) -> tuple[HeldSkill, ...]:
    if "skills" in asked:
        return tuple(
            HeldSkill(one["name"], one.get("level", 1), one.get("expires_on"))
            for one in asked["skills"]
        )
    held = known.skills if known else []
    return tuple(HeldSkill(one.skill.name, one.level, one.expires_on) for one in held)


def _week(asked: Asked, known: Technician | None) -> tuple[Hours, ...]:
    if "working_hours" in asked:
        return tuple(
            Hours(one["weekday"], one["starts"], one["ends"]) for one in asked["working_hours"]
        )
    usual = known.working_hours if known else []
    return tuple(Hours(one.weekday, one.starts, one.ends) for one in usual)


def _lunch(asked: Asked | None) -> Lunch | None:
    return Lunch(asked["earliest"], asked["latest"], asked["minutes"]) if asked else None
