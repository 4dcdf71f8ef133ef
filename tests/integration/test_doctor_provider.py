"""The doctor beside the provider's own list: silent where both agree, red where they do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from fieldservice.cli import main
from fieldservice.config import Settings
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, AttemptOutcome, Message, MessageState
from fieldservice.models.senders import Carrier
from fieldservice.notify.attempts import digest_of
from fieldservice.notify.channel import Carried
from fieldservice.operations.doctor.provider import compare
from tests.conftest import SessionFactory
from tests.emulator import Emulator
from tests.factories import NOW, a_message, a_visit

HOUR = timedelta(hours=1)
SINCE = NOW - timedelta(days=7)


class Post:
    """Two texts and a call that left an hour ago, on our record and on the provider's list."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.visit = a_visit(session)
        self.carried: list[Carried] = []
        self.first = self.sent("first")
        self.second = self.sent("second")
        self.call = self.sent("call", Channel.CALL)

    def sent(self, words: str, medium: Channel = Channel.SMS) -> Message:
        """One message that left."""
        message = a_message(
            self.session, self.visit, body=words, channel=medium, state=MessageState.SENT
        )
        attempt = self.attempt(message, words)
        attempt.outcome, attempt.provider_id = AttemptOutcome.SENT, words
        self.session.flush()
        self.list(message, words)
        return message

    def attempt(self, message: Message, token: str) -> Attempt:
        """One request for it, of which nobody heard back."""
        attempt = Attempt(
            token=token,
            to_address=message.to_address,
            body_digest=digest_of(message.body),
            carrier=Carrier.TWILIO,
            started_at=NOW - HOUR,
            asked_at=NOW - HOUR,
        )
        message.attempts.append(attempt)
        self.session.flush()
        return attempt

    def list(self, message: Message, sid: str) -> None:
        """The provider says that it carried it."""
        body = None if message.channel == Channel.CALL else message.body
        self.carried.append(
            Carried(sid, message.to_address, "+376600100", message.channel, body, False, NOW - HOUR)
        )


def carried_unasked(post: Post) -> None:
    stranger = replace(post.carried[0], provider_id="stranger", body="nobody's words")
    post.carried.append(stranger)


def carried_twice_by_one_request(post: Post) -> None:
    post.attempt(post.first, "lost")
    post.list(post.first, "again")


def called_twice(post: Post) -> None:
    post.attempt(post.call, "lost call")
    post.list(post.call, "second call")


def carried_behind_our_back(post: Post) -> None:
    waiting = a_message(post.session, post.visit, body="third")
    post.attempt(waiting, "third").outcome = AttemptOutcome.NOT_SENT
    post.list(waiting, "third sid")


def never_carried(post: Post) -> None:
    del post.carried[1]


BREAKS: list[tuple[Callable[[Post], None], str, str]] = [
    (carried_unasked, "I2", "nobody asked"),
    (carried_twice_by_one_request, "I2", "carried 2 times"),
    (called_twice, "I2", "carried 2 times"),
    (carried_behind_our_back, "I3", "held as pending"),
    (never_carried, "I3", "never had it"),
]


def test_where_both_lists_agree_nothing_is_wrong(write: SessionFactory) -> None:
    with write() as session:
        post = Post(session)
        in_doubt = a_message(session, post.visit, body="?", state=MessageState.UNKNOWN)
        post.attempt(in_doubt, "?")
        post.list(in_doubt, "doubted")
        assert list(compare(session, post.carried, SINCE, NOW)) == []


@pytest.mark.parametrize(
    ("deed", "promise", "words"), BREAKS, ids=[deed.__name__ for deed, _, _ in BREAKS]
)
def test_what_does_not_fit_is_found(
    write: SessionFactory, deed: Callable[[Post], None], promise: str, words: str
) -> None:
    with write() as session:
        post = Post(session)
        deed(post)
        found = list(compare(session, post.carried, SINCE, NOW))
    assert {(one.promise, words in one.text) for one in found} == {(promise, True)}, found


def test_the_command_reads_the_list_of_the_provider(
    settings: Settings,
    database_url: str,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "DATABASE_URL": database_url,
        "SECRET_KEY": settings.secret_key,
        "FIELDSERVICE_VAR": str(settings.var_dir),
        "PUBLIC_BASE_URL": "http://127.0.0.1:9",
        "MESSAGES_BY": "twilio",
        "TWILIO_ACCOUNT_SID": emulator.account_sid,
        "TWILIO_AUTH_TOKEN": emulator.auth_token,
        "TWILIO_API_BASE": emulator.base_url,
    }.items():
        monkeypatch.setenv(name, value)
    ask = ["doctor", "--stopped", "--provider"]
    assert CliRunner().invoke(main, ask).exit_code == 0
    emulator.send_from_elsewhere("+376399999", "not from here")
    answer = CliRunner().invoke(main, ask)
    assert (answer.exit_code, "nobody asked" in answer.output) == (1, True)
    assert "+376399999" not in answer.output


def test_without_a_provider_there_is_no_list(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("FIELDSERVICE_VAR", str(settings.var_dir))
    answer = CliRunner().invoke(main, ["doctor", "--stopped", "--provider"])
    assert (answer.exit_code != 0, "keeps a list" in answer.output) == (True, True)
