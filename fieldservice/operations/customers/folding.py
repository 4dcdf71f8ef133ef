"""Text as it is compared: case, accents and the spelling of spaces do not count."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_BESIDE_WORDS = re.compile(r"[^\w]+")
_SAME_LETTERS = str.maketrans({"·": "", "'": " ", "’": " ", "ł": "l", "ø": "o", "đ": "d"})


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Lower case, no accents, one space between words: “Avinguda  Sant Antoni” as people type it.

    Punctuation parts words like a space does, except the Catalan middle dot, which parts none.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_SAME_LETTERS))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _BESIDE_WORDS.sub(" ", bare.replace("_", " ").replace("·", "")).strip()
