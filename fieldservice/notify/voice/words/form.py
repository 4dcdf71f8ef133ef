"""The form each language fills in, so that no sentence can be missing on the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fieldservice.models.kinds import Kind
from fieldservice.models.messages import MessageKind


@dataclass(frozen=True, slots=True)
class SurveyWords:
    """What a voice says in a satisfaction call after its greeting."""

    question: str
    comment: str
    """Asks for words and says that they are recorded."""
    goodbye: str
    goodbye_low: str
    goodbye_unanswered: str


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """What a voice says when it brings news of a visit."""

    texts: Mapping[MessageKind, str]
    """With {company}, {name}, {work} and {window}, {before} or {time}."""
    confirm: str
    call_me: str
    new_time: str
    """The same key where there is no visit any more."""
    repeat: str
    confirmed: str
    changed: str
    will_call: str
    goodbye: str


@dataclass(frozen=True, slots=True)
class InboundWords:
    """What a voice says to somebody who calls."""

    welcome: str
    this_language: str
    """Said in this language: which {key} chooses it."""
    which: str
    one_of: str
    """One visit of several: {window}, {name}, {key}."""
    next_visit: str
    on_the_way: str
    no_visit: str
    confirmed_before: str
    confirm: str
    move: str
    message: str
    call_me: str
    office: str
    repeat: str
    speak: str
    """After the tone, and that it is recorded."""
    nobody_free: str
    putting_through: str
    confirmed: str
    changed: str
    new_time: str
    """Said before the visit is told again: it was moved during the call."""
    link_sent: str
    will_call_about_time: str
    will_call: str
    kept: str
    goodbye: str
    call_again: str
    """Where nobody can call back: the number is withheld."""
    trouble: str
    """Something of ours is broken: said before the line ends."""


@dataclass(frozen=True, slots=True)
class SpokenWords:
    """One language on the telephone."""

    again: str
    """A key that means nothing here, or none."""
    keys: str
    """The words for the keys 0 to 9 as they stand in the sentences, with / between."""
    work: Mapping[Kind, str]
    survey: SurveyWords
    notice: NoticeWords
    inbound: InboundWords

    def key(self, number: int) -> str:
        """The word for a key."""
        return self.keys.split("/")[number]
