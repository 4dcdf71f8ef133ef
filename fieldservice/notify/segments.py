"""How many segments a text is charged as, and in which alphabet it travels."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_TWICE = frozenset("\f^{}\\[~]|€")
"""These take two places, which one segment must hold together."""
_INSTEAD = {
    **{"ő": "ö", "Ő": "Ö", "ű": "ü", "Ű": "Ü", "·": ".", "ç": "c", "…": "..."},
    **{"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "},
}

MANY = 2
"""More segments than this are worth a warning to whoever writes."""


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text comes to."""

    alphabet: str
    characters: int
    count: int

    @property
    def are_many(self) -> bool:
        """Whether it is worth shortening."""
        return self.count > MANY


def segments_of(text: str) -> Segments:
    """Count as networks do: 160 or 153 places in GSM-7, else 70 or 67 in UCS-2."""
    if set(text) <= _GSM7 | _GSM7_TWICE:
        widths = [2 if sign in _GSM7_TWICE else 1 for sign in text]
        return Segments("GSM-7", sum(widths), _count(widths, alone=160, joined=153))
    widths = [2 if ord(sign) > 0xFFFF else 1 for sign in text]
    return Segments("UCS-2", sum(widths), _count(widths, alone=70, joined=67))


def unaccented(text: str) -> str:
    """The same words in signs the cheaper alphabet has, as far as it has them."""
    return "".join(sign if sign in _GSM7 | _GSM7_TWICE else _plain(sign) for sign in text)


def _plain(sign: str) -> str:
    bare = unicodedata.normalize("NFD", sign)[0]
    return _INSTEAD.get(sign) or (bare if bare in _GSM7 else sign)


def _count(widths: list[int], alone: int, joined: int) -> int:
    if sum(widths) <= alone:
        return 1
    count, room = 1, joined
    for width in widths:
        if width > room:
            count, room = count + 1, joined
        room -= width
    return count
