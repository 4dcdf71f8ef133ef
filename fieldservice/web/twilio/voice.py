"""The telephone's side: scripts fetched turn by turn, what was pressed and said, how it ended.

Every route is idempotent: an answer names the turn it belongs to, and one that comes again is
told where the call stands now. Whatever goes wrong, the caller hears a sentence and a goodbye.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, request
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.config import Settings
from fieldservice.db import db, transaction
from fieldservice.errors import FieldServiceError, NotFound, Stale
from fieldservice.models.callbacks import CallbackKind
from fieldservice.models.kinds import Language
from fieldservice.notify.twilio.addresses import recording_address, voice_address
from fieldservice.notify.voice.twiml import apology, nobody_there, twiml
from fieldservice.operations.calls import playing, recordings, reports
from fieldservice.operations.calls.inbound_calls import receive
from fieldservice.operations.calls.rows import Row, language_of, our_number_of, token_of
from fieldservice.operations.messages.callbacks import keep
from fieldservice.web.twilio import blueprint
from fieldservice.web.twilio.guard import field_of, signed_by_twilio

View = TypeVar("View", bound=Callable[..., Any])

CALL = "CallSid"
KEPT = ("", 204)


def never_dead(view: View) -> View:
    """Answer whatever goes wrong with a polite sentence and the end of the call."""

    @wraps(view)
    def spoken(*args: Any, **values: Any) -> Any:
        try:
            try:
                return view(*args, **values)
            except Stale:
                return view(*args, **values)
        except Exception as error:
            if not isinstance(error, FieldServiceError):
                current_app.log_exception(sys.exc_info())
            token = str(values.get("token", ""))
            with suppress(Exception), transaction() as session:
                # What it undid kept the callback: here it is kept all the same.
                _keep(session, token, f"trouble {request.path[-40:]}", expected=False)
            return _xml(apology(_language(token)))

    return cast(View, spoken)


@blueprint.post("/voice/<token>")
@signed_by_twilio(CALL)
@never_dead
def begin(token: str) -> Response:
    """Somebody, or a machine, answered our call."""
    form, now = request.form, clock.now()
    answered_by = form.get("AnsweredBy", "")
    with transaction() as session:
        keep(session, CallbackKind.CALL, token, field_of(CALL), "begin", form, now, done=True)
        row = reports.answered(session, token, field_of(CALL), answered_by, now)
        return _spoken(session, row) if row.answered else _xml(nobody_there())


@blueprint.post("/voice/<token>/key/<int:turn>")
@signed_by_twilio(CALL)
@never_dead
def key(token: str, turn: int) -> Response:
    """A key was pressed, or none."""
    digits = request.form.get("Digits", "")[:1]
    with transaction() as session:
        _keep(session, token, f"key {turn} {digits}")
        return _spoken(session, playing.press_key(session, token, digits, clock.now(), turn))


@blueprint.post("/voice/<token>/words/<int:turn>")
@signed_by_twilio(CALL)
@never_dead
def words(token: str, turn: int) -> Response:
    """Something was recorded, or nothing was said."""
    recording_id = field_of("RecordingSid")
    with transaction() as session:
        _keep(session, token, f"words {turn} {recording_id}")
        if not recording_id:
            return _spoken(session, playing.press_key(session, token, "", clock.now(), turn))
        row = playing.say(session, token, "", clock.now(), turn)
        seconds = request.form.get("RecordingDuration", "")
        recordings.keep_recording(session, token, recording_id, seconds, clock.now())
        return _spoken(session, row)


@blueprint.post("/voice/<token>/through/<int:turn>")
@signed_by_twilio(CALL)
@never_dead
def through(token: str, turn: int) -> Response:
    """The call that was put through came back."""
    status = request.form.get("DialCallStatus", "")
    with transaction() as session:
        _keep(session, token, f"through {turn} {status}")
        spoken = status in ("completed", "answered")
        return _spoken(session, playing.connected(session, token, spoken, clock.now(), turn))


@blueprint.post("/voice/<token>/status")
@signed_by_twilio(CALL)
def status(token: str) -> tuple[str, int]:
    """How far one of our calls has come: kept at once, acted on by the clock."""
    return _left_to_clock(CallbackKind.CALL_STATUS, token, field_of(CALL), _call_status())


@blueprint.post("/voice/<token>/recording")
@signed_by_twilio(CALL)
def recording(token: str) -> tuple[str, int]:
    """What somebody said can be fetched."""
    provider_id = field_of("RecordingSid")
    state = f"{request.form.get('RecordingStatus', '')} {provider_id}"
    return _left_to_clock(CallbackKind.RECORDING, token, provider_id, state)


@blueprint.post("/inbound/voice")
@signed_by_twilio(CALL)
@never_dead
def inbound() -> Response:
    """Somebody calls one of our numbers."""
    form, now = request.form, clock.now()
    with transaction() as session:
        keep(session, CallbackKind.CALL, "", field_of(CALL), "inbound", form, now, done=True)
        row = receive(session, field_of("From"), field_of("To"), field_of(CALL), now)
        if row is None:
            raise NotFound("There is no office to call.")
        return _spoken(session, row)


@blueprint.post("/inbound/voice/status")
@signed_by_twilio(CALL)
def inbound_status() -> tuple[str, int]:
    """How far a call to one of our numbers has come."""
    return _left_to_clock(CallbackKind.CALL_STATUS, "", field_of(CALL), _call_status())


@blueprint.post("/inbound/voice/fallback")
@signed_by_twilio(CALL)
@never_dead
def fallback() -> Response:
    """Twilio could not read our answer: say so politely rather than let the line go dead."""
    return _xml(apology(_language("")))


def _keep(session: Session, token: str, what: str, *, expected: bool = True) -> None:
    """Keep the callback as it came, and refuse one that is about another call."""
    form, now = request.form, clock.now()
    keep(session, CallbackKind.CALL, token, field_of(CALL), what, form, now, done=True)
    if expected:
        reports.expect(session, token, field_of(CALL))


def _left_to_clock(kind: CallbackKind, token: str, sid: str, state: str) -> tuple[str, int]:
    with transaction() as session:
        keep(session, kind, token, sid, state, request.form, clock.now())
    return KEPT


def _call_status() -> str:
    return request.form.get("CallStatus", "")


def _spoken(session: Session, row: Row) -> Response:
    """What the voice says now, and where its answers go."""
    settings: Settings = current_app.extensions["fieldservice_settings"]
    token = token_of(row)

    def address(step: str) -> str:
        if step == "recording":
            return recording_address(settings.public_base_url, token)
        return voice_address(settings.public_base_url, token, f"{step}/{row.turn}")

    turn = playing.turn_of(session, row, clock.now())
    return _xml(twiml(turn, address, our_number_of(row)))


def _xml(text: str) -> Response:
    return Response(text, content_type="text/xml; charset=utf-8")


def _language(token: str) -> Language:
    """The caller's language as far as it can still be found out."""
    try:
        db.session.rollback()
        return language_of(db.session(), token)
    except Exception:
        return Language.ENGLISH
