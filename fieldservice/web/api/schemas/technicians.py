"""Technicians, their shifts and absences."""

from __future__ import annotations

from typing import Any

from marshmallow import pre_dump

from fieldservice.models.technicians import Technician
from fieldservice.operations.house.technicians import HIGHEST_LEVEL
from fieldservice.web.api.schemas import base
from fieldservice.web.api.technician_forms import TechnicianView, viewed

MOST_SKILLS = 50
MOST_CREW = 6


class HeldSkillSchema(base.Read):
    """A skill as somebody holds it."""

    name = base.text(60, attribute="skill.name")
    level = base.whole(1, HIGHEST_LEVEL)
    expires_on = base.day(
        allow_none=True, metadata={"description": "The last day its certificate counts."}
    )


class WeekdaySchema(base.Wanted):
    """The usual hours of one weekday, on the territory's clock."""

    weekday = base.whole(0, 6, required=True, metadata={"description": "0 is Monday."})
    starts = base.hour(required=True)
    ends = base.hour(required=True)


class LunchSchema(base.Wanted):
    """How long lunch is, and when it may begin."""

    earliest = base.hour(required=True)
    latest = base.hour(required=True)
    minutes = base.whole(1, 180, required=True)


class TechnicianSchema(base.Read):
    """Somebody who visits customers."""

    id = base.record_id()
    external_id = base.external_id(allow_none=True)
    territory_id = base.record_id()
    name = base.text()
    phone = base.text(20, allow_none=True)
    home_lat = base.number(-90, 90)
    home_lon = base.number(-180, 180)
    is_trainee = base.yes_or_no()
    is_active = base.yes_or_no()
    skills = base.some(base.inside(HeldSkillSchema), MOST_SKILLS)
    working_hours = base.some(base.inside(WeekdaySchema), 7)
    lunch = base.inside(LunchSchema, allow_none=True)
    overtime_minutes = base.whole(0, 300)
    rides_with_id = base.record_id(allow_none=True)
    updated_at = base.moment()

    @pre_dump
    def view(self, technician: Technician, **_options: Any) -> TechnicianView:
        """Say once what each day of the usual week repeats."""
        return viewed(technician)


class SkillWanted(base.Wanted):
    """A skill somebody is to hold; one nobody has named yet is made."""

    name = base.text(60, required=True)
    level = base.whole(1, HIGHEST_LEVEL)
    expires_on = base.day(allow_none=True)


class TechnicianUpsert(base.Wanted):
    """A technician as another system knows them; a new one needs territory, name, home, hours."""

    territory_id = base.record_id(metadata={"description": "Where a new one works."})
    name = base.text()
    phone = base.text(40, allow_none=True)
    home_lat = base.number(-90, 90)
    home_lon = base.number(-180, 180)
    is_trainee = base.yes_or_no()
    rides_with_id = base.record_id(
        allow_none=True, metadata={"description": "Whose van an apprentice is in."}
    )
    skills = base.some(base.inside(SkillWanted), MOST_SKILLS)
    working_hours = base.some(base.inside(WeekdaySchema), 7)
    lunch = base.inside(LunchSchema, allow_none=True)
    overtime_minutes = base.whole(0, 300)


class TechnicianChange(TechnicianUpsert):
    """What is to be different about a technician; lists are replaced whole."""

    class Meta(base.Wanted.Meta):
        """Nobody changes territory: they are retired here and added there."""

        exclude = ("territory_id",)

    external_id = base.external_id(allow_none=True)


class NewTechnician(TechnicianUpsert):
    """Somebody who visits customers from now on."""

    external_id = base.external_id(allow_none=True)
    territory_id = base.record_id(required=True)
    name = base.text(required=True)
    home_lat = base.number(-90, 90, required=True)
    home_lon = base.number(-180, 180, required=True)
    working_hours = base.some(base.inside(WeekdaySchema), 7, required=True)


