"""What messages leave by: leaving a failing carrier alone, keeping a rate, keeping to a budget."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.config import Prices
from fieldservice.db import transaction
from fieldservice.errors import Refused
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, AttemptOutcome, Message, MessageKind
from fieldservice.models.senders import Carrier, CarrierHealth, Sender
from fieldservice.models.territories import Territory
from fieldservice.notify.channel import Answer
from fieldservice.operations.messages import breaker, pacing, senders, spending
from fieldservice.operations.messages.purse import Purse
from fieldservice.operations.messages.senders import SenderEntry
from tests.conftest import SessionFactory
from tests.factories import NOW, TOMORROW, a_message, a_territory, at

TWILIO = Carrier.TWILIO
DOWN = Answer(AttemptOutcome.UNKNOWN, error="the provider broke down (500)")
WELL = Answer(AttemptOutcome.SENT, "SM1")
SECOND = timedelta(seconds=1)


def fail(session: Session, times: int, now: datetime = NOW) -> None:
    for _ in range(times):
        breaker.note(session, TWILIO, DOWN, now)


class TestBreaker:
    """Leaving a carrier alone that fails."""

    def test_it_rests_after_five_failures_in_a_row(self, write: SessionFactory) -> None:
        with write() as session:
            assert breaker.allowance(session, TWILIO, 40, NOW) == 40
            fail(session, 4)
            assert breaker.allowance(session, TWILIO, 40, NOW) == 40
            fail(session, 1)
            assert breaker.allowance(session, TWILIO, 40, NOW) == 0
            assert breaker.closed_carriers(session, NOW) == {TWILIO}

    def test_one_that_arrives_in_between_ends_the_row(self, write: SessionFactory) -> None:
        with write() as session:
            fail(session, 4)
            breaker.note(session, TWILIO, WELL, NOW)
            fail(session, 4)
            assert breaker.allowance(session, TWILIO, 40, NOW) == 40

    def test_a_number_refused_for_its_own_sake_is_no_failure(self, write: SessionFactory) -> None:
        landline = Answer(AttemptOutcome.REFUSED, error="a landline", code=21614)
        with write() as session:
            fail(session, 4)
            breaker.note(session, TWILIO, landline, NOW)
            fail(session, 1)
            assert breaker.allowance(session, TWILIO, 40, NOW) == 40

    def test_after_its_rest_one_message_goes_first(self, write: SessionFactory) -> None:
        later = NOW + breaker.FIRST_REST
        with write() as session:
            fail(session, 5)
            assert breaker.allowance(session, TWILIO, 40, later) == 1
            assert breaker.allowance(session, TWILIO, 40, later) == 0, "only one tries"

    def test_if_that_one_fails_it_rests_for_longer(self, write: SessionFactory) -> None:
        later = NOW + breaker.FIRST_REST
        with write() as session:
            fail(session, 5)
            breaker.allowance(session, TWILIO, 40, later)
            fail(session, 1, later)
            assert breaker.allowance(session, TWILIO, 40, later + breaker.FIRST_REST) == 0
            assert breaker.allowance(session, TWILIO, 40, later + 2 * breaker.FIRST_REST) == 1

    def test_if_that_one_arrives_all_may_go(self, write: SessionFactory) -> None:
        later = NOW + breaker.FIRST_REST
        with write() as session:
            fail(session, 5)
            breaker.allowance(session, TWILIO, 40, later)
            breaker.note(session, TWILIO, WELL, later)
            assert breaker.allowance(session, TWILIO, 40, later) == 40

    def test_if_that_one_is_never_heard_of_another_tries(self, write: SessionFactory) -> None:
        later = NOW + breaker.FIRST_REST
        with write() as session:
            fail(session, 5)
            breaker.allowance(session, TWILIO, 40, later)
            assert breaker.allowance(session, TWILIO, 40, later + breaker.PROBE) == 1

    def test_no_rest_is_longer_than_a_quarter_of_an_hour(self, write: SessionFactory) -> None:
        with write() as session:
            fail(session, 200)
            assert breaker.allowance(session, TWILIO, 40, NOW + breaker.LONGEST_REST) == 1

    def test_a_clock_put_back_days_does_not_make_it_rest_for_days(
        self, write: SessionFactory
    ) -> None:
        with write() as session:
            fail(session, 5)
            assert breaker.allowance(session, TWILIO, 40, NOW - timedelta(days=3)) == 1

    def test_a_refused_password_stops_it_until_a_person_says_so(
        self, write: SessionFactory
    ) -> None:
        refused = Answer(AttemptOutcome.NOT_SENT, error="the password was refused", code=20003)
        with write() as session:
            breaker.note(session, TWILIO, refused, NOW)
            assert breaker.allowance(session, TWILIO, 40, NOW + timedelta(days=1)) == 0
            (stopped,) = breaker.troubled(session, NOW)
            assert stopped.stopped_because == "the password was refused"
            breaker.resume(session, TWILIO, NOW, None)
            assert breaker.allowance(session, TWILIO, 40, NOW) == 40

    def test_the_console_never_rests(self, write: SessionFactory) -> None:
        with write() as session:
            for _ in range(9):
                breaker.note(session, Carrier.CONSOLE, DOWN, NOW)
            assert breaker.allowance(session, Carrier.CONSOLE, 40, NOW) == 40

    def test_two_processes_count_together(self, app: Flask, write: SessionFactory) -> None:
        def one(_: int) -> None:
            with app.app_context(), transaction() as session:
                breaker.note(session, TWILIO, DOWN, NOW)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(one, range(12)))
        with write() as session:
            assert session.scalars(select(CarrierHealth)).one().failures == 12


def a_sender(session: Session, **changes: object) -> Sender:
    values: dict[str, object] = {"medium": Channel.SMS, "address": "+376600100", "active": True}
    values = {**values, **changes}
    if "territory_id" not in values:
        values["territory_id"] = a_territory(session).id
    sender = Sender(**values)
    session.add(sender)
    session.flush()
    return sender


class TestPacing:
    """Keeping a sender's rate."""

    def test_places_lie_as_far_apart_as_the_rate_says(self, write: SessionFactory) -> None:
        with write() as session:
            sender = a_sender(session, per_second=10.0)
            places = pacing.reserve(session, sender.id, 5, NOW)
            assert (places.count, places.at(4)) == (5, NOW + 0.4 * SECOND)
            following = pacing.reserve(session, sender.id, 5, NOW)
            assert following.at(0) == NOW + 0.5 * SECOND

    def test_no_more_are_given_away_than_a_beat_holds(self, write: SessionFactory) -> None:
        with write() as session:
            sender = a_sender(session, per_second=1.0)
            assert pacing.reserve(session, sender.id, 40, NOW).count == 3
            assert pacing.reserve(session, sender.id, 40, NOW).count == 0
            assert pacing.reserve(session, sender.id, 40, NOW + 2 * SECOND).count == 2

    def test_what_was_not_used_is_not_made_up_for_in_a_burst(self, write: SessionFactory) -> None:
        with write() as session:
            sender = a_sender(session, per_second=1.0)
            pacing.reserve(session, sender.id, 1, NOW)
            assert pacing.reserve(session, sender.id, 40, NOW + timedelta(hours=1)).count == 3

    def test_territories_that_share_a_number_share_its_rate(self, write: SessionFactory) -> None:
        with write() as session:
            first, second = a_sender(session, per_second=5.0), a_sender(session, per_second=1.0)
            assert pacing.reserve(session, first.id, 40, NOW).count == 3
            assert pacing.reserve(session, second.id, 40, NOW).count == 0

    def test_a_clock_put_back_does_not_silence_it(self, write: SessionFactory) -> None:
        with write() as session:
            sender = a_sender(session)
            pacing.reserve(session, sender.id, 1, NOW + timedelta(days=3))
            assert pacing.reserve(session, sender.id, 1, NOW).at(0) == NOW

    def test_two_processes_never_take_one_place_twice(
        self, app: Flask, write: SessionFactory
    ) -> None:
        with write() as session:
            sender_id = a_sender(session, per_second=20.0).id

        def take(number: int) -> list[datetime]:
            with app.app_context(), transaction() as session:
                now = NOW + number * 0.05 * SECOND
                places = pacing.reserve(session, sender_id, 3, now)
            return [places.at(one) for one in range(places.count)]

        with ThreadPoolExecutor(4) as pool:
            taken = sorted(moment for some in pool.map(take, range(40)) for moment in some)
        assert len(taken) > 20
        gaps = [later - earlier for earlier, later in pairwise(taken)]
        assert min(gaps) >= 0.05 * SECOND


