"""Whatever happens on the way to Twilio, the outcome is called what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fieldservice.config import TwilioSettings
from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.models.messages import AttemptOutcome, MessageKind
from fieldservice.notify.channel import Answer, Inquiry, Parcel
from fieldservice.notify.twilio.channel import TwilioChannel, twilio_channel
from fieldservice.notify.twilio.codes import VERDICTS, Consequence, verdict
from tests.emulator import free_port
from tests.faults import Fault, FaultServer, faulty

SENT, NOT_SENT, REFUSED, UNKNOWN = (
    AttemptOutcome.SENT,
    AttemptOutcome.NOT_SENT,
    AttemptOutcome.REFUSED,
    AttemptOutcome.UNKNOWN,
)
NOW = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)
CUSTOMER, OURS = "+376612345", "+376600100"


@pytest.fixture
def provider() -> Iterator[FaultServer]:
    """A provider that breaks down as it is told."""
    with faulty() as server:
        yield server


WAITED_OUT = (Fault.SLOW, Fault.DRIPPING, Fault.DRIPPING_HEADERS)


def channel_to(base_url: str, seconds: float = 30) -> TwilioChannel:
    """Our channel, asking there."""
    settings = TwilioSettings("AC" + "0" * 32, "secret", "", base_url, seconds)
    return twilio_channel(settings, "https://visits.example.org")


def parcel(medium: Channel = Channel.SMS) -> Parcel:
    return Parcel(
        token="token",
        to=CUSTOMER,
        medium=medium,
        body="See you tomorrow 10-12.",
        language=Language.ENGLISH,
        valid_for=timedelta(hours=2),
        kind=MessageKind.REMINDER_DAY,
        sender=OURS,
    )


def ask(provider: FaultServer, fault: Fault, medium: Channel = Channel.SMS) -> Answer:
    provider.fault = fault
    seconds = 0.5 if fault in WAITED_OUT else 30
    return channel_to(provider.base_url, seconds).hand_over(parcel(medium))


@pytest.mark.parametrize("medium", [Channel.SMS, Channel.CALL])
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.NONE, SENT),
        (Fault.SLOW, UNKNOWN),
        (Fault.TOO_MANY, NOT_SENT),
        (Fault.SERVER_ERROR, UNKNOWN),
        (Fault.BAD_GATEWAY, UNKNOWN),
        (Fault.RESET, UNKNOWN),
        (Fault.EMPTY, UNKNOWN),
        (Fault.TRUNCATED, UNKNOWN),
        (Fault.DRIPPING, UNKNOWN),
        (Fault.DRIPPING_HEADERS, UNKNOWN),
        (Fault.FORBIDDEN, NOT_SENT),
        (Fault.PASSWORD, NOT_SENT),
    ],
)
def test_each_breakdown_has_its_outcome(
    provider: FaultServer, fault: Fault, outcome: AttemptOutcome, medium: Channel
) -> None:
    answer = ask(provider, fault, medium)
    assert answer.outcome == outcome, answer
    assert (answer.provider_id is not None) == (outcome == SENT)
    if fault not in WAITED_OUT:
        assert provider.asked == 1, "no library asks again by itself"


@pytest.mark.parametrize(
    "base_url",
    [f"http://127.0.0.1:{free_port()}", "http://nobody.invalid:8000"],
    ids=["nobody listens", "no such name"],
)
def test_what_never_connected_was_not_sent(base_url: str) -> None:
    answer = channel_to(base_url).hand_over(parcel())
    assert answer.outcome == NOT_SENT
    assert answer.error == "the provider could not be reached"


def test_nobody_is_waited_for_longer_than_the_settings_say() -> None:
    assert TwilioSettings("AC", "secret").timeout_seconds == 10
    patient = channel_to("https://api.twilio.com", 7.5).texts.client.http_client
    assert patient.timeout == 7.5


def test_a_provider_that_asks_for_patience_gets_it(provider: FaultServer) -> None:
    answer = ask(provider, Fault.TOO_MANY)
    assert (answer.code, answer.again_after) == (20429, timedelta(seconds=45))


def test_a_refused_password_is_named_so_that_the_carrier_is_stopped(provider: FaultServer) -> None:
    answer = ask(provider, Fault.PASSWORD)
    assert answer.code == 20003
    assert verdict(20003, Channel.SMS).consequence == Consequence.STOP_CARRIER


@pytest.mark.parametrize(
    ("code", "outcome", "consequence"),
    [
        (21610, REFUSED, Consequence.OPTED_OUT),
        (20003, NOT_SENT, Consequence.STOP_CARRIER),
        (20429, NOT_SENT, Consequence.BACK_OFF),
        (30003, REFUSED, Consequence.ONE_RETRY),
        (30008, REFUSED, Consequence.ONE_RETRY),
        (30004, REFUSED, Consequence.TELL_STAFF),
        (30007, REFUSED, Consequence.TELL_STAFF),
        (30005, REFUSED, Consequence.UNTEXTABLE),
        (30006, REFUSED, Consequence.UNTEXTABLE),
        (21614, REFUSED, Consequence.UNTEXTABLE),
        (21211, REFUSED, Consequence.UNTEXTABLE),
        (29999, REFUSED, Consequence.TELL_STAFF),
    ],
)
def test_each_code_has_its_outcome_and_consequence(
    provider: FaultServer, code: int, outcome: AttemptOutcome, consequence: Consequence
) -> None:
    provider.code = code
    answer = ask(provider, Fault.CODE)
    assert (answer.outcome, answer.code) == (outcome, code)
    assert verdict(code, Channel.SMS).consequence == consequence


def test_what_takes_no_texts_may_still_be_called_and_the_other_way_round() -> None:
    assert verdict(21614, Channel.CALL).consequence == Consequence.TELL_STAFF
    assert verdict(21610, Channel.CALL).consequence == Consequence.OPTED_OUT


def test_no_error_tells_a_number_or_overflows_its_column() -> None:
    for found in VERDICTS.values():
        assert len(found.words) < 150
        assert not any(sign.isdigit() for sign in found.words)


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.EMPTY, Fault.TRUNCATED])
def test_a_list_that_cannot_be_read_settles_nothing(provider: FaultServer, fault: Fault) -> None:
    inquiry = Inquiry("token", None, CUSTOMER, OURS, Channel.SMS, "words", NOW)
    provider.lists_too = True
    provider.fault = fault
    assert channel_to(provider.base_url).look_up(inquiry).outcome == UNKNOWN


@pytest.mark.parametrize(
    ("valid_for", "told"),
    [(timedelta(hours=2), "7200"), (timedelta(days=2), "36000"), (timedelta(seconds=1), "6")],
)
def test_a_text_says_how_long_it_stays_true_and_where_its_receipts_go(
    provider: FaultServer, valid_for: timedelta, told: str
) -> None:
    channel_to(provider.base_url).hand_over(replace(parcel(), valid_for=valid_for))
    assert provider.form["ValidityPeriod"] == [told]
    assert provider.form["StatusCallback"] == ["https://visits.example.org/twilio/receipt/token"]
    assert provider.form["From"] == [OURS]


def test_a_pool_of_numbers_is_named_as_one(provider: FaultServer) -> None:
    pool = "MG" + "0" * 32
    channel_to(provider.base_url).hand_over(replace(parcel(), sender=pool))
    assert provider.form["MessagingServiceSid"] == [pool]
    assert "From" not in provider.form


def test_a_call_is_told_where_its_script_is_and_to_notice_machines(provider: FaultServer) -> None:
    channel_to(provider.base_url).hand_over(parcel(Channel.CALL))
    base = "https://visits.example.org/twilio/voice/token"
    assert provider.form["Url"] == [base]
    assert provider.form["StatusCallback"] == [f"{base}/status"]
    assert provider.form["MachineDetection"] == ["Enable"]


def test_no_log_tells_a_number_or_words(
    provider: FaultServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for fault in (Fault.NONE, Fault.SERVER_ERROR, Fault.PASSWORD):
        ask(provider, fault)
    channel_to(provider.base_url).look_up(
        Inquiry("token", None, CUSTOMER, OURS, Channel.SMS, "words", NOW)
    )
    for private in (CUSTOMER, CUSTOMER.lstrip("+"), "tomorrow", "secret"):
        assert private not in caplog.text


@pytest.mark.parametrize("medium", [Channel.SMS, Channel.CALL])
@pytest.mark.parametrize("sid", [12345, "S" * 65, "SM\0", "", None, ["SM1"]])
def test_an_answer_that_names_nothing_plausible_says_nothing(
    provider: FaultServer, sid: object, medium: Channel
) -> None:
    provider.sid = sid
    answer = ask(provider, Fault.NONE, medium)
    assert (answer.outcome, answer.provider_id) == (UNKNOWN, None)


@pytest.mark.parametrize("code", [2**31, 10**30, -21211, "many", [1]])
def test_a_code_that_can_be_none_is_not_kept(provider: FaultServer, code: object) -> None:
    provider.code = code
    answer = ask(provider, Fault.CODE)
    assert (answer.outcome, answer.code) == (NOT_SENT, None)
