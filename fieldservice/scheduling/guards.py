"""What every part of a problem is held to when it is made."""

from __future__ import annotations

from collections.abc import Iterable

from fieldservice.errors import Refused


def at_least(bound: int, **amounts: int) -> None:
    """Refuse an amount below the bound, by its name."""
    for name, amount in amounts.items():
        if amount < bound:
            raise Refused(f"{name} must be at least {bound}, not {amount}.", name)


def unique(name: str, ids: Iterable[int]) -> None:
    """Refuse an id that appears twice."""
    seen: set[int] = set()
    for one in ids:
        if one in seen:
            raise Refused(f"{one} appears twice among {name}.", name)
        seen.add(one)


def within(
    name: str, value: float, least: float, most: float, *, includes_least: bool = True
) -> None:
    """Refuse a number outside its bounds, and what is no number at all."""
    if (least <= value if includes_least else least < value) and value <= most:
        return
    words = f"at least {least:g}" if includes_least else f"above {least:g}"
    raise Refused(f"Must be {words} and at most {most:g}, not {value:g}.", name)
