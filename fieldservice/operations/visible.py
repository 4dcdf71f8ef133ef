"""Text without signs that nobody sees: pasted along, or put there to deceive."""

from __future__ import annotations

import re

_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
"""Soft hyphens, spaces of no width, changes of direction; joiners stay, scripts need them."""


def visible(text: str) -> str:
    """The same text as far as a reader sees it."""
    return _INVISIBLE.sub("", text)
