"""The form each language fills in for its letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fieldservice.models.messages import MessageKind


@dataclass(frozen=True, slots=True)
class OptOutPage:
    """What the page says on which somebody asks for no more e-mail."""

    title: str
    lead: str
    stop: str
    stopped: str
    stopped_lead: str
    unknown: str


@dataclass(frozen=True, slots=True)
class LetterWords:
    """One language's letters: subjects, sentences, and what stands around them."""

    locale: str
    between: str
    """An arrival window of a day: `{day}`, `{start}`, `{end}`."""
    at: str
    """The same where it is one moment."""
    greeting: str
    closing: str
    subjects: Mapping[MessageKind, str]
    texts: Mapping[MessageKind, str]
    on_paper: Mapping[MessageKind, str]
    """Reasons why this letter comes, above its text."""
    our_page: str
    """Before the address that shows a visit."""
    new_time: str
    """Before the address, where a new time is to be found."""
    question: str
    """Before the address of the one question."""
    call_us: str
    by_mail_because: str
    """At the foot of an e-mail, with the address that ends them."""
    opt_out: OptOutPage
