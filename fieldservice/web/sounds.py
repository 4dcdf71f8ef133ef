"""Recorded words: streamed through us, to people of the house alone."""

from __future__ import annotations

from flask import Blueprint, current_app, send_file
from flask_babel import gettext
from werkzeug.wrappers import Response

from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.errors import NotFound
from fieldservice.models.users import RoleName
from fieldservice.notify.outgoing import Outgoing
from fieldservice.notify.twilio.recordings import TwilioRecordings
from fieldservice.notify.voice.shelf import Shelf
from fieldservice.notify.voice.transcription import (
    HttpTranscriber,
    NoTranscriber,
    Transcriber,
)
from fieldservice.operations.calls.fetching import SoundRoom
from fieldservice.operations.calls.recordings import playable
from fieldservice.web.roles import open_to

blueprint = Blueprint("sounds", __name__, url_prefix="/recordings")

FOLDER = "recordings"


@blueprint.get("/<int:recording_id>")
@open_to(RoleName.DISPATCHER)
def play(recording_id: int) -> Response:
    """The sound itself; a part of it where the player asks for one."""
    recording = playable(db.session(), recording_id)
    path = shelf().path(recording.name)
    if recording.fetched_at is None or not path.exists():
        raise NotFound(gettext("This recording is being fetched. Try again in a minute."))
    sound = send_file(path, mimetype="audio/mpeg", conditional=True, etag=False)
    sound.headers["Cache-Control"] = "no-store"
    return sound


def shelf() -> Shelf:
    """Where fetched recordings lie."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    return Shelf(settings.var_dir / FOLDER)


def sound_room() -> SoundRoom:
    """What the clock needs for recordings."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    return SoundRoom(
        transaction=transaction,
        provider=TwilioRecordings(settings.twilio) if settings.twilio else None,
        shelf=shelf(),
        transcriber=_transcriber(settings),
        days=settings.recording_days,
    )


def _transcriber(settings: Settings) -> Transcriber:
    if not settings.transcribe_url:
        return NoTranscriber()
    return HttpTranscriber(
        settings.transcribe_url,
        settings.transcribe_model,
        settings.transcribe_token,
        Outgoing(settings.outgoing_allow),
    )