class TechniciansAsked(base.PageAsked):
    """Which technicians to list."""

    territory_id = base.record_id(from_text=True)
    external_id = base.external_id()
    is_active = base.yes_or_no()


class ShiftSchema(base.Read):
    """One van on one day."""

    id = base.record_id()
    external_id = base.external_id(allow_none=True)
    territory_id = base.record_id()
    service_on = base.day()
    technician_ids = base.some(base.record_id(), MOST_CREW)
    starts_at = base.moment()
    ends_at = base.moment()
    lunch_from_at = base.moment(allow_none=True)
    lunch_until_at = base.moment(allow_none=True)
    lunch_minutes = base.whole(0, 240)
    overtime_minutes = base.whole(0, 300)
    updated_at = base.moment()


class ShiftUpsert(base.Wanted):
    """A shift as another system knows it; a new one needs crew, start and end."""

    technician_ids = base.some(
        base.record_id(), MOST_CREW, metadata={"description": "Of a new one, the driver first."}
    )
    starts_at = base.moment()
    ends_at = base.moment()
    lunch_from_at = base.moment(allow_none=True)
    lunch_until_at = base.moment(allow_none=True)
    lunch_minutes = base.whole(0, 240)
    overtime_minutes = base.whole(0, 300)


class NewShift(ShiftUpsert):
    """One more van on a day."""

    external_id = base.external_id(allow_none=True)
    technician_ids = base.some(
        base.record_id(), MOST_CREW, required=True, metadata={"description": "The driver first."}
    )
    starts_at = base.moment(required=True)
    ends_at = base.moment(required=True)


class ShiftChange(base.Wanted):
    """What is to be different about a shift: its hours, not its day and not its crew."""

    external_id = base.external_id(allow_none=True)
    starts_at = base.moment()
    ends_at = base.moment()
    lunch_from_at = base.moment(allow_none=True)
    lunch_until_at = base.moment(allow_none=True)
    lunch_minutes = base.whole(0, 240)
    overtime_minutes = base.whole(0, 300)


class ShiftsAsked(base.PageAsked):
    """Which shifts to list."""

    territory_id = base.record_id(from_text=True)
    technician_id = base.record_id(from_text=True)
    from_day = base.day()
    until_day = base.day(metadata={"description": "The last day, included."})
    external_id = base.external_id()


class AbsenceSchema(base.Read):
    """A span in which somebody does not work, from its first instant until before its last."""

    id = base.record_id()
    external_id = base.external_id(allow_none=True)
    technician_id = base.record_id()
    starts_at = base.moment()
    ends_at = base.moment()
    reason = base.text()
    updated_at = base.moment()


class AbsenceUpsert(base.Wanted):
    """An absence as another system knows it; a new one needs technician, first and last day."""

    technician_id = base.record_id(metadata={"description": "Whose a new one is."})
    first_day = base.day()
    last_day = base.day(metadata={"description": "Included."})
    gone_from = base.hour(
        allow_none=True, metadata={"description": "On the first day; the whole day without it."}
    )
    back_at = base.hour(
        allow_none=True, metadata={"description": "On the last day; the whole day without it."}
    )
    reason = base.text()


class NewAbsence(AbsenceUpsert):
    """A span in which somebody does not work, on the territory's clock."""

    external_id = base.external_id(allow_none=True)
    technician_id = base.record_id(required=True)
    first_day = base.day(required=True)
    last_day = base.day(required=True)
    reason = base.text(required=True)


class AbsenceChange(AbsenceUpsert):
    """What is to be different about an absence; a new span is sent with both its days."""

    class Meta(base.Wanted.Meta):
        """It stays its technician's."""

        exclude = ("technician_id",)

    external_id = base.external_id(allow_none=True)


class AbsencesAsked(base.PageAsked):
    """Which absences to list."""

    technician_id = base.record_id(from_text=True)
    external_id = base.external_id()
    ends_after = base.moment(metadata={"description": "Only those not over at this moment."})