class TestTurns:
    """Hands that wait for their turn."""

    def test_the_hands_of_two_processes_share_a_senders_places(
        self, app: Flask, write: SessionFactory
    ) -> None:
        with write() as session:
            sender_id = a_sender(session, per_second=40.0).id
        processes, begun = [pacing.Pacer(), pacing.Pacer()], time.monotonic()

        def now() -> datetime:
            return NOW + timedelta(seconds=time.monotonic() - begun)

        def leave(number: int) -> datetime | None:
            pacer = processes[number % 2]
            return pacer.wait_for_turn(write, sender_id, now, lambda: False)

        with ThreadPoolExecutor(8) as pool:
            places = sorted(one for one in pool.map(leave, range(60)) if one)
        assert len(places) == 60
        gaps = [later - earlier for earlier, later in pairwise(places)]
        assert min(gaps) >= 0.025 * SECOND, "none twice, none in between"

    def test_a_place_that_went_by_is_not_made_up_for(self, write: SessionFactory) -> None:
        with write() as session:
            sender_id = a_sender(session, per_second=50.0).id
        pacer, later = pacing.Pacer(), NOW + timedelta(hours=1)
        first = pacer.wait_for_turn(write, sender_id, lambda: NOW, lambda: False)
        second = pacer.wait_for_turn(write, sender_id, lambda: later, lambda: False)
        assert (first, second) == (NOW, later), "not the one a hundredth of a second after"

    def test_what_is_given_up_takes_no_place(self, write: SessionFactory) -> None:
        with write() as session:
            sender_id = a_sender(session).id
        pacer = pacing.Pacer()
        assert pacer.wait_for_turn(write, sender_id, lambda: NOW, lambda: True) is None
        with write() as session:
            assert session.get_one(Sender, sender_id).next_free_at is None

    def test_looking_takes_no_place(self, write: SessionFactory) -> None:
        with write() as session:
            sender = a_sender(session, per_second=1.0)
            assert pacing.room_for(session, sender.id, 40, NOW) == 3
            assert pacing.room_for(session, sender.id, 2, NOW) == 2
            pacing.reserve(session, sender.id, 3, NOW)
            assert pacing.room_for(session, sender.id, 40, NOW) == 0


