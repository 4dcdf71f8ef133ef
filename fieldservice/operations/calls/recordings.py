"""Recorded words: noted as they are announced, fetched by the clock, deleted in time."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound
from fieldservice.models.callbacks import Callback
from fieldservice.models.calls import PhoneCall, Recording, Wish
from fieldservice.models.conversations import InboundText, Reason
from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Message
from fieldservice.models.surveys import SurveyCall
from fieldservice.notify.voice.survey import LOW
from fieldservice.operations import audit
from fieldservice.operations.calls.inbound_calls import leave_for_office
from fieldservice.operations.calls.rows import known_row
from fieldservice.operations.calls.survey_calls import add_comment
from fieldservice.operations.messages.follow_ups import SPOKEN_COMMENT, open_follow_up
from fieldservice.operations.messages.surveys import response_of

FIRST_TRY = timedelta(seconds=5)
BACKOFF = timedelta(seconds=30)
LONGEST_BACKOFF = timedelta(hours=6)
NEVER = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording to be fetched or deleted."""

    id: int
    provider_id: str
    name: str
    language: Language


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recording as somebody of the office finds it."""

    id: int
    seconds: int
    made_at: datetime
    is_here: bool
    transcript: str | None


def take_in(session: Session, callback: Callback, now: datetime) -> None:
    """Act on what was kept of a recording's state: only a whole one matters."""
    if callback.form.get("RecordingStatus") == "completed":
        seconds = callback.form.get("RecordingDuration", "")
        keep_recording(session, callback.token, callback.sid, seconds, now)


def keep_recording(
    session: Session, token: str, provider_id: str, seconds: str, now: datetime
) -> Recording | None:
    """Note that something was said in this call; None where nobody knows the call."""
    row = known_row(session, token)
    if row is None or not provider_id:
        return None
    known = session.scalar(select(Recording).where(Recording.provider_id == provider_id))
    if known is not None:
        return known
    recording = Recording(
        provider_id=provider_id[:64],
        call_token=token,
        survey_call_id=row.id if isinstance(row, SurveyCall) else None,
        phone_call_id=row.id if isinstance(row, PhoneCall) else None,
        language=row.message.language if isinstance(row, SurveyCall) else row.language,
        seconds=int(seconds[:9]) if seconds.isascii() and seconds.isdecimal() else 0,
        made_at=now,
        name=f"{secrets.token_hex(16)}.mp3",
        next_try_at=now + FIRST_TRY,
    )
    try:
        with session.begin_nested():
            session.add(recording)
    except IntegrityError:
        return None
    audit.record(session, now, None, "recording.made", recording)
    _make_heard(session, row, now)
    return recording


def to_fetch(session: Session, now: datetime, limit: int) -> list[Sound]:
    """What was said and is not with us yet."""
    rows = select(Recording).where(
        Recording.fetched_at.is_(None),
        Recording.removed_at.is_(None),
        Recording.next_try_at <= now,
    )
    found = session.scalars(rows.order_by(Recording.next_try_at).limit(limit))
    return [Sound(one.id, one.provider_id, one.name, one.language) for one in found]


def fetched(session: Session, recording_id: int, words: str | None, now: datetime) -> None:
    """It is with us now, with its words where somebody wrote them down."""
    recording = session.get_one(Recording, recording_id)
    recording.fetched_at = now
    if words:
        transcribed(session, recording, words, now)


def not_there_yet(
    session: Session, recording_id: int, now: datetime, *, for_good: bool = False
) -> None:
    """It could not be fetched: later again, less and less often, unless that is for good."""
    recording = session.get_one(Recording, recording_id)
    wait = min(BACKOFF * 2 ** min(recording.failures, 12), LONGEST_BACKOFF)
    recording.failures += 1
    recording.next_try_at = now + (NEVER if for_good else wait)


def fetch_again(session: Session, recording_id: int, now: datetime) -> None:
    """What we kept is gone; the provider still has it."""
    recording = session.get_one(Recording, recording_id)
    recording.fetched_at, recording.next_try_at = None, now


