"""The clock's work on recordings: fetch, write down, delete; no network inside a transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.errors import DeliveryError
from fieldservice.notify.twilio.recordings import TwilioRecordings
from fieldservice.notify.voice.shelf import Shelf
from fieldservice.notify.voice.transcription import Transcriber
from fieldservice.operations.calls import recordings
from fieldservice.operations.calls.recordings import Sound

logger = logging.getLogger(__name__)

AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class SoundRoom:
    """What the work on recordings needs and may not reach for itself."""

    transaction: Callable[[], AbstractContextManager[Session]]
    provider: TwilioRecordings | None
    """None where nothing is recorded any more; what was is still deleted here."""
    shelf: Shelf
    transcriber: Transcriber
    days: int


def fetch_due(room: SoundRoom, now: datetime) -> int:
    """Bring home what was said since; how many there were."""
    if room.provider is None:
        return 0
    with room.transaction() as session:
        due = recordings.to_fetch(session, now, AT_ONCE)
    for sound in due:
        _fetch(room, room.provider, sound, now)
    return len(due)


def delete_old(room: SoundRoom, now: datetime) -> int:
    """Delete what is too old, here and at the provider; how many were deleted."""
    with room.transaction() as session:
        old = recordings.too_old(session, now, room.days, AT_ONCE)
    return sum(_delete(room, sound, now) for sound in old)


def tidy(room: SoundRoom, now: datetime) -> None:
    """Throw away what belongs to nobody any more; fetch again what is missing."""
    # First what lies there: a sound put there meanwhile must not look like nobody's.
    lying = room.shelf.names()
    with room.transaction() as session:
        known = recordings.known_names(session)
        for name, recording_id in recordings.kept_names(session).items():
            if name not in lying:
                recordings.fetch_again(session, recording_id, now)
    for name in lying - known:
        room.shelf.remove(name)


def _fetch(room: SoundRoom, provider: TwilioRecordings, sound: Sound, now: datetime) -> None:
    try:
        heard = provider.fetch(sound.provider_id)
    except DeliveryError as error:
        logger.warning("a recording was not fetched", extra={"recording_id": sound.id})
        with room.transaction() as session:
            recordings.not_there_yet(session, sound.id, now, for_good=error.permanent)
        return
    room.shelf.put(sound.name, heard)
    words = _words(room.transcriber, heard, sound)
    with room.transaction() as session:
        recordings.fetched(session, sound.id, words, now)


def _words(transcriber: Transcriber, heard: bytes, sound: Sound) -> str | None:
    try:
        return transcriber.words_of(heard, sound.language)
    except DeliveryError:
        # People can listen; the words are a help and no more.
        logger.warning("a recording was not written down", extra={"recording_id": sound.id})
        return None


def _delete(room: SoundRoom, sound: Sound, now: datetime) -> bool:
    try:
        if room.provider is not None:
            room.provider.delete(sound.provider_id)
    except DeliveryError as error:
        if not error.permanent:
            logger.warning("a recording was not deleted", extra={"recording_id": sound.id})
            return False
    room.shelf.remove(sound.name)
    with room.transaction() as session:
        recordings.removed(session, sound.id, now)
    return True
