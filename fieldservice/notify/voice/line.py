"""A call as every script sees it: how far it has come, and what the line does next. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Protocol

from fieldservice.models.calls import Wish
from fieldservice.models.kinds import Language
from fieldservice.models.surveys import CallStep

MISSES = 2
"""How often a caller may press nothing, or what means nothing, before the call moves on."""
COMMENT_LENGTH = 2000
OVER = (CallStep.GOODBYE, CallStep.HUNG_UP)


@dataclass(frozen=True, slots=True)
class Call:
    """How far a call has come and what it brought."""

    step: CallStep
    misses: int = 0
    score: int | None = None
    comment: str | None = None
    wish: Wish | None = None
    visit_id: int | None = None
    language: Language | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing said or pressed can change it any more."""
        return self.step in OVER


class Next(enum.StrEnum):
    """What the line does once everything is said."""

    KEY = "key"
    WORDS = "words"
    """Recorded until a hash or a silence."""
    THROUGH = "through"
    END = "end"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the language it is in."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Turn:
    """What is said now, and what the line then waits for."""

    says: tuple[Sentence, ...]
    then: Next
    number: str = ""
    """Whom to put the call through to."""


class Script(Protocol):
    """A conversation: every step is a new `Call`, and nothing else happens."""

    def begin(self) -> Call:
        """Somebody is on the line."""
        ...

    def press(self, call: Call, key: str) -> Call:
        """A key of the keypad; an empty one stands for silence."""
        ...

    def speak(self, call: Call, words: str) -> Call:
        """Something was said, or recorded without words."""
        ...

    def connected(self, call: Call, spoken: bool) -> Call:
        """A call that was put through came back: whether somebody took it."""
        ...

    def turn(self, call: Call) -> Turn:
        """What the voice says at this point."""
        ...


def hang_up(call: Call) -> Call:
    """The line went dead; what was answered before still counts."""
    return call if call.is_over else replace(call, step=CallStep.HUNG_UP)


def missed(call: Call, otherwise: CallStep) -> Call:
    """Nothing pressed, or what means nothing: asked again once, then it goes on otherwise."""
    misses = call.misses + 1
    return replace(call, misses=misses, step=otherwise if misses >= MISSES else call.step)


def in_language(language: Language, *texts: str) -> tuple[Sentence, ...]:
    """Sentences of one language; empty ones are left out."""
    return tuple(Sentence(text, language) for text in texts if text)
