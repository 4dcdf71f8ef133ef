"""Recorded words: fetched by the clock, written down, played to the office alone, deleted."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.config import TwilioSettings
from fieldservice.errors import DeliveryError
from fieldservice.models.calls import PhoneCall, Recording
from fieldservice.models.conversations import InboundText
from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.models.messages import MessageKind, MessageState
from fieldservice.models.surveys import FollowUp, SurveyResponse
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import VisitState
from fieldservice.notify.outgoing import Outgoing
from fieldservice.notify.twilio.recordings import TwilioRecordings
from fieldservice.notify.voice.shelf import Shelf
from fieldservice.notify.voice.transcription import HttpTranscriber, NoTranscriber
from fieldservice.operations.calls.fetching import SoundRoom, delete_old, fetch_due, tidy
from fieldservice.operations.calls.inbound_calls import receive
from fieldservice.operations.calls.playing import press_key, say
from fieldservice.operations.calls.recordings import keep_recording, of_thread
from fieldservice.operations.calls.survey_calls import begin_survey
from fieldservice.operations.messages.surveys import answer_survey
from tests.conftest import SessionFactory, SignIn
from tests.factories import NOW, TODAY, a_message, a_territory, a_visit
from tests.integration.twilio_line import ACCOUNT, TOKEN

SID = "RE" + "0" * 31 + "1"
SOUND = b"ID3 what somebody said"
LATER = NOW + timedelta(minutes=1)
WORDS = "Encara perd aigua."


@dataclass
class Provider:
    """A provider's shelf and a server that writes words down, on the loopback address."""

    url: str = ""
    sounds: dict[str, bytes] = field(default_factory=dict)
    broken: bool = False
    dripping: bool = False
    """Whether it sends a byte at a time."""
    had_patience: bool = False
    """Whether somebody waited for all of them."""
    let_go: threading.Event = field(default_factory=threading.Event)
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    words: bytes = json.dumps({"text": f" {WORDS} "}).encode()

    def answer(self, request: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        self.keys.append(request.headers.get("Authorization", ""))
        if request.command == "POST":
            size = int(request.headers["Content-Length"])
            self.heard.append((request.headers["Content-Type"], request.rfile.read(size)))
            return 200, self.words
        if self.broken:
            return 500, b"<html>trouble</html>"
        name = request.path.rpartition("/")[2]
        if request.command == "DELETE":
            known = self.sounds.pop(name.removesuffix(".json"), None)
            return (204, b"") if known else (404, b"{}")
        sound = self.sounds.get(name.removesuffix(".mp3"))
        return (200, sound) if sound is not None else (404, b"{}")


@pytest.fixture
def provider() -> Iterator[Provider]:
    shelf = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = shelf.answer(self)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                while shelf.dripping and len(body) > 1:
                    self.wfile.write(body[:1])
                    body = body[1:]
                    shelf.let_go.wait(0.1)
                shelf.had_patience |= shelf.dripping
                self.wfile.write(body)

        do_POST = do_GET  # noqa: N815
        do_DELETE = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    shelf.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield shelf
    shelf.let_go.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def room(write: SessionFactory, provider: Provider, settings_folder: Path) -> SoundRoom:
    account = TwilioSettings(ACCOUNT, TOKEN, api_base=provider.url, timeout_seconds=2.0)
    shelf = Shelf(settings_folder)
    return SoundRoom(write, TwilioRecordings(account), shelf, NoTranscriber(), 90)


@pytest.fixture
def settings_folder(app: object) -> Path:
    folder: Path = app.extensions["fieldservice_settings"].var_dir  # type: ignore[attr-defined]
    return folder / "recordings"


def writes_down(room: SoundRoom, provider: Provider) -> SoundRoom:
    outgoing = Outgoing(frozenset({"127.0.0.1"}))
    url = f"{provider.url}/v1/audio/transcriptions"
    return replace(room, transcriber=HttpTranscriber(url, "whisper-1", "a key", outgoing))


def a_spoken_comment(session: Session, score: int = 2, sid: str = SID) -> int:
    """A visit whose customer pressed a score and then spoke."""
    visit = a_visit(session, state=VisitState.COMPLETED, day=TODAY)
    message = a_message(
        session,
        visit,
        kind=MessageKind.SURVEY_CALL,
        channel=Channel.CALL,
        state=MessageState.SENT,
    )
    begin_survey(session, message, "t", NOW, answered=True)
    answer_survey(session, visit.id, score, None, Channel.CALL, NOW)
    keep_recording(session, "t", sid, "9", NOW)
    return visit.id


def the_recording(session: Session) -> Recording:
    return session.scalars(select(Recording)).one()


def test_what_was_said_is_fetched_and_lies_where_only_the_program_reads(
    write: SessionFactory, read: SessionFactory, room: SoundRoom, provider: Provider
) -> None:
    provider.sounds[SID] = SOUND
    with write() as session:
        a_spoken_comment(session)
    assert fetch_due(room, NOW) == 0, "announced a moment ago"
    assert fetch_due(room, LATER) == 1
    assert fetch_due(room, LATER) == 0
    with read() as session:
        recording = the_recording(session)
        path = room.shelf.path(recording.name)
        assert (recording.fetched_at, path.read_bytes()) == (LATER, SOUND)
        assert path.stat().st_mode & 0o777 == 0o600
        assert SID not in recording.name
    assert provider.keys[0].startswith("Basic ")


def test_a_provider_in_trouble_is_asked_again_less_and_less_often(
    write: SessionFactory, read: SessionFactory, room: SoundRoom, provider: Provider
) -> None:
    with write() as session:
        a_spoken_comment(session)
    waits = []
    moment = LATER
    for _ in range(14):
        assert fetch_due(room, moment) == 1
        with read() as session:
            again = the_recording(session).next_try_at
        waits.append(again - moment)
        moment = again
    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waits[-1] == timedelta(hours=6)
    provider.sounds[SID] = SOUND
    assert fetch_due(room, moment) == 1
    with read() as session:
        assert the_recording(session).fetched_at == moment


def test_an_id_that_is_none_is_never_asked_for(
    write: SessionFactory, room: SoundRoom, provider: Provider
) -> None:
    with write() as session:
        a_spoken_comment(session, sid="../../Messages")
    fetch_due(room, LATER)
    fetch_due(room, LATER + timedelta(days=1))
    assert provider.keys == []


def test_the_words_stand_beside_the_score(
    write: SessionFactory, read: SessionFactory, room: SoundRoom, provider: Provider
) -> None:
    provider.sounds[SID] = SOUND
    with write() as session:
        a_spoken_comment(session)
    fetch_due(writes_down(room, provider), LATER)
    ((kind, body),) = provider.heard
    assert kind.startswith("multipart/form-data")
    assert SOUND in body
    assert b'name="language"\r\n\r\nca\r\n' in body
    assert provider.keys[-1] == "Bearer a key"
    with read() as session:
        assert the_recording(session).transcript == WORDS
        assert session.scalars(select(SurveyResponse.comment)).one() == WORDS
        assert session.scalars(select(FollowUp.note)).one() == WORDS


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"text": 7}', b"<html>", b'{"text": null}'])
def test_words_that_cannot_be_read_leave_the_sound(
    write: SessionFactory,
    read: SessionFactory,
    room: SoundRoom,
    provider: Provider,
    answer: bytes,
) -> None:
    provider.sounds[SID], provider.words = SOUND, answer
    with write() as session:
        a_spoken_comment(session)
    fetch_due(writes_down(room, provider), LATER)
    with read() as session:
        assert the_recording(session).fetched_at == LATER
        assert the_recording(session).transcript is None


