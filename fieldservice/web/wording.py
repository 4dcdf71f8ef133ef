"""What customers are told by text, in each language, with what each text comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

from flask import Blueprint, render_template, request
from flask_babel import gettext

from fieldservice import clock
from fieldservice.db import db
from fieldservice.errors import NotFound
from fieldservice.models.kinds import Kind, Language
from fieldservice.models.messages import MessageKind
from fieldservice.models.senders import Sender
from fieldservice.models.territories import Territory
from fieldservice.models.users import RoleName
from fieldservice.notify.segments import Segments, segments_of, unaccented
from fieldservice.notify.texts import (
    LINK,
    Facts,
    Window,
    time_words,
    window_words,
    work_words,
    write,
)
from fieldservice.operations.customers.phones import shown_phone
from fieldservice.operations.messages.senders import senders
from fieldservice.web.here import current_territory
from fieldservice.web.letters import as_sent
from fieldservice.web.roles import open_to

blueprint = Blueprint("wording", __name__, url_prefix="/outbox/wording")

SHOWN = (
    MessageKind.BOOKED,
    MessageKind.REMINDER_DAY,
    MessageKind.REMINDER_HOURS,
    MessageKind.ON_MY_WAY,
    MessageKind.CHANGED,
    MessageKind.CANCELLED,
    MessageKind.NO_ACCESS,
    MessageKind.SURVEY_TEXT,
    MessageKind.CODE,
    MessageKind.LINK,
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One text as a customer would read it."""

    kind: str
    body: str
    segments: Segments
    plain: Segments
    """What it would come to without accents."""


@blueprint.get("")
@open_to(RoleName.DISPATCHER)
def show() -> str:
    """Every text in one language, asking for an answer where the senders can be answered."""
    territory = current_territory()
    if territory is None:
        raise NotFound(gettext("There is no territory yet. Set one up first."))
    asked = request.args.get("in", territory.default_language)
    language = Language(asked) if asked in {one.value for one in Language} else Language.ENGLISH
    known = [one for one in senders(db.session(), territory.id) if one.active]
    asks = request.args.get("asks", "1" if _answerable(territory, known) else "0") == "1"
    return render_template(
        "outbox/wording.html",
        samples=[_sample(kind, territory, language, asks=asks) for kind in SHOWN],
        shown_in=language.value,
        languages=[one.value for one in Language],
        asks=asks,
    )


def _answerable(territory: Territory, known: list[Sender]) -> bool:
    return territory.console_only or any(one.can_be_answered for one in known)


def _sample(kind: MessageKind, territory: Territory, language: Language, *, asks: bool) -> Sample:
    today = clock.local_day(clock.now(), territory.zone)
    window_day = today + timedelta(days=1)
    start = clock.instant(window_day, time(10), territory.zone)
    window = Window(start, start + timedelta(hours=2), territory.zone)
    later = Window(start + timedelta(days=1), start + timedelta(days=1, hours=2), territory.zone)
    reads_on = {MessageKind.REMINDER_DAY: today, MessageKind.REMINDER_HOURS: window_day}.get(kind)
    facts = Facts(
        name="Maria Puig",
        company=territory.name,
        work=work_words(Kind.MAINTENANCE, language),
        phone=shown_phone(territory.phone) if territory.phone else None,
        window=window_words(window, language, reads_on),
        before=window_words(later, language),
        time=time_words(start, territory.zone),
        code="482913",
    )
    body = write(kind, language, facts, asks_for_answer=asks)
    words = as_sent(body)
    shown = body.replace(LINK, "https://…")
    return Sample(kind.value, shown, segments_of(words), segments_of(unaccented(words)))
