"""Hungarian aloud: the part of the day comes first, quarters belong to the hour that comes."""

from __future__ import annotations

from datetime import date, time

from fieldservice.notify.voice.tongues.form import Tongue, listed

HOURS = listed("tizenkét egy két három négy öt hat hét nyolc kilenc tíz tizenegy")
HOURS_ALONE = listed("tizenkettő egy kettő három négy öt hat hét nyolc kilenc tíz tizenegy")
ONES = listed("nulla egy két három négy öt hat hét nyolc kilenc")
TENS = ("", "tizen", "huszon", "harminc", "negyven", "ötven")
ROUND = {10: "tíz", 20: "húsz"}
QUARTERS = {15: "negyed", 30: "fél", 45: "háromnegyed"}
WEEKDAYS = listed("hétfőn kedden szerdán csütörtökön pénteken szombaton vasárnap")
MONTHS = listed(
    "január február március április május június július augusztus szeptember október november "
    "december"
)
DAYS = listed(
    "elsején másodikán harmadikán negyedikén ötödikén hatodikán hetedikén nyolcadikán "
    "kilencedikén tizedikén tizenegyedikén tizenkettedikén tizenharmadikán tizennegyedikén "
    "tizenötödikén tizenhatodikán tizenhetedikén tizennyolcadikán tizenkilencedikén huszadikán "
    "huszonegyedikén huszonkettedikén huszonharmadikán huszonnegyedikén huszonötödikén "
    "huszonhatodikán huszonhetedikén huszonnyolcadikán huszonkilencedikén harmincadikán "
    "harmincegyedikén"
)


def _minutes(minute: int) -> str:
    tens, ones = divmod(minute, 10)
    if minute in ROUND:
        return ROUND[minute]
    if not tens or not ones:
        return TENS[tens] if tens else ONES[ones]
    return TENS[tens] + ONES[ones]


def _day(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {DAYS[day.day - 1]}, {WEEKDAYS[day.weekday()]}"


def _bare(moment: time) -> str:
    """The time without its part of the day."""
    quarter = QUARTERS.get(moment.minute)
    if quarter:
        return f"{quarter} {HOURS_ALONE[(moment.hour + 1) % 12]}"
    hour = f"{HOURS[moment.hour % 12]} óra"
    return f"{hour} {_minutes(moment.minute)} perc" if moment.minute else hour


def _part(moment: time) -> str:
    hour = moment.hour
    if hour == 12 and moment.minute == 0:
        return "déli"
    if hour < 5:
        return "éjjel"
    if hour < 9:
        return "reggel"
    if hour < 12:
        return "délelőtt"
    return "délután" if hour < 18 else "este"


def _time(moment: time) -> str:
    return f"{_part(moment)} {_bare(moment)}"


def _between(start: time, end: time) -> str:
    last = _bare(end) if _part(start) == _part(end) else _time(end)
    first = _time(start)
    if start.minute == end.minute == 0:
        first = first.removesuffix(" óra")
    return f"{first} és {last} között"


TONGUE = Tongue(
    on_day=_day,
    today="ma, {day}",
    tomorrow="holnap, {day}",
    day=_day,
    alone=_time,
    at=lambda moment: f"{_time(moment)}kor",
    between=_between,
)
