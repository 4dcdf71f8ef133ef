"""The form each language fills in for what is answered to customers' texts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Template:
    """A common answer of the office: what it is called there, and what it says."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Answers:
    """One language: what is answered by itself, and what the office often answers."""

    confirmed: str
    confirmed_already: str
    changed_meanwhile: str
    """What was confirmed is not so any more: the window as it is now, to be confirmed anew."""
    confirm_which: str
    move_which: str
    stop_whom: str
    choice: str
    """One of several: its letter and what it stands for."""
    choice_joint: str
    move: str
    call_off: str
    nothing_open: str
    help: str
    help_call: str
    stopped: str
    stays: str
    started: str
    templates: tuple[Template, ...]
