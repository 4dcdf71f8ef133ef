"""The call that brings news of a visit: heard, confirmed, or answered with *call me*. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fieldservice.models.calls import Wish
from fieldservice.models.kinds import Language
from fieldservice.models.messages import MessageKind
from fieldservice.models.surveys import CallStep
from fieldservice.notify.voice.line import Call, Next, Turn, in_language, missed
from fieldservice.notify.voice.speech import SPOKEN
from fieldservice.notify.voice.words.form import NoticeWords

CONFIRM, CALL_ME, REPEAT = "1", "2", "9"
CONFIRMABLE = (
    MessageKind.BOOKED,
    MessageKind.REMINDER_DAY,
    MessageKind.REMINDER_HOURS,
    MessageKind.CHANGED,
)
"""News of a visit that is to come."""
SIGNS_A_SECOND = 13
"""How fast a voice speaks, at least."""


@dataclass(frozen=True, slots=True)
class Notice:
    """News of one visit and three keys."""

    kind: MessageKind
    text: str
    language: Language

    def begin(self) -> Call:
        """Somebody answered."""
        return Call(CallStep.NOTICE, language=self.language)

    def press(self, call: Call, key: str) -> Call:
        """A key of the keypad; an empty one stands for silence."""
        if call.step != CallStep.NOTICE:
            return call
        if key == CONFIRM and self.kind in CONFIRMABLE:
            return replace(call, step=CallStep.GOODBYE, wish=Wish.CONFIRM)
        if key == CALL_ME:
            return replace(call, step=CallStep.GOODBYE, wish=Wish.CALL_ME)
        if key == REPEAT:
            return replace(call, misses=0)
        return missed(call, CallStep.GOODBYE)

    def speak(self, call: Call, words: str) -> Call:
        """Nothing is recorded here."""
        return call

    def connected(self, call: Call, spoken: bool) -> Call:
        """Nobody is put through to anybody here."""
        return call

    def turn(self, call: Call) -> Turn:
        """What the voice says at this point."""
        words = SPOKEN[self.language]
        if call.step == CallStep.NOTICE:
            opening = words.again if call.misses else self.text
            return Turn(in_language(self.language, opening, *self._keys()), Next.KEY)
        if call.step == CallStep.GOODBYE:
            return Turn(in_language(self.language, _goodbye(words.notice, call)), Next.END)
        return Turn((), Next.END)

    def was_heard(self, seconds: float) -> bool:
        """Whether somebody who hung up after so many seconds can have heard the news."""
        return seconds >= len(self.text) / SIGNS_A_SECOND

    def _keys(self) -> tuple[str, ...]:
        words = SPOKEN[self.language].notice
        if self.kind in CONFIRMABLE:
            return words.confirm, words.call_me, words.repeat
        return words.new_time, words.repeat


def _goodbye(words: NoticeWords, call: Call) -> str:
    match call.wish:
        case Wish.CONFIRM:
            return words.confirmed
        case Wish.CHANGED:
            return words.changed
        case Wish.CALL_ME:
            return words.will_call
    return words.goodbye
