"""The satisfaction call: a score, then words, then thanks. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fieldservice.models.kinds import Language
from fieldservice.models.surveys import CallStep
from fieldservice.notify.voice.line import (
    COMMENT_LENGTH,
    Call,
    Next,
    Turn,
    in_language,
    missed,
)
from fieldservice.notify.voice.speech import SPOKEN

LOWEST, HIGHEST = 1, 5
LOW = 2
"""A score up to this one is followed up."""


@dataclass(frozen=True, slots=True)
class Survey:
    """One question by keypad, and room for words where they may be recorded."""

    greeting: str
    language: Language
    records: bool = True

    def begin(self) -> Call:
        """Somebody answered."""
        return Call(CallStep.SCORE, language=self.language)

    def press(self, call: Call, key: str) -> Call:
        """A key of the keypad; an empty one stands for silence."""
        if call.step == CallStep.SCORE:
            return self._score(call, key)
        if call.step == CallStep.COMMENT and key in ("", "#"):
            return replace(call, step=CallStep.GOODBYE)
        return call

    def speak(self, call: Call, words: str) -> Call:
        """Something was said; only the comment listens."""
        if call.step != CallStep.COMMENT:
            return call
        comment = words.strip()[:COMMENT_LENGTH] or None
        return replace(call, step=CallStep.GOODBYE, comment=comment)

    def connected(self, call: Call, spoken: bool) -> Call:
        """Nobody is put through to anybody here."""
        return call

    def turn(self, call: Call) -> Turn:
        """What the voice says at this point."""
        words = SPOKEN[self.language]
        match call.step:
            case CallStep.SCORE:
                opening = words.again if call.misses else self.greeting
                says = in_language(self.language, opening, words.survey.question)
                return Turn(says, Next.KEY)
            case CallStep.COMMENT:
                return Turn(in_language(self.language, words.survey.comment), Next.WORDS)
            case CallStep.GOODBYE:
                return Turn(in_language(self.language, self._goodbye(call)), Next.END)
        return Turn((), Next.END)

    def _score(self, call: Call, key: str) -> Call:
        if key.isascii() and key.isdigit() and LOWEST <= int(key) <= HIGHEST:
            step = CallStep.COMMENT if self.records else CallStep.GOODBYE
            return replace(call, step=step, score=int(key))
        return missed(call, CallStep.GOODBYE)

    def _goodbye(self, call: Call) -> str:
        words = SPOKEN[self.language].survey
        if call.score is None:
            return words.goodbye_unanswered
        return words.goodbye_low if call.score <= LOW else words.goodbye
