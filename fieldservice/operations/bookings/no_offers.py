"""Why no time can be offered: nobody knows how, or nobody is free soon enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fieldservice.models.technicians import Skill, Technician, TechnicianSkill
from fieldservice.models.territories import Territory
from fieldservice.operations.bookings.offers import horizon
from fieldservice.operations.bookings.wishes import Wish


@dataclass(frozen=True, slots=True)
class NoOffers:
    """What stands in the way until that day; `skills` are those nobody holds."""

    before: date
    skills: tuple[str, ...] = ()


def why_none(session: Session, territory: Territory, wish: Wish, now: datetime) -> NoOffers:
    """What to tell whoever was offered nothing."""
    last = horizon(territory, now)[-1]
    missing = [
        skill_id
        for skill_id, level in sorted(wish.skills)
        if not session.scalar(
            select(TechnicianSkill.id)
            .join(Technician, Technician.id == TechnicianSkill.technician_id)
            .where(
                Technician.territory_id == territory.id,
                Technician.is_active,
                TechnicianSkill.skill_id == skill_id,
                TechnicianSkill.level >= level,
                or_(
                    TechnicianSkill.expires_on.is_(None),
                    TechnicianSkill.expires_on >= horizon(territory, now)[0],
                ),
            )
            .limit(1)
        )
    ]
    names = session.scalars(select(Skill.name).where(Skill.id.in_(missing)).order_by(Skill.name))
    return NoOffers(before=last, skills=tuple(names))