def test_a_transcriber_inside_the_house_is_refused_unless_it_is_named(provider: Provider) -> None:
    shut = HttpTranscriber(f"{provider.url}/v1", "whisper-1", outgoing=Outgoing())
    with pytest.raises(DeliveryError):
        shut.words_of(SOUND, Language.CATALAN)
    assert provider.heard == []


def test_a_message_for_the_office_is_read_in_its_conversation(
    write: SessionFactory, read: SessionFactory, room: SoundRoom, provider: Provider
) -> None:
    provider.sounds[SID] = SOUND
    with write() as session:
        a_territory(session)
        row = receive(session, "+34600111222", "", "CA1", NOW)
        assert row is not None
        token = row.token
        press_key(session, token, "1", NOW)
        press_key(session, token, "3", NOW)
        say(session, token, "", NOW)
        keep_recording(session, token, SID, "9", NOW)
    fetch_due(writes_down(room, provider), LATER)
    with read() as session:
        assert session.scalars(select(InboundText.body)).all() == [WORDS]
        thread_id = session.scalars(select(PhoneCall.thread_id)).one()
        assert thread_id is not None
        (spoken,) = of_thread(session, thread_id)
        assert (spoken.seconds, spoken.is_here, spoken.transcript) == (9, True, WORDS)


