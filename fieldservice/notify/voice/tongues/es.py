"""Spanish aloud."""

from __future__ import annotations

from datetime import date, time

from fieldservice.notify.voice.tongues.form import Tongue, listed

NUMBERS = listed(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés "
    "veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve treinta"
)
WEEKDAYS = listed("lunes martes miércoles jueves viernes sábado domingo")
MONTHS = listed(
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
)


def _day(day: date) -> str:
    number = "treinta y uno" if day.day == 31 else NUMBERS[day.day]
    return f"{WEEKDAYS[day.weekday()]} {number} de {MONTHS[day.month - 1]}"


def _hour(hour: int) -> str:
    number = hour % 12 or 12
    return "la una" if number == 1 else f"las {NUMBERS[number]}"


def _bare(moment: time) -> str:
    """The time without its part of the day."""
    hour, minute = moment.hour, moment.minute
    if minute == 0:
        return _hour(hour)
    if minute > 30:
        return f"{_hour(hour + 1)} menos {_minutes(60 - minute)}"
    return f"{_hour(hour)} y {_minutes(minute)}"


def _minutes(minute: int) -> str:
    return {15: "cuarto", 30: "media"}.get(minute, NUMBERS[minute])


def _part(moment: time) -> str:
    hour = moment.hour
    if hour == 12:
        return "del mediodía"
    if hour < 6:
        return "de la madrugada"
    if hour < 12:
        return "de la mañana"
    return "de la tarde" if hour < 21 else "de la noche"


def _time(moment: time) -> str:
    return f"{_bare(moment)} {_part(moment)}"


def _between(start: time, end: time) -> str:
    first = _bare(start) if _part(start) == _part(end) else _time(start)
    return f"entre {first} y {_time(end)}"


TONGUE = Tongue(
    on_day=lambda day: f"el {_day(day)}",
    today="hoy, {day}",
    tomorrow="mañana, {day}",
    day=_day,
    alone=_time,
    at=lambda moment: f"a {_time(moment)}",
    between=_between,
)
