"""The satisfaction call as a state machine: pure, the same for every channel that plays it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fieldservice.models.kinds import Language
from fieldservice.models.surveys import CallStep
from fieldservice.notify.texts import WORDINGS

LOWEST, HIGHEST = 1, 5
LOW = 2
"""A score up to this one is followed up."""
MISSES = 2
COMMENT_LENGTH = 2000
OVER = (CallStep.GOODBYE, CallStep.HUNG_UP)


@dataclass(frozen=True, slots=True)
class Call:
    """How far a call has come and what it brought."""

    step: CallStep = CallStep.SCORE
    misses: int = 0
    score: int | None = None
    comment: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing said or pressed can change it any more."""
        return self.step in OVER


def press(call: Call, key: str) -> Call:
    """The customer pressed a key; an empty one stands for silence."""
    if call.step == CallStep.SCORE:
        return _score(call, key)
    if call.step == CallStep.COMMENT and key in ("", "#"):
        return replace(call, step=CallStep.GOODBYE)
    return call


def speak(call: Call, words: str) -> Call:
    """The customer said something; only the comment listens."""
    if call.step != CallStep.COMMENT:
        return call
    comment = words.strip()[:COMMENT_LENGTH] or None
    return replace(call, step=CallStep.GOODBYE, comment=comment)


def hang_up(call: Call) -> Call:
    """The line went dead; what was answered before still counts."""
    return call if call.is_over else replace(call, step=CallStep.HUNG_UP)


def says(call: Call, greeting: str, language: Language) -> tuple[str, ...]:
    """What the voice says on reaching this point."""
    script = WORDINGS[language].script
    match call.step:
        case CallStep.SCORE:
            return (script.again if call.misses else greeting, script.question)
        case CallStep.COMMENT:
            return (script.comment,)
        case CallStep.GOODBYE:
            return (_goodbye(call, language),)
    return ()


def _score(call: Call, key: str) -> Call:
    if key.isascii() and key.isdigit() and LOWEST <= int(key) <= HIGHEST:
        return replace(call, step=CallStep.COMMENT, score=int(key))
    misses = call.misses + 1
    step = CallStep.GOODBYE if misses >= MISSES else CallStep.SCORE
    return replace(call, step=step, misses=misses)


def _goodbye(call: Call, language: Language) -> str:
    script = WORDINGS[language].script
    if call.score is None:
        return script.goodbye_unanswered
    return script.goodbye_low if call.score <= LOW else script.goodbye
