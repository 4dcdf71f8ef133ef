"""The team's forms: what they say read into entries, and records written back into them."""

from __future__ import annotations

from datetime import time

from flask_babel import gettext

from fieldservice.errors import Refused
from fieldservice.models.technicians import Technician
from fieldservice.operations.house.absences import AbsenceEntry
from fieldservice.operations.house.activities import ActivityEntry
from fieldservice.operations.house.technicians import HeldSkill, Hours, Lunch, TechnicianEntry
from fieldservice.web import entries
from fieldservice.web.bounds import record_number
from fieldservice.web.entries import Form

MOST_SKILLS = 12
WEEK = range(7)


def technician_entry(form: Form) -> TechnicianEntry:
    """A technician as written into the form."""
    return TechnicianEntry(
        name=entries.words(form, "name", gettext("Name")),
        home=entries.words(form, "home", gettext("Home")),
        phone=entries.maybe_words(form, "phone", gettext("Phone")),
        is_trainee=entries.ticked(form, "is_trainee"),
        rides_with_id=_rides_with(form),
        skills=_skills(form),
        week=tuple(hours for weekday in WEEK if (hours := _hours(form, weekday))),
        lunch=_lunch(form),
        overtime_minutes=entries.whole(form, "overtime_minutes", gettext("Overtime"), 0, 300),
    )


def _rides_with(form: Form) -> int | None:
    text = form.get("rides_with", "")
    return record_number(text)


def _skills(form: Form) -> tuple[HeldSkill, ...]:
    found: list[HeldSkill] = []
    for number in range(MOST_SKILLS):
        name = entries.maybe_words(form, f"skill_{number}", gettext("Skill"), 60)
        if name is None:
            continue
        level = entries.whole(
            form, f"level_{number}", gettext("Level of %(name)s", name=name), 1, 9
        )
        expires = entries.maybe_day(form, f"expires_{number}", gettext("Certificate until"))
        found.append(HeldSkill(name, level, expires))
    return tuple(found)


def _hours(form: Form, weekday: int) -> Hours | None:
    starts = entries.maybe_hour(form, f"starts_{weekday}", gettext("Start"))
    ends = entries.maybe_hour(form, f"ends_{weekday}", gettext("End"))
    if starts is None and ends is None:
        return None
    if starts is None or ends is None:
        missing = "starts" if starts is None else "ends"
        raise Refused(
            gettext("This weekday has a start or an end alone. Write both, or leave both empty."),
            f"{missing}_{weekday}",
        )
    return Hours(weekday, starts, ends)


def _lunch(form: Form) -> Lunch | None:
    minutes = entries.whole(form, "lunch_minutes", gettext("Lunch"), 0, 180)
    if not minutes:
        return None
    return Lunch(
        earliest=entries.hour(form, "lunch_from", gettext("Lunch, earliest")),
        latest=entries.hour(form, "lunch_until", gettext("Lunch, latest")),
        minutes=minutes,
    )


def absence_entry(form: Form) -> AbsenceEntry:
    """An absence as written into the form."""
    first = entries.day(form, "first_day", gettext("First day"))
    return AbsenceEntry(
        reason=entries.words(form, "reason", gettext("Reason"), 120),
        first_day=first,
        last_day=entries.maybe_day(form, "last_day", gettext("Last day")) or first,
        gone_from=entries.maybe_hour(form, "gone_from", gettext("Gone from")),
        back_at=entries.maybe_hour(form, "back_at", gettext("Back at")),
    )


def activity_entry(form: Form) -> ActivityEntry:
    """An activity as written into the form."""
    return ActivityEntry(
        title=entries.words(form, "title", gettext("What"), 80),
        day=entries.day(form, "day", gettext("Day")),
        starts=entries.hour(form, "starts", gettext("Start")),
        ends=entries.hour(form, "ends", gettext("End")),
        place=entries.words(form, "place", gettext("Place"), 120),
        point=entries.words(form, "point", gettext("Point on the map")),
    )


def written_technician(technician: Technician | None) -> Form:
    """What the form shows at first: the technician, or the usual of a new one."""
    if technician is None:
        week = {f"starts_{day}": "08:00" for day in range(5)}
        week |= {f"ends_{day}": "17:00" for day in range(5)}
        lunch = {"lunch_minutes": "60", "lunch_from": "12:30", "lunch_until": "14:00"}
        return {**week, **lunch, "overtime_minutes": "60", "level_0": "1"}
    said = {
        "name": technician.name,
        "phone": technician.phone or "",
        "home": f"{technician.home_lat:.6f}, {technician.home_lon:.6f}",
        "is_trainee": "1" if technician.is_trainee else "",
    }
    return {**said, **_written_skills(technician), **_written_week(technician)}


def _written_skills(technician: Technician) -> dict[str, str]:
    said: dict[str, str] = {}
    for number, held in enumerate(technician.skills):
        said[f"skill_{number}"] = held.skill.name
        said[f"level_{number}"] = str(held.level)
        said[f"expires_{number}"] = held.expires_on.isoformat() if held.expires_on else ""
    return said


def _written_week(technician: Technician) -> dict[str, str]:
    said = {"lunch_minutes": "0", "overtime_minutes": "0"}
    for usual in technician.working_hours:
        said[f"starts_{usual.weekday}"] = _hour(usual.starts)
        said[f"ends_{usual.weekday}"] = _hour(usual.ends)
        said["overtime_minutes"] = str(usual.overtime_minutes)
        said["rides_with"] = str(usual.rides_with_id or "")
        if usual.lunch_minutes:
            said["lunch_minutes"] = str(usual.lunch_minutes)
            said["lunch_from"] = _hour(usual.lunch_from)
            said["lunch_until"] = _hour(usual.lunch_until)
    return said


def _hour(wall: time | None) -> str:
    return f"{wall:%H:%M}" if wall else ""
