"""What a customer's text means, where it is plain; whatever is not plain goes to a person.

Only whole answers count: every word must belong to the same meaning, courtesy aside, so that
“1 or 2?” and “ok but later” are never taken for a yes.
"""

from __future__ import annotations

import re
import unicodedata

from fieldservice.models.conversations import Meaning

LONGEST = 60
"""An answer in more signs than these says more than one word."""

STOPS_AT_PROVIDER = frozenset(
    {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"}
)
"""Alone in a text, these make Twilio itself end texts to a number."""
STARTS_AT_PROVIDER = frozenset({"start", "unstop", "yes"})
"""Alone in a text, these make Twilio itself allow them again."""


def _each(words: str) -> frozenset[str]:
    return frozenset(words.split())


WORDS: dict[Meaning, frozenset[str]] = {
    Meaning.CONFIRM: _each(
        "1 ok okay oke oki yes yep confirm confirmed agreed perfect "
        "si vale confirmo confirmar confirmado confirmada confirmamos conforme perfecto "
        "dacord confirmat confirmem perfecte igen rendben megerositem megerosites oksi"
    ),
    Meaning.MOVE: _each(
        "2 move change reschedule cambiar cambio cambiarla mover aplazar "
        "canviar canvi canviarla moure ajornar "
        "modositas modositom modosit modositani athelyezes athelyez masik"
    ),
    Meaning.CALL_OFF: _each(
        "cancelar cancelo cancelarla anular anulo anularla "
        "cancellar cancello anullar anullo lemond lemondom lemondas torles torol toroljek"
    ),
    Meaning.STOP: STOPS_AT_PROVIDER
    | _each("baja parar basta desuscribir baixa aturar prou leiratkozom leiratkozas"),
    Meaning.START: _each("start unstop subscribe alta reactivar feliratkozom feliratkozas"),
    Meaning.HELP: _each("help info ayuda ajuda segitseg sugo"),
    Meaning.THANKS: _each(
        "thanks thank you understood gracias muchas entendido gracies moltes merci entesos "
        "koszonom koszonjuk koszi kosz ertem ertettem"
    ),
}
STOPS_IN_WORDS = _each("stopall optout unsubscribeme dardebaja darmedebaja donardebaixa baixam")
"""The same in more words than one, written together here: “stop all”, “opt-out”."""
COURTESY = WORDS[Meaning.THANKS] | _each(
    "please hello hi por favor hola buenos buenas dias tardes sisplau bon bona dia tarda "
    "kerem szia udvozlom"
)
"""What may stand beside a word without changing what it means."""

LETTERS = "abcdefgh"
"""Names of the choices in a question; never digits, so that a second “1” is no choice."""
ALL_OF_THEM = _each(
    "all both todas todos ambas ambos totes tots ambdues ambdos mind mindketto osszes"
)
JOINING = _each("and y e i es meg")

DOUBT = re.compile(r"[?¿؟⸮⁇⁈⁉]|!\w|[-‐‑‒–—−]\s*\d|\d\s*[.,:]\s*\d")
"""What makes even a plain word not plain."""
PLAIN = re.compile(
    r"[\w\s.,;:!¡…'’‘´`\"“”„«»()·‧‐‑‒–—-]|[\u200b-\u200f\u2060\ufeff\ufe0e\ufe0f\u20e3]"
    r"|[👍👌✅☑✔🆗🙂😊☺😀😃😄😁🤗🙏👏🤝🎉❤💚💙\U0001f3fb-\U0001f3ff]"
)
"""Letters, plain punctuation and friendly pictures; beside any other sign a person reads it."""
_UNSEEN = {"Mn", "Me", "Cf", "Cc"}


def meaning_of(text: str) -> Meaning:
    """What the whole text says."""
    words = words_of(text)
    if not words or len(text.strip()) > LONGEST:
        return Meaning.OTHER
    telling = [word for word in words if word not in COURTESY] or words
    for meaning, known in WORDS.items():
        if all(word in known for word in telling):
            plain = meaning in (Meaning.STOP, Meaning.HELP) or not _is_doubtful(text)
            return meaning if plain else Meaning.OTHER
    spelt = "".join(telling)
    return Meaning.STOP if spelt in STOPS_IN_WORDS | WORDS[Meaning.STOP] else Meaning.OTHER


def choices_of(text: str, offered: int) -> list[int] | None:
    """Which of so many choices are named, counted from 0; None where it names none plainly."""
    letters = LETTERS[:offered]
    words = [word for word in words_of(text) if word not in COURTESY]
    if not words or len(text.strip()) > LONGEST or _is_doubtful(text):
        return None
    if all(word in ALL_OF_THEM for word in words):
        return list(range(offered))
    if len(words) > 1:
        words = [word for word in words if word not in JOINING]
    named = {letters.find(word) if len(word) == 1 else -1 for word in words}
    return sorted(named) if named and -1 not in named else None


def _is_doubtful(text: str) -> bool:
    # As typed and as it is read: a wide “？” becomes “?”. A struck-out word keeps its stroke.
    read = unicodedata.normalize("NFKC", text)
    return bool(DOUBT.search(text) or DOUBT.search(read) or PLAIN.sub("", read))


def is_stopped_by_provider(text: str) -> bool:
    """Whether Twilio itself now sends this number nothing more."""
    return _lone_word(text) in STOPS_AT_PROVIDER


def is_started_by_provider(text: str) -> bool:
    """Whether Twilio itself now sends to this number again."""
    return _lone_word(text) in STARTS_AT_PROVIDER


def _lone_word(text: str) -> str:
    words = words_of(text)
    return words[0] if len(words) == 1 else ""


def words_of(text: str) -> list[str]:
    """The words and numbers in it: without case, accents, signs and pictures."""
    wide = unicodedata.normalize("NFKC", text[: LONGEST * 4]).casefold()
    bare = "".join(
        sign
        for sign in unicodedata.normalize("NFD", wide)
        if unicodedata.category(sign) not in _UNSEEN or sign.isspace()
    )
    joined = re.sub(r"['’·‧]", "", bare)
    return re.findall(r"\w+", joined.replace("_", " "))
