"""Sender processes are killed at every point, again and again: nothing is lost or sent twice.

Two real processes at a time, ended by SIGKILL at a crash point or at any moment, judged on
our database and on the list of a provider that knows nothing of us.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGKILL

import pytest
from sqlalchemy import select

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Message, MessageState
from fieldservice.notify.twilio.channel import twilio_channel
from fieldservice.operations.doctor.provider import compare
from tests.emulator import Emulator
from tests.trials.company import Company, company
from tests.trials.orders import Orders
from tests.trials.senders import Senders, senders

KILLS, KILLS_IN_SOAK, KILLS_OF_THE_NAIVE = 150, 3000, 12
ANYWHERE = [0, 0, 1, 2, 3, 4, 4, 5, 5, 6, 7]
WITH_A_REQUEST_OUT = [4, 5]
A_ROUND = 7
"""So many messages fall due for each two senders."""
ANY_MOMENT_SECONDS = 0.25
A_LEASE = timedelta(seconds=130)
A_REST = timedelta(minutes=16)
"""Longer than the longest backoff."""


def some_death(chance: random.Random, *, naive: bool = False) -> Orders:
    """Where a sender dies next."""
    point = chance.choice(WITH_A_REQUEST_OUT if naive else ANYWHERE)
    after = chance.uniform(0, ANY_MOMENT_SECONDS) if point == 0 else chance.randint(1, 2)
    return Orders(point=point, after=after, naive=naive)


def kill(ours: Company, running: Senders, kills: int, seed: int, *, naive: bool = False) -> None:
    """Let senders work and die, two at a time, until so many were killed."""
    chance = random.Random(seed)
    killed = 0
    while killed < kills:
        ours.owe(A_ROUND)
        deaths = [some_death(chance, naive=naive) for _ in range(2)]
        ended = running.run(*(at(ours, one) for one in deaths))
        assert all(one.signal or not one.status for one in ended)
        killed += sum(one.signal == SIGKILL for one in ended)
        ours.leases_run_out()
        ours.offset += A_LEASE


def at(ours: Company, orders: Orders) -> Orders:
    """The same orders at the trial's time."""
    return Orders(
        ours.offset.total_seconds(), orders.point, orders.after, orders.naive, orders.linger_seconds
    )


def recover(ours: Company, running: Senders) -> None:
    """Healthy senders come by until nothing is left to do."""
    for _ in range(12):
        ended = running.run(*[at(ours, Orders(point=-1))] * 2)
        assert [one.status for one in ended] == [0, 0]
        if not ours.still_open():
            return
        ours.leases_run_out()
        ours.offset += A_REST
    pytest.fail(f"{ours.still_open()} messages or callbacks never came to an end")


def faults(ours: Company) -> list[str]:
    """What is wrong, on the provider's list and on our own record."""
    listed = Counter(one["body"] for one in ours.emulator.messages())
    found = [f"sent {listed[words]} times: {words}" for words in ours.texts if listed[words] > 1]
    found += [f"never asked for: {words}" for words in listed if words not in ours.texts]
    rung = Counter(one["to"] for one in ours.emulator.calls())
    with ours.read() as session:
        for message in session.scalars(select(Message).where(Message.channel == Channel.SMS)):
            if message.state not in (MessageState.SENT, MessageState.DELIVERED):
                found.append(f"{message.state}: {message.body}")
            elif not listed[message.body]:
                found.append(f"lost: {message.body}")
        calls = list(session.scalars(select(Message).where(Message.channel == Channel.CALL)))
        owed = Counter(one.to_address for one in calls)
        unsure = Counter(one.to_address for one in calls if one.state == MessageState.NEEDS_HUMAN)
    for phone in owed:
        if not owed[phone] - unsure[phone] <= rung[phone] <= owed[phone]:
            ends = Counter(one.state.value for one in calls if one.to_address == phone)
            found.append(f"{phone} got {rung[phone]} calls: {dict(ends)}")
    return found + provider_faults(ours)


def provider_faults(ours: Company) -> list[str]:
    """What the doctor finds when it lays the provider's list beside our record."""
    assert ours.settings.twilio
    channel = twilio_channel(ours.settings.twilio, ours.settings.public_base_url)
    since = datetime.now(UTC) - timedelta(days=1)
    with ours.read() as session:
        carried = channel.handed_over_since(since)
        return [str(one) for one in compare(session, carried, since, datetime.now(UTC))]


def die_and_recover(
    database_url: str, folder: Path, emulator: Emulator, kills: int, *, naive: bool = False
) -> list[str]:
    """What is wrong after so many kills and a recovery."""
    with company(database_url, folder, emulator) as ours, senders(ours.settings) as running:
        ours.owe(len(ours.homes))
        running.warm_up()
        kill(ours, running, kills, seed=kills, naive=naive)
        recover(ours, running)
        return faults(ours)


def test_killed_senders_lose_nothing_and_send_nothing_twice(
    database_url: str, tmp_path: Path, emulator: Emulator
) -> None:
    assert die_and_recover(database_url, tmp_path, emulator, KILLS // 2) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_careless_sender_is_caught_by_the_same_judge(
    database_url: str, tmp_path: Path, emulator: Emulator
) -> None:
    found = die_and_recover(database_url, tmp_path, emulator, KILLS_OF_THE_NAIVE, naive=True)
    assert any(one.startswith("sent ") or " calls: " in one for one in found), found


@pytest.mark.soak
def test_thousands_of_killed_senders_lose_nothing_and_send_nothing_twice(
    database_url: str, tmp_path: Path, emulator: Emulator
) -> None:
    assert die_and_recover(database_url, tmp_path, emulator, KILLS_IN_SOAK // 2) == []
