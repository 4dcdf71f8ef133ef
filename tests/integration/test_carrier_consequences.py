"""What a provider's error leads to, told in an answer or in a receipt hours later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.audit import AuditEntry
from fieldservice.models.customers import Channel
from fieldservice.models.messages import (
    Attempt,
    AttemptOutcome,
    Message,
    MessageKind,
    MessageState,
)
from fieldservice.models.senders import Carrier, UntextableNumber
from fieldservice.notify.twilio.codes import Consequence
from fieldservice.operations.messages import breaker, consequences, opting
from fieldservice.operations.messages.consequences import follow
from fieldservice.operations.messages.owing import SENT_AGAIN_BY_ITSELF
from tests.conftest import SessionFactory
from tests.factories import NOW, a_message


def refused(session: Session, **changes: Any) -> Message:
    """A text that has ended badly, with the request that did."""
    usual: dict[str, Any] = {"state": MessageState.FAILED, "not_after": NOW + timedelta(days=1)}
    message = a_message(session, **{**usual, **changes})
    session.add(
        Attempt(
            message_id=message.id,
            token=f"token-{message.id}",
            started_at=NOW,
            outcome=AttemptOutcome.REFUSED,
            carrier=Carrier.TWILIO,
        )
    )
    session.flush()
    return message


def others(session: Session, message: Message) -> list[Message]:
    rows = select(Message).where(Message.id != message.id).order_by(Message.id)
    return list(session.scalars(rows))


def test_who_opted_out_at_the_provider_gets_no_text_from_us(write: SessionFactory) -> None:
    with write() as session:
        message = refused(session)
        assert follow(session, message, 21610, NOW) == Consequence.OPTED_OUT
        assert opting.has_opted_out(session, message.to_address, Channel.SMS)
        assert message.contact
        assert not message.contact.consents_to(Channel.SMS)
        consent = message.contact.consents[-1]
        assert (consent.source, consent.given_at) == ("provider", NOW)


@pytest.mark.parametrize("code", [30005, 30006, 21614, 21211])
def test_a_number_no_text_reaches_is_told_otherwise(write: SessionFactory, code: int) -> None:
    with write() as session:
        message = refused(session)
        assert follow(session, message, code, NOW) == Consequence.UNTEXTABLE
        assert consequences.is_untextable(session, message.to_address)
        (told,) = others(session, message)
        assert told.channel != Channel.SMS
        assert told.kind == message.kind


def test_a_number_is_marked_once_however_often_it_is_reported(write: SessionFactory) -> None:
    with write() as session:
        message = refused(session)
        for _ in range(5):
            follow(session, message, 30006, NOW)
        assert len(session.scalars(select(UntextableNumber)).all()) == 1
        assert len(others(session, message)) == 1


def test_a_person_may_let_texts_go_there_again(write: SessionFactory) -> None:
    with write() as session:
        message = refused(session)
        follow(session, message, 30006, NOW)
        (told,) = others(session, message)
        assert message.contact
        consequences.try_texts_again(session, message.contact, NOW, None)
        assert not consequences.is_untextable(session, message.to_address)
        assert told.state == MessageState.VOID, "what waited to be told otherwise is a text again"
        assert [one.channel for one in others(session, message)][-1] == Channel.SMS
        actions = session.scalars(select(AuditEntry.action)).all()
        assert {"number.untextable", "number.textable_again"} <= set(actions)


@pytest.mark.parametrize("code", [30003, 30008])
def test_a_phone_that_was_off_is_tried_once_more_within_hours(
    write: SessionFactory, code: int
) -> None:
    with write() as session:
        message = refused(session)
        for _ in range(3):
            assert follow(session, message, code, NOW) == Consequence.ONE_RETRY
        (again,) = others(session, message)
        assert consequences.SOONEST <= again.due_at - NOW <= consequences.LATEST
        assert again.body == message.body
        assert message.ended_because == SENT_AGAIN_BY_ITSELF, "no person had a part in it"
        again.state = MessageState.FAILED
        follow(session, again, code, NOW)
        assert others(session, message) == [again], "once, not again and again"


def test_what_would_be_stale_by_then_is_not_tried_again(write: SessionFactory) -> None:
    with write() as session:
        message = refused(session, not_after=NOW + timedelta(minutes=59))
        follow(session, message, 30003, NOW)
        assert others(session, message) == []


@pytest.mark.parametrize("code", [30004, 30007, 21408, 29999])
def test_what_only_people_can_mend_waits_for_them(write: SessionFactory, code: int) -> None:
    with write() as session:
        message = refused(session)
        assert follow(session, message, code, NOW) == Consequence.TELL_STAFF
        assert others(session, message) == []
        assert message.settled_at is None, "it stands on the list of those who decide"


def test_an_account_closed_at_the_provider_stops_the_carrier(write: SessionFactory) -> None:
    with write() as session:
        message = refused(session, kind=MessageKind.REMINDER_DAY)
        assert follow(session, message, 30002, NOW) == Consequence.STOP_CARRIER
        assert breaker.closed_carriers(session, NOW) == {Carrier.TWILIO}
        (stopped,) = breaker.troubled(session, NOW)
        assert stopped.stopped_because


@pytest.mark.parametrize("code", [30001, 30002, 21611])
def test_what_the_provider_let_fall_before_it_left_is_not_lost(
    write: SessionFactory, code: int
) -> None:
    with write() as session:
        message = refused(session, kind=MessageKind.REMINDER_DAY)
        for _ in range(2):
            follow(session, message, code, NOW)
        (again,) = others(session, message)
        assert (again.state, again.body) == (MessageState.PENDING, message.body)
        assert again.due_at == NOW + consequences.TURNED_AWAY_FOR


def test_the_wait_lies_between_its_bounds() -> None:
    assert consequences.wait(0.0) == timedelta(hours=1)
    assert consequences.wait(1.0) == timedelta(hours=4)
