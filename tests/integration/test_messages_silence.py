"""Nothing leaves the house until somebody says so, and then no flood of stale texts."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from fieldservice.models.messages import Message, MessageState
from fieldservice.operations.messages.delivery import deliver
from fieldservice.operations.messages.silence import Held, keep_silent, let_leave, what_is_held
from tests.conftest import SessionFactory
from tests.factories import NOW, a_customer, a_message, a_territory, a_user, a_visit, a_work_order
from tests.integration.post import claim_all, console_room, deliver_at, phone

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_silent_territory(write: SessionFactory) -> int:
    """It holds one text of yesterday, one that is due and true, one for tomorrow."""
    with write() as session:
        territory = a_territory(session, keeps_silent=True)
        visit = a_visit(session, a_work_order(session, a_customer(session, territory)))
        a_message(session, visit, body="stale", due_at=NOW - DAY, not_after=NOW - HOUR)
        a_message(session, visit, body="due", due_at=NOW - HOUR, not_after=NOW + DAY)
        a_message(session, visit, body="coming", due_at=NOW + HOUR, not_after=NOW + DAY)
        return territory.id


def found(read: SessionFactory) -> dict[str, str]:
    with read() as session:
        return {one.body: one.state.value for one in session.scalars(select(Message))}


def test_while_it_is_silent_everything_waits(write: SessionFactory, read: SessionFactory) -> None:
    territory_id = a_silent_territory(write)
    deliver_at(console_room(write), NOW, NOW + 2 * HOUR)
    assert set(found(read).values()) == {"pending"}
    with read() as session:
        assert phone(session) == []
        assert what_is_held(session, territory_id, NOW) == Held(
            waiting=3, due_already=1, too_late=1
        )


def test_others_are_not_silenced_with_it(write: SessionFactory, read: SessionFactory) -> None:
    a_silent_territory(write)
    with write() as session:
        a_message(session, body="elsewhere")
    deliver_at(console_room(write), NOW)
    assert found(read)["elsewhere"] == "sent"


def test_speaking_again_sends_only_what_falls_due_from_then_on(
    write: SessionFactory, read: SessionFactory
) -> None:
    territory_id = a_silent_territory(write)
    with write() as session:
        held = let_leave(session, territory_id, NOW, a_user(session).id)
        assert held == Held(3, 1, 1)
    deliver_at(console_room(write), NOW, NOW + HOUR)
    assert found(read) == {"stale": "expired", "due": "void", "coming": "sent"}


def test_what_was_due_may_be_sent_after_all_where_it_is_still_true(
    write: SessionFactory, read: SessionFactory
) -> None:
    territory_id = a_silent_territory(write)
    with write() as session:
        let_leave(session, territory_id, NOW, a_user(session).id, with_what_was_due=True)
    deliver_at(console_room(write), NOW, NOW + HOUR)
    assert found(read) == {"stale": "expired", "due": "sent", "coming": "sent"}


def test_speaking_to_a_territory_that_speaks_changes_nothing(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        message = a_message(session)
        let_leave(session, message.territory_id, NOW, None)
        assert message.state == MessageState.PENDING


def test_silence_between_claim_and_sending_holds_the_text_back(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        territory_id = a_message(session, body="held").territory_id
        claims = claim_all(session, NOW)
    with write() as session:
        keep_silent(session, territory_id, NOW, None)
    deliver(console_room(write), claims, lambda: NOW)
    assert found(read) == {"held": "pending"}
