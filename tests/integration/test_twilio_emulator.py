"""The Twilio channel against a local Twilio: what we send stands in its list and is found there."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.models.messages import AttemptOutcome, MessageKind
from fieldservice.notify.channel import Inquiry, Parcel
from fieldservice.notify.twilio.channel import TwilioChannel, twilio_channel
from tests.emulator import NUMBER, OTHER_NUMBER, Emulator
from tests.faults import Fault, faulty

CUSTOMER = "+376612345"
OURS = "http://127.0.0.1:9"
"""Nobody listens there: what is called back is not the matter here."""
BODY = "Demà 10-12 · Ágnes, őrült űrhajó: https://visits.example.org/v/abc"


@pytest.fixture
def channel(emulator: Emulator) -> TwilioChannel:
    """Our channel, asking the local Twilio."""
    return twilio_channel(emulator.settings(), OURS)


def parcel(medium: Channel = Channel.SMS, body: str = BODY, token: str = "one") -> Parcel:
    return Parcel(
        token=token,
        to=CUSTOMER,
        medium=medium,
        body=body,
        language=Language.CATALAN,
        valid_for=timedelta(hours=2),
        kind=MessageKind.REMINDER_DAY,
        sender=NUMBER,
    )


def inquiry(medium: Channel = Channel.SMS, body: str = BODY) -> Inquiry:
    return Inquiry("one", None, CUSTOMER, NUMBER, medium, body, datetime.now(UTC))


def test_a_text_stands_in_the_providers_list_as_we_wrote_it(
    emulator: Emulator, channel: TwilioChannel
) -> None:
    answer = channel.hand_over(parcel())
    assert answer.outcome == AttemptOutcome.SENT
    (listed,) = emulator.messages(CUSTOMER)
    assert (listed["sid"], listed["body"], listed["from"]) == (answer.provider_id, BODY, NUMBER)


def test_a_call_stands_in_the_providers_list(emulator: Emulator, channel: TwilioChannel) -> None:
    answer = channel.hand_over(parcel(Channel.CALL))
    (listed,) = emulator.calls(CUSTOMER)
    assert (listed["sid"], listed["from"]) == (answer.provider_id, NUMBER)


@pytest.mark.parametrize("medium", [Channel.SMS, Channel.CALL])
def test_what_was_sent_is_found_by_what_we_know_of_it(
    channel: TwilioChannel, medium: Channel
) -> None:
    assert channel.look_up(inquiry(medium)).outcome == AttemptOutcome.NOT_SENT
    sent = channel.hand_over(parcel(medium))
    found = channel.look_up(inquiry(medium))
    assert (found.outcome, found.provider_id) == (AttemptOutcome.SENT, sent.provider_id)


def test_nothing_else_is_taken_for_it(channel: TwilioChannel) -> None:
    other = channel.hand_over(parcel(body="Other words."))
    assert other.provider_id
    assert channel.look_up(inquiry()).outcome == AttemptOutcome.NOT_SENT
    same_words = inquiry(body="Other words.")
    known = replace(same_words, taken=frozenset({other.provider_id}))
    assert channel.look_up(known).outcome == AttemptOutcome.NOT_SENT
    elsewhere = replace(same_words, to="+376699999")
    assert channel.look_up(elsewhere).outcome == AttemptOutcome.NOT_SENT
    from_elsewhere = replace(same_words, sender=OTHER_NUMBER)
    assert channel.look_up(from_elsewhere).outcome == AttemptOutcome.NOT_SENT
    days_later = replace(same_words, started_at=datetime.now(UTC) + timedelta(days=2))
    assert channel.look_up(days_later).outcome == AttemptOutcome.NOT_SENT


@pytest.mark.parametrize(
    "listed",
    [
        f"Sent from your Twilio trial account - {BODY}",
        "  ".join(BODY.replace("’", "'").replace("–", "-").split()),
        unicodedata.normalize("NFD", BODY),
    ],
    ids=["opened by the provider", "other signs", "other accents"],
)
def test_words_the_provider_lists_a_little_otherwise_are_ours(
    emulator: Emulator, channel: TwilioChannel, listed: str
) -> None:
    emulator.send_from_elsewhere(CUSTOMER, listed)
    assert channel.look_up(inquiry()).outcome == AttemptOutcome.SENT


def test_what_a_customer_wrote_is_not_ours(emulator: Emulator, channel: TwilioChannel) -> None:
    emulator.inbound_message(CUSTOMER, BODY)
    back = replace(inquiry(), to=NUMBER, sender=CUSTOMER)
    assert channel.look_up(back).outcome == AttemptOutcome.NOT_SENT


def test_one_that_failed_there_is_said_to_have_failed(
    emulator: Emulator, channel: TwilioChannel
) -> None:
    sid = channel.hand_over(parcel()).provider_id
    assert sid
    emulator.message_status(sid, "undelivered")
    assert channel.look_up(inquiry()).outcome == AttemptOutcome.REFUSED


@pytest.mark.parametrize(
    "fault",
    [
        Fault.EMPTY,
        Fault.TRUNCATED,
        Fault.RESET_BUT_TAKEN,
        Fault.SERVER_ERROR_BUT_TAKEN,
        Fault.SLOW_BUT_TAKEN,
    ],
)
def test_what_was_taken_though_nobody_said_so_is_found_later(
    emulator: Emulator, fault: Fault
) -> None:
    with faulty(emulator.base_url) as road:
        settings = replace(emulator.settings(0.5), api_base=road.base_url)
        channel = twilio_channel(settings, OURS)
        road.fault = fault
        assert channel.hand_over(parcel()).outcome == AttemptOutcome.UNKNOWN
        (listed,) = emulator.messages(CUSTOMER)
        found = channel.look_up(inquiry())
    assert (found.outcome, found.provider_id) == (AttemptOutcome.SENT, listed["sid"])


def test_a_number_that_is_not_ours_is_refused_by_its_code(channel: TwilioChannel) -> None:
    answer = channel.hand_over(replace(parcel(), sender="+376655555"))
    assert (answer.outcome, answer.code) == (AttemptOutcome.REFUSED, 21606)


def test_a_wrong_password_is_no_reason_to_give_a_message_up(emulator: Emulator) -> None:
    wrong = replace(emulator.settings(), auth_token="wrong")
    answer = twilio_channel(wrong, OURS).hand_over(parcel())
    assert (answer.outcome, answer.code) == (AttemptOutcome.NOT_SENT, 20003)


def test_without_a_sender_nobody_is_asked(emulator: Emulator, channel: TwilioChannel) -> None:
    answer = channel.hand_over(replace(parcel(), sender=""))
    assert (answer.outcome, answer.code) == (AttemptOutcome.REFUSED, None)
    assert emulator.messages() == []


def test_the_providers_whole_list_can_be_read(emulator: Emulator, channel: TwilioChannel) -> None:
    for number in range(205):
        channel.hand_over(parcel(body=f"Text {number}"))
    channel.hand_over(parcel(Channel.CALL))
    emulator.inbound_message(CUSTOMER, "1")
    carried = list(channel.handed_over_since(datetime.now(UTC) - timedelta(hours=1)))
    assert len({one.provider_id for one in carried}) == 206
    assert {one.medium for one in carried} == {Channel.SMS, Channel.CALL}
    assert not list(channel.handed_over_since(datetime.now(UTC) + timedelta(hours=1)))
