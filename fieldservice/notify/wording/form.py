"""The form each language fills in, so that none can leave a text out unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fieldservice.models.kinds import Kind
from fieldservice.models.messages import MessageKind


@dataclass(frozen=True, slots=True)
class SurveyPage:
    """What the page behind a survey's link says."""

    title: str
    about: str
    question: str
    lowest: str
    highest: str
    comment: str
    comment_hint: str
    optional: str
    send: str
    choose: str
    thanks: str
    kept: str
    kept_low: str
    too_early: str
    unknown: str
    expired: str
    questions: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One language: how it names days and hours, and every text."""

    day_pattern: str
    """In the letters of Unicode's date patterns."""
    hours: str
    on_day: str
    today: str
    tomorrow: str
    work: Mapping[Kind, str]
    call_us: str
    texts: Mapping[MessageKind, str]
    answerable: Mapping[MessageKind, str]
    """Those that ask for an answer, where the number they leave from can be answered."""
    survey_page: SurveyPage