PRICES = Prices(sms_segment=80, call_minute=100, cap_per_day=200)


class TestSpending:
    """Keeping to what a day may cost."""

    def test_a_text_costs_by_its_segments_and_a_call_by_its_minutes(self) -> None:
        assert spending.estimate(PRICES, Channel.SMS, "a" * 160) == 80
        assert spending.estimate(PRICES, Channel.SMS, "ő" * 71) == 160
        assert spending.estimate(PRICES, Channel.CALL, "") == 200
        assert spending.estimate(PRICES, Channel.EMAIL, "a" * 9999) == 0

    def test_what_may_have_been_sent_counts_and_what_surely_was_not_does_not(
        self, write: SessionFactory
    ) -> None:
        with write() as session:
            message = a_message(session)
            territory = a_territory(session)
            for number, outcome in enumerate(AttemptOutcome):
                attempt = {"message_id": message.id, "token": f"t{number}", "outcome": outcome}
                session.add(Attempt(**attempt, started_at=NOW, cost_thousandths=10))
            session.flush()
            assert spending.spent_today(session, territory, NOW) == 30
            assert spending.left_today(session, territory, PRICES, NOW) == 170
            assert spending.left_today(session, territory, PRICES, at(TOMORROW, 0)) == 200

    def test_urgent_messages_may_spend_as_much_again(self, write: SessionFactory) -> None:
        with write() as session:
            message = a_message(session)
            session.add(
                Attempt(message_id=message.id, token="t", started_at=NOW, cost_thousandths=230)
            )
            session.flush()
            territory = a_territory(session)
            assert spending.left_today(session, territory, PRICES, NOW) == 0
            assert spending.is_spent(session, territory, PRICES, NOW)
            assert spending.left_today(session, territory, PRICES, NOW, urgent=True) == 170

    def test_no_two_processes_spend_the_same_rest(self, app: Flask, write: SessionFactory) -> None:
        with write() as session:
            ids = [a_message(session).id for _ in range(8)]

        def spend(message_id: int) -> bool:
            with app.app_context(), transaction() as session:
                message = session.get_one(Message, message_id)
                here = session.get_one(Territory, message.territory_id)
                if not Purse(session, PRICES, NOW, {here.id: here}).affords(message, 80):
                    return False
                token = f"t{message_id}"
                attempt = Attempt(message_id=message_id, token=token, started_at=NOW)
                attempt.cost_thousandths = 80
                session.add(attempt)
                return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(spend, ids)) == 2, "a cap of 200 pays for two"

    def test_without_a_cap_nothing_waits(self, write: SessionFactory) -> None:
        with write() as session:
            territory = a_territory(session)
            assert spending.left_today(session, territory, Prices(cap_per_day=0), NOW) is None

    def test_a_code_somebody_waits_for_is_urgent(self, write: SessionFactory) -> None:
        with write() as session:
            assert spending.is_urgent(a_message(session, kind=MessageKind.CODE))
            assert not spending.is_urgent(a_message(session, kind=MessageKind.REMINDER_DAY))