def kept_names(session: Session) -> dict[str, int]:
    """The files that should be with us, and whose they are."""
    rows = select(Recording.name, Recording.id).where(
        Recording.fetched_at.is_not(None), Recording.removed_at.is_(None)
    )
    return {row.name: row.id for row in session.execute(rows)}


def known_names(session: Session) -> set[str]:
    """The names that are somebody's, fetched or on their way."""
    return set(session.scalars(select(Recording.name).where(Recording.removed_at.is_(None))))


def too_old(session: Session, now: datetime, days: int, limit: int) -> list[Sound]:
    """What may be kept no longer."""
    rows = select(Recording).where(
        Recording.made_at <= now - timedelta(days=days), Recording.removed_at.is_(None)
    )
    found = session.scalars(rows.order_by(Recording.made_at).limit(limit))
    return [Sound(one.id, one.provider_id, one.name, one.language) for one in found]


def removed(session: Session, recording_id: int, now: datetime) -> None:
    """It is deleted with us and at the provider."""
    recording = session.get_one(Recording, recording_id)
    recording.removed_at = now
    audit.record(session, now, None, "recording.removed", recording)


def transcribed(session: Session, recording: Recording, words: str, now: datetime) -> None:
    """The words stand where people read: beside the score, or in the conversation."""
    recording.transcript, recording.transcribed_at = words, now
    call, visit = recording.phone_call, None
    if recording.survey_call is not None:
        recording.survey_call.comment = recording.survey_call.comment or words
        visit = recording.survey_call.message.visit
    if visit is not None:
        add_comment(session, visit, words)
    if call is not None and call.thread_id is not None:
        _write_down(session, call.thread_id, words)


def playable(session: Session, recording_id: int) -> Recording:
    """A recording somebody of the house may listen to."""
    recording = session.get(Recording, recording_id)
    if recording is None or recording.removed_at is not None:
        raise NotFound("There is no such recording. Recordings are deleted after some time.")
    return recording


def of_visits(session: Session, visit_ids: Sequence[int]) -> dict[int, list[Spoken]]:
    """What was said about these visits in their satisfaction calls, the oldest first."""
    rows = (
        select(Message.visit_id, Recording)
        .join(SurveyCall, SurveyCall.id == Recording.survey_call_id)
        .join(Message, Message.id == SurveyCall.message_id)
        .where(Message.visit_id.in_(visit_ids), Recording.removed_at.is_(None))
    )
    said: dict[int, list[Spoken]] = {}
    for visit_id, recording in session.execute(rows.order_by(Recording.id)):
        said.setdefault(visit_id or 0, []).append(_spoken(recording))
    return said


def of_thread(session: Session, thread_id: int) -> list[Spoken]:
    """What a caller left in a conversation, the oldest first."""
    rows = (
        select(Recording)
        .join(PhoneCall, PhoneCall.id == Recording.phone_call_id)
        .where(PhoneCall.thread_id == thread_id, Recording.removed_at.is_(None))
    )
    return [_spoken(one) for one in session.scalars(rows.order_by(Recording.id))]


def _spoken(recording: Recording) -> Spoken:
    return Spoken(
        recording.id,
        recording.seconds,
        recording.made_at,
        recording.fetched_at is not None,
        recording.transcript,
    )


def _make_heard(session: Session, row: SurveyCall | PhoneCall, now: datetime) -> None:
    """Nobody speaks to nobody: what was said waits for a person."""
    if isinstance(row, SurveyCall):
        visit = row.message.visit
        response = response_of(session, visit.id) if visit else None
        if visit and response and response.score > LOW:
            open_follow_up(session, visit, SPOKEN_COMMENT, None, now)
    elif row.message_id is None and row.wish != Wish.MESSAGE:
        # The line went dead before our question was answered; the words arrived all the same.
        row.wish = Wish.MESSAGE
        leave_for_office(session, row, Reason.LEFT_MESSAGE, now)


def _write_down(session: Session, thread_id: int, words: str) -> None:
    rows = select(InboundText).where(
        InboundText.thread_id == thread_id,
        InboundText.channel == Channel.CALL,
        InboundText.reason == Reason.LEFT_MESSAGE,
        InboundText.body == "",
    )
    entry = session.scalar(rows.order_by(InboundText.id.desc()).limit(1))
    if entry is not None:
        entry.body = words
