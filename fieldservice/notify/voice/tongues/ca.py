"""Catalan aloud: quarters are said as quarters of the hour that comes."""

from __future__ import annotations

from datetime import date, time

from fieldservice.notify.voice.tongues.form import Tongue, listed

ONES = listed(
    "zero un dos tres quatre cinc sis set vuit nou deu onze dotze tretze catorze quinze setze "
    "disset divuit dinou"
)
TENS = ("", "", "vint", "trenta", "quaranta", "cinquanta")
QUARTERS = {15: "un quart", 30: "dos quarts", 45: "tres quarts"}
WEEKDAYS = listed("dilluns dimarts dimecres dijous divendres dissabte diumenge")
MONTHS = listed(
    "de gener/de febrer/de març/d'abril/de maig/de juny/de juliol/d'agost/de setembre/"
    "d'octubre/de novembre/de desembre",
    "/",
)


def _number(number: int) -> str:
    if number < len(ONES):
        return ONES[number]
    tens, ones = divmod(number, 10)
    if not ones:
        return TENS[tens]
    return f"{TENS[tens]}-i-{ONES[ones]}" if tens == 2 else f"{TENS[tens]}-{ONES[ones]}"


def _day(day: date) -> str:
    number = "primer" if day.day == 1 else _number(day.day)
    return f"{WEEKDAYS[day.weekday()]} {number} {MONTHS[day.month - 1]}"


def _hour(hour: int) -> str:
    number = hour % 12 or 12
    return {1: "una", 2: "dues"}.get(number, ONES[number])


def _bare(moment: time) -> str:
    """The time without its part of the day."""
    quarter = QUARTERS.get(moment.minute)
    if quarter:
        coming = _hour(moment.hour + 1)
        return f"{quarter} d'{coming}" if coming in ("una", "onze") else f"{quarter} de {coming}"
    hour = _hour(moment.hour)
    whole = f"la {hour}" if hour == "una" else f"les {hour}"
    return f"{whole} i {_number(moment.minute)}" if moment.minute else whole


def _part(moment: time) -> str:
    hour = moment.hour
    if hour < 6:
        return "de la matinada"
    if hour < 12:
        return "del matí"
    if hour < 14:
        return "del migdia"
    if hour < 20:
        return "de la tarda"
    return "del vespre" if hour < 21 else "de la nit"


def _time(moment: time) -> str:
    return f"{_bare(moment)} {_part(moment)}"


def _between(start: time, end: time) -> str:
    first = _bare(start) if _part(start) == _part(end) else _time(start)
    return f"entre {first} i {_time(end)}"


TONGUE = Tongue(
    on_day=_day,
    today="avui, {day}",
    tomorrow="demà, {day}",
    day=_day,
    alone=_time,
    at=lambda moment: f"a {_time(moment)}",
    between=_between,
)
