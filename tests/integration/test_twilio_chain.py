"""Delivery through Twilio while it breaks down: nothing is lost, and nothing leaves twice.

Judged by the local Twilio's own list, not by what we believe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from fieldservice.config import Prices
from fieldservice.models.customers import Channel, Reach
from fieldservice.models.messages import Attempt, Message, MessageKind, MessageState
from fieldservice.models.senders import Carrier, CarrierHealth, Sender
from fieldservice.notify.twilio.channel import twilio_channel
from fieldservice.operations.messages import senders
from fieldservice.operations.messages.delivery import PostRoom
from fieldservice.operations.messages.senders import SenderEntry
from tests.conftest import SessionFactory
from tests.emulator import NUMBER, Emulator, free_port
from tests.factories import NOW, a_customer, a_message, a_territory, a_visit, a_work_order
from tests.faults import Fault, FaultServer, faulty
from tests.integration.post import console_room, deliver_at

NOBODY = "http://127.0.0.1:9"
MINUTE = timedelta(minutes=1)
AT_ELEVEN = NOW + timedelta(hours=2, minutes=30)
"""When people may be called."""
SENT, FAILED = MessageState.SENT, MessageState.FAILED


@dataclass(frozen=True)
class Trial:
    """A message that is due, the road it takes, and the provider at its end."""

    write: SessionFactory
    road: FaultServer
    provider: Emulator
    room: PostRoom
    message_id: int

    def beats(self, *minutes: float) -> None:
        deliver_at(self.room, *(AT_ELEVEN + number * MINUTE for number in minutes))

    @property
    def state(self) -> MessageState:
        with self.write() as session:
            return session.get_one(Message, self.message_id).state


def trial_of(
    write: SessionFactory, emulator: Emulator, road: FaultServer, medium: Channel
) -> Trial:
    settings = replace(emulator.settings(0.5), api_base=road.base_url)
    channels = {Carrier.TWILIO: twilio_channel(settings, NOBODY)}
    room = replace(console_room(write), channels=channels)
    kind = MessageKind.BOOKED
    with write() as session:
        territory = a_territory(session)
        entry = SenderEntry(medium, NUMBER, per_second=50)
        senders.add_sender(session, NOW, None, territory, entry)
        customer = a_customer(session, territory=territory)
        customer.contacts[0].prefers = Reach(medium.value)
        visit = a_visit(session, work_order=a_work_order(session, customer=customer))
        soon = AT_ELEVEN + timedelta(hours=4)
        message = a_message(
            session, visit, kind=kind, channel=medium, not_after=soon, ignores_quiet_hours=True
        )
        return Trial(write, road, emulator, room, message.id)


@pytest.fixture
def trial(write: SessionFactory, emulator: Emulator) -> Iterator[Trial]:
    """A text that is due, with a road that may break."""
    with faulty(emulator.base_url) as road:
        yield trial_of(write, emulator, road, Channel.SMS)


@pytest.fixture
def call(write: SessionFactory, emulator: Emulator) -> Iterator[Trial]:
    """The same with a call."""
    with faulty(emulator.base_url) as road:
        yield trial_of(write, emulator, road, Channel.CALL)


@pytest.mark.parametrize("fault", [one for one in Fault if one != Fault.CODE])
def test_a_text_arrives_once_whatever_happened_to_the_first_request(
    trial: Trial, fault: Fault
) -> None:
    trial.road.fault = fault
    trial.beats(0)
    trial.road.fault = Fault.NONE
    if fault == Fault.PASSWORD:
        _put_right(trial)
    trial.beats(1, 2, 3, 4, 5, 6)
    assert trial.state == SENT
    assert len(trial.provider.messages()) == 1


@pytest.mark.parametrize("fault", [one for one in Fault if one not in (Fault.CODE, Fault.NONE)])
def test_a_call_never_rings_twice_whatever_happened_to_the_first_request(
    call: Trial, fault: Fault
) -> None:
    call.road.fault = fault
    call.beats(0)
    call.road.fault = Fault.NONE
    if fault == Fault.PASSWORD:
        _put_right(call)
    call.beats(1, 2, 3, 4, 5, 6)
    assert len(call.provider.calls()) <= 1
    unheard = call.provider.calls() == []
    assert call.state == (MessageState.NEEDS_HUMAN if unheard else SENT)


@pytest.mark.parametrize(
    "base_url",
    [f"http://127.0.0.1:{free_port()}", "http://nobody.invalid"],
    ids=["nobody listens", "no such name"],
)
def test_a_provider_that_cannot_be_reached_loses_nothing(trial: Trial, base_url: str) -> None:
    settings = replace(trial.provider.settings(0.5), api_base=base_url)
    astray = replace(trial.room, channels={Carrier.TWILIO: twilio_channel(settings, NOBODY)})
    deliver_at(astray, AT_ELEVEN, AT_ELEVEN + MINUTE)
    assert trial.state == MessageState.PENDING
    trial.beats(10, 20)
    assert trial.state == SENT
    assert len(trial.provider.messages()) == 1


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (21610, FAILED),
        (21211, FAILED),
        (21614, FAILED),
        (30003, FAILED),
        (30004, FAILED),
        (30005, FAILED),
        (30006, FAILED),
        (30007, FAILED),
        (30008, FAILED),
        (20003, MessageState.PENDING),
        (20429, MessageState.PENDING),
    ],
)
def test_a_text_refused_by_code_ends_or_waits_as_the_code_says(
    trial: Trial, code: int, state: MessageState
) -> None:
    trial.road.fault, trial.road.code = Fault.CODE, code
    trial.beats(0)
    assert trial.state == state
    assert trial.provider.messages() == []
    with trial.write() as session:
        attempt = session.scalars(select(Attempt)).one()
        assert (attempt.code, attempt.carrier, attempt.sender) == (code, Carrier.TWILIO, NUMBER)


def test_five_failures_in_a_row_leave_the_provider_alone(trial: Trial) -> None:
    with trial.write() as session:
        first = session.get_one(Message, trial.message_id)
        for _ in range(30):
            a_message(session, first.visit, ignores_quiet_hours=True)
    trial.road.fault = Fault.TOO_MANY
    trial.beats(0)
    trial.beats(0.1, 0.2, 0.3)
    asked = trial.road.asked
    assert asked == 5, "what was in hand already is given back"
    trial.road.fault = Fault.NONE
    trial.beats(*(number / 2 for number in range(1, 60)))
    assert len(trial.provider.messages()) == 31


def test_what_a_text_costs_is_noted_and_the_days_cap_holds(trial: Trial) -> None:
    with trial.write() as session:
        first = session.get_one(Message, trial.message_id)
        first.ignores_quiet_hours = False
        for _ in range(4):
            a_message(session, first.visit)
    prices = Prices(sms_segment=80, cap_per_day=3 * 80)
    deliver_at(replace(trial.room, prices=prices), *(AT_ELEVEN + one * MINUTE for one in range(5)))
    assert len(trial.provider.messages()) == 3
    with trial.write() as session:
        costs = session.scalars(select(Attempt.cost_thousandths)).all()
        assert costs == [80, 80, 80]
        waiting = select(Message).where(Message.state == MessageState.PENDING)
        assert len(session.scalars(waiting).all()) == 2, "they wait; nothing is lost"


def test_without_a_sender_a_message_waits_for_one(trial: Trial) -> None:
    with trial.write() as session:
        (sender,) = session.scalars(select(Sender)).all()
        senders.retire_sender(session, NOW, None, sender.id)
    trial.beats(0, 1)
    assert trial.state == MessageState.PENDING
    with trial.write() as session:
        senders.bring_back_sender(session, NOW, None, sender.id)
    trial.beats(20)
    assert trial.state == SENT


def _put_right(trial: Trial) -> None:
    with trial.write() as session:
        health = session.scalars(select(CarrierHealth)).one()
        assert health.stopped_because, "the office is told"
        health.stopped_because = None
