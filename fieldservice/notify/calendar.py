"""A visit as a customer's own calendar takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from icalendar import Calendar, Event

MAKER = "-//fieldservice//visits//EN"


@dataclass(frozen=True, slots=True)
class Entry:
    """One visit in a calendar; a later sequence replaces an earlier one."""

    visit_id: int
    sequence: int
    begins_at: datetime
    ends_at: datetime
    summary: str
    place: str
    is_cancelled: bool = False


def entry_file(entry: Entry, base_url: str, now: datetime) -> str:
    """The entry as an .ics file that stands for itself."""
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    event = Event()
    event.add("uid", f"visit-{entry.visit_id}@{urlsplit(base_url).hostname}")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", entry.begins_at)
    event.add("dtend", max(entry.ends_at, entry.begins_at))
    event.add("summary", entry.summary)
    event.add("location", entry.place)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")
