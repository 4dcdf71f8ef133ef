"""English aloud."""

from __future__ import annotations

from datetime import date, time

from fieldservice.notify.voice.tongues.form import Tongue, listed

ONES = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty")
ORDINALS = listed(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
    "twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth "
    "twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
)
WEEKDAYS = listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS = listed(
    "January February March April May June July August September October November December"
)


def _number(number: int) -> str:
    if number < len(ONES):
        return ONES[number]
    tens, ones = divmod(number, 10)
    return f"{TENS[tens]}-{ONES[ones]}" if ones else TENS[tens]


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} the {ORDINALS[day.day - 1]} of {MONTHS[day.month - 1]}"


def _hour(hour: int) -> str:
    return ONES[hour % 12 or 12]


def _bare(moment: time) -> str:
    """The time without its part of the day."""
    hour, minute = moment.hour, moment.minute
    if minute == 0:
        return {0: "midnight", 12: "noon"}.get(hour, _hour(hour))
    if minute > 30:
        return f"{_minutes(60 - minute)} to {_hour(hour + 1)}"
    return f"{_minutes(minute)} past {_hour(hour)}"


def _minutes(minute: int) -> str:
    if minute in (15, 30):
        return "half" if minute == 30 else "a quarter"
    if minute % 5 == 0:
        return _number(minute)
    return f"{_number(minute)} {'minute' if minute == 1 else 'minutes'}"


def _part(moment: time) -> str:
    if moment.minute == 0 and moment.hour in (0, 12):
        return ""
    if moment.hour < 12:
        return " in the morning"
    return " in the afternoon" if moment.hour < 18 else " in the evening"


def _time(moment: time) -> str:
    return _bare(moment) + _part(moment)


def _between(start: time, end: time) -> str:
    first = _bare(start) if _part(start) == _part(end) else _time(start)
    return f"between {first} and {_time(end)}"


TONGUE = Tongue(
    on_day=lambda day: f"on {_day(day)}",
    today="today, {day}",
    tomorrow="tomorrow, {day}",
    day=_day,
    alone=_time,
    at=lambda moment: f"at {_time(moment)}",
    between=_between,
)