class TestSenders:
    """Which address serves whom."""

    def test_a_number_of_the_customers_own_country_comes_first(self, write: SessionFactory) -> None:
        with write() as session:
            place = a_territory(session).id
            everywhere = a_sender(session, territory_id=place)
            spanish = a_sender(session, territory_id=place, address="+34911000100", serves="ES")
            assert senders.choose_sender(session, place, Channel.SMS, "+34612345678") is spanish
            assert senders.choose_sender(session, place, Channel.SMS, "+376612345") is everywhere
            assert senders.choose_sender(session, place, Channel.CALL, "+376612345") is None
            spanish.active = False
            session.flush()
            assert senders.choose_sender(session, place, Channel.SMS, "+34612345678") is everywhere

    def test_spain_blocks_names_that_are_not_registered(self, write: SessionFactory) -> None:
        with write() as session:
            named = a_sender(session, address="Postvenda", can_be_answered=False)
            place = named.territory_id
            assert senders.choose_sender(session, place, Channel.SMS, "+34612345678") is None
            assert senders.choose_sender(session, place, Channel.SMS, "+376612345") is named
            named.registered = True
            session.flush()
            assert senders.choose_sender(session, place, Channel.SMS, "+34612345678") is named

    def test_only_a_number_can_be_answered(self, write: SessionFactory) -> None:
        with write() as session:
            territory = a_territory(session)
            assert not senders.can_be_answered(session, territory, "+376612345"), "no sender"
            entry = SenderEntry(Channel.SMS, "Postvenda", can_be_answered=True)
            named = senders.add_sender(session, NOW, None, territory, entry)
            assert not named.can_be_answered
            assert not senders.can_be_answered(session, territory, "+376612345")
            number = SenderEntry(Channel.SMS, "600 100", serves="ad")
            senders.add_sender(session, NOW, None, territory, number)
            assert senders.can_be_answered(session, territory, "+376612345")
            assert not senders.can_be_answered(session, territory, "+34612345678")

    def test_the_simulated_phones_can_answer(self, write: SessionFactory) -> None:
        with write() as session:
            territory = a_territory(session, console_only=True)
            assert senders.can_be_answered(session, territory, "+376612345")

    @pytest.mark.parametrize(
        ("entry", "field"),
        [
            (SenderEntry(Channel.SMS, "Postvenda Andorra"), "address"),
            (SenderEntry(Channel.SMS, "12"), "address"),
            (SenderEntry(Channel.CALL, "Postvenda"), "address"),
            (SenderEntry(Channel.SMS, "+376600100", serves="XX"), "serves"),
            (SenderEntry(Channel.SMS, "+376600100", per_second=0), "per_second"),
            (SenderEntry(Channel.EMAIL, "office@example.org"), "medium"),
        ],
    )
    def test_what_cannot_send_is_refused(
        self, write: SessionFactory, entry: SenderEntry, field: str
    ) -> None:
        with write() as session, pytest.raises(Refused) as refusal:
            senders.add_sender(session, NOW, None, a_territory(session), entry)
        assert refusal.value.field == field

    def test_a_sender_is_there_once(self, write: SessionFactory) -> None:
        with write() as session:
            territory = a_territory(session)
            entry = SenderEntry(Channel.SMS, "+376600100")
            made = senders.add_sender(session, NOW, None, territory, entry)
            senders.change_sender(session, NOW, None, made.id, entry)
            with pytest.raises(Refused, match="there already"):
                senders.add_sender(session, NOW, None, territory, entry)
