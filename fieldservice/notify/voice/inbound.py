"""Somebody calls us: greeted, told their next visit, and never left on a dead line. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fieldservice.models.calls import Wish
from fieldservice.models.kinds import Language
from fieldservice.models.surveys import CallStep
from fieldservice.notify.voice.line import Call, Next, Sentence, Turn, in_language, missed
from fieldservice.notify.voice.speech import SPOKEN
from fieldservice.notify.voice.words.form import InboundWords

CONFIRM, MOVE, MESSAGE, OFFICE, REPEAT = "1", "2", "3", "0", "9"
CHOICES = 8
"""How many visits can have a key of their own: nine repeats."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A visit as it is told to somebody who calls, in their language."""

    visit_id: int
    window: str
    name: str
    work: str
    time: str = ""
    """When somebody is on the way: the arrival to expect."""
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Inbound:
    """What is known of the caller and what the office can do for them now."""

    company: str
    languages: tuple[Language, ...]
    """The territory's own first; a known caller has one."""
    visits: tuple[Expected, ...] = ()
    office: str = ""
    """Where callers are put through; empty outside office hours."""
    records: bool = True
    can_be_called: bool = True
    can_be_texted: bool = False

    def begin(self) -> Call:
        """Somebody is on the line."""
        if len(self.languages) > 1:
            return Call(CallStep.LANGUAGE, language=self.languages[0])
        return self._greet(Call(CallStep.MENU, language=self.languages[0]))

    def press(self, call: Call, key: str) -> Call:
        """A key of the keypad; an empty one stands for silence."""
        match call.step:
            case CallStep.LANGUAGE:
                return self._choose_language(call, key)
            case CallStep.WHICH:
                return self._choose_visit(call, key)
            case CallStep.MENU:
                return self._choose(call, key)
            case CallStep.MESSAGE if key in ("", "#"):
                return replace(call, step=CallStep.GOODBYE)
        return call

    def speak(self, call: Call, words: str) -> Call:
        """A message was left."""
        if call.step != CallStep.MESSAGE:
            return call
        said = words.strip() or None
        return replace(call, step=CallStep.GOODBYE, wish=Wish.MESSAGE, comment=said)

    def connected(self, call: Call, spoken: bool) -> Call:
        """The office took the call, or the caller may leave a message instead."""
        if call.step != CallStep.THROUGH:
            return call
        if spoken:
            return replace(call, step=CallStep.GOODBYE, wish=Wish.OFFICE)
        return self._leave_words(replace(call, wish=Wish.OFFICE))

    def turn(self, call: Call) -> Turn:
        """What the voice says at this point."""
        language = call.language or self.languages[0]
        words = SPOKEN[language].inbound
        match call.step:
            case CallStep.LANGUAGE:
                return Turn(self._language_keys(call), Next.KEY)
            case CallStep.WHICH:
                return Turn(in_language(language, *self._which(call, words)), Next.KEY)
            case CallStep.MENU:
                return Turn(in_language(language, *self._menu(call, words)), Next.KEY)
            case CallStep.MESSAGE:
                busy = words.nobody_free if call.wish == Wish.OFFICE else ""
                return Turn(in_language(language, busy, words.speak), Next.WORDS)
            case CallStep.THROUGH:
                says = in_language(language, words.putting_through)
                return Turn(says, Next.THROUGH, self.office)
            case CallStep.GOODBYE:
                return Turn(in_language(language, self._goodbye(call, words)), Next.END)
        return Turn((), Next.END)

    def visit_of(self, call: Call) -> Expected | None:
        """The visit this call is about."""
        if len(self.visits) == 1:
            return self.visits[0]
        return next((one for one in self.visits if one.visit_id == call.visit_id), None)

    def _greet(self, call: Call) -> Call:
        step = CallStep.WHICH if len(self.visits) > 1 else CallStep.MENU
        visit_id = self.visits[0].visit_id if len(self.visits) == 1 else None
        return replace(call, step=step, misses=0, visit_id=visit_id)

    def _choose_language(self, call: Call, key: str) -> Call:
        chosen = self.languages[0]
        if _is_one_of(key, len(self.languages)):
            chosen = self.languages[int(key) - 1]
        return self._greet(replace(call, language=chosen))

    def _choose_visit(self, call: Call, key: str) -> Call:
        if _is_one_of(key, min(len(self.visits), CHOICES)):
            visit_id = self.visits[int(key) - 1].visit_id
            return replace(call, step=CallStep.MENU, misses=0, visit_id=visit_id)
        return self._common(call, key)

    def _choose(self, call: Call, key: str) -> Call:
        visit = self.visit_of(call)
        if key == CONFIRM and visit and not visit.time and not visit.is_confirmed:
            return replace(call, step=CallStep.GOODBYE, wish=Wish.CONFIRM)
        if key == MOVE and visit and not visit.time:
            return replace(call, step=CallStep.GOODBYE, wish=Wish.MOVE)
        if key == MESSAGE and self._takes_words:
            return self._leave_words(call)
        return self._common(call, key)

    def _common(self, call: Call, key: str) -> Call:
        if key == OFFICE and self.office:
            return replace(call, step=CallStep.THROUGH)
        if key == REPEAT:
            return replace(call, misses=0)
        after = missed(call, CallStep.THROUGH if self.office else CallStep.MESSAGE)
        # Whoever has no keys to press is still helped.
        return self._leave_words(after) if after.step == CallStep.MESSAGE else after

    def _leave_words(self, call: Call) -> Call:
        if self.records:
            return replace(call, step=CallStep.MESSAGE)
        wish = Wish.CALL_ME if self.can_be_called else call.wish
        return replace(call, step=CallStep.GOODBYE, wish=wish)

    @property
    def _takes_words(self) -> bool:
        return self.records or self.can_be_called

    def _language_keys(self, call: Call) -> tuple[Sentence, ...]:
        first = self.languages[0]
        welcome = SPOKEN[first].inbound.welcome.format(company=self.company)
        keys = [
            Sentence(
                SPOKEN[language].inbound.this_language.format(key=SPOKEN[language].key(number)),
                language,
            )
            for number, language in enumerate(self.languages, start=1)
        ]
        return (Sentence(welcome, first), *keys)

    def _welcome(self, call: Call, words: InboundWords) -> str:
        if len(self.languages) > 1 or call.misses:
            return ""
        return words.welcome.format(company=self.company)

    def _which(self, call: Call, words: InboundWords) -> tuple[str, ...]:
        language = call.language or self.languages[0]
        spoken = SPOKEN[language]
        choices = [
            words.one_of.format(window=one.window, name=one.name, key=spoken.key(number))
            for number, one in enumerate(self.visits[:CHOICES], start=1)
        ]
        opening = spoken.again if call.misses else words.which
        office = words.office if self.office else ""
        return (self._welcome(call, words), opening, *choices, office, words.repeat)

    def _menu(self, call: Call, words: InboundWords) -> tuple[str, ...]:
        visit, language = self.visit_of(call), call.language or self.languages[0]
        chosen = len(self.visits) > 1
        opening = ("" if chosen else self._welcome(call, words), _told(visit, words))
        if call.wish == Wish.CHANGED:
            opening = (words.new_time, _told(visit, words))
        if call.misses:
            opening = (SPOKEN[language].again, "")
        keys: list[str] = []
        if visit and not visit.time:
            keys += [words.confirmed_before if visit.is_confirmed else words.confirm, words.move]
        if self._takes_words:
            keys.append(words.message if self.records else words.call_me)
        return (*opening, *keys, words.office if self.office else "", words.repeat)

    def _goodbye(self, call: Call, words: InboundWords) -> str:
        match call.wish:
            case Wish.CONFIRM:
                return words.confirmed
            case Wish.CHANGED:
                return words.changed
            case Wish.MOVE:
                return words.link_sent if self.can_be_texted else words.will_call_about_time
            case Wish.CALL_ME:
                return words.will_call
            case Wish.MESSAGE:
                return words.kept
        return words.goodbye if self.can_be_called or self.records else words.call_again


def _told(visit: Expected | None, words: InboundWords) -> str:
    if visit is None:
        return words.no_visit
    if visit.time:
        return words.on_the_way.format(time=visit.time)
    return words.next_visit.format(window=visit.window, work=visit.work)


def _is_one_of(key: str, many: int) -> bool:
    return key.isascii() and key.isdigit() and len(key) == 1 and 1 <= int(key) <= many