def test_after_ninety_days_it_is_deleted_here_and_there(
    write: SessionFactory, read: SessionFactory, room: SoundRoom, provider: Provider
) -> None:
    provider.sounds[SID] = SOUND
    with write() as session:
        a_spoken_comment(session)
    fetch_due(room, LATER)
    assert delete_old(room, NOW + timedelta(days=89)) == 0
    over = NOW + timedelta(days=90)
    provider.broken = True
    assert delete_old(room, over) == 0
    provider.broken = False
    assert delete_old(room, over) == 1
    assert delete_old(room, over) == 0
    assert (provider.sounds, room.shelf.names()) == ({}, set())
    with read() as session:
        assert the_recording(session).removed_at == over
    assert fetch_due(room, over + timedelta(days=1)) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_provider_that_drips_is_cut_off_and_asked_again_later(
    room: SoundRoom, provider: Provider
) -> None:
    assert room.provider
    provider.sounds[SID], provider.dripping = SOUND * 4, True
    hurried = replace(room.provider, seconds=0.3)
    with pytest.raises(DeliveryError) as slow:
        hurried.fetch(SID)
    assert not slow.value.permanent
    assert not provider.had_patience
    provider.dripping = False
    assert room.provider.fetch(SID) == SOUND * 4


def test_files_of_nobody_go_and_missing_ones_are_fetched_again(
    write: SessionFactory, read: SessionFactory, room: SoundRoom, provider: Provider
) -> None:
    provider.sounds[SID] = SOUND
    with write() as session:
        a_spoken_comment(session)
    fetch_due(room, LATER)
    (mine,) = room.shelf.names()
    room.shelf.put("0" * 32 + ".mp3", b"somebody who was erased")
    room.shelf.remove(mine)
    tidy(room, LATER)
    assert room.shelf.names() == set()
    fetch_due(room, LATER)
    assert room.shelf.names() == {mine}


def test_only_the_office_listens(
    write: SessionFactory,
    client: FlaskClient,
    sign_in: SignIn,
    room: SoundRoom,
    provider: Provider,
) -> None:
    provider.sounds[SID] = SOUND
    with write() as session:
        a_spoken_comment(session)
        address = f"/recordings/{the_recording(session).id}"
    assert client.get(address).status_code == 302
    sign_in(client, RoleName.TECHNICIAN)
    assert client.get(address).status_code == 403
    office = client.application.test_client()
    sign_in(office, RoleName.DISPATCHER)
    assert office.get(address).status_code == 404
    assert "being fetched" in office.get("/follow-ups").get_data(as_text=True)
    fetch_due(room, LATER)
    assert f'src="{address}"' in office.get("/follow-ups").get_data(as_text=True)
    with office.get(address) as whole:
        assert (whole.data, whole.content_type) == (SOUND, "audio/mpeg")
        assert whole.headers["Cache-Control"] == "no-store"
    with office.get(address, headers={"Range": "bytes=0-2"}) as part:
        assert (part.status_code, part.data) == (206, b"ID3")
    delete_old(room, NOW + timedelta(days=91))
    assert office.get(address).status_code == 404


@pytest.mark.parametrize(("score", "reason"), [(1, "low_score"), (5, "spoken_comment")])
def test_nobody_speaks_to_nobody(
    write: SessionFactory, read: SessionFactory, score: int, reason: str
) -> None:
    with write() as session:
        a_spoken_comment(session, score)
    with read() as session:
        assert session.scalars(select(FollowUp.reason)).all() == [reason]
