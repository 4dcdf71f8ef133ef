"""What a visit owes its customer as it is booked, moved, cancelled and driven to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.models.customers import Channel, Consent, Contact, ContactRole, Reach
from fieldservice.models.kinds import Language
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.work_orders import Visit, VisitState, WorkOrderContact
from fieldservice.operations.messages.recipients import Recipient, recipients
from fieldservice.operations.messages.reminders import (
    owe_booked,
    owe_cancelled,
    owe_changed,
    owe_no_access,
    owe_on_my_way,
    owe_reminders,
    void_unsent,
    would_be_told,
)
from fieldservice.operations.messages.surveys_owed import owe_survey
from tests.conftest import SessionFactory
from tests.factories import (
    NOW,
    TODAY,
    TOMORROW,
    ZONE,
    a_customer,
    a_visit,
    a_work_order,
    an_asset,
    at,
)
from tests.integration.post import messages, states

EVENING = at(TODAY, 22)


def told(visit: Visit) -> tuple[datetime, datetime]:
    assert visit.told_from
    assert visit.told_until
    return visit.told_from, visit.told_until


def move(session: Session, visit: Visit, hour: int, now: datetime = NOW) -> list[Message]:
    """The visit now promises two hours from that hour on, as booking would do it."""
    before = told(visit)
    day = clock.local_day(before[0], ZONE)
    visit.told_from, visit.told_until = at(day, hour), at(day, hour + 2)
    visit.version += 1
    void_unsent(session, visit, now, "the visit was moved")
    return owe_changed(session, visit, now, before)


def send(*owed: Message) -> None:
    for message in owed:
        message.state = MessageState.SENT
        message.sent_at = NOW


def refuse(contact: Contact, channel: Channel) -> None:
    contact.consents.append(
        Consent(channel=channel, granted=False, given_at=NOW, wording="no texts", source="phone")
    )


def test_a_booking_is_confirmed_at_once_in_the_contacts_language(write: SessionFactory) -> None:
    with write() as session:
        customer = a_customer(session, name="Szabó Anna", language=Language.HUNGARIAN)
        visit = a_visit(session, a_work_order(session, customer))
        (message,) = owe_booked(session, visit, NOW)
        assert message.body.startswith("Szabó Anna: időpontja márc. 11., szerda, 10-12 óra")
        assert "javítás" in message.body
        assert (message.due_at, message.state) == (NOW, MessageState.PENDING)
        contact_id = customer.contacts[0].id
        assert message.dedupe_key == f"booked:{visit.id}:1:{contact_id}:1"


def test_a_known_product_is_named_rather_than_the_kind_of_work(write: SessionFactory) -> None:
    with write() as session:
        asset = an_asset(session)
        visit = a_visit(session, a_work_order(session, asset.customer, asset_id=asset.id))
        (message,) = owe_booked(session, visit, NOW)
        assert "Calor Caldera 24" in message.body


def test_asked_twice_it_is_owed_once(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        assert owe_booked(session, visit, NOW) == owe_booked(session, visit, NOW)
        assert len(messages(session, visit.id)) == 1


def test_a_confirmation_by_night_waits_unless_the_customer_just_booked(
    write: SessionFactory,
) -> None:
    with write() as session:
        (for_morning,) = owe_booked(session, a_visit(session), EVENING)
        assert for_morning.due_at == at(TOMORROW, 8)
        (at_once,) = owe_booked(session, a_visit(session), EVENING, answers_customer=True)
        assert (at_once.due_at, at_once.ignores_quiet_hours) == (EVENING, True)


def test_a_confirmation_by_night_of_a_visit_first_thing_in_the_morning_leaves_at_once(
    write: SessionFactory,
) -> None:
    with write() as session:
        (text,) = owe_booked(session, a_visit(session, told=(8, 10)), EVENING)
        assert (text.due_at, text.ignores_quiet_hours) == (EVENING, True)
        (later,) = owe_booked(session, a_visit(session, told=(10, 12)), EVENING)
        assert (later.due_at, later.ignores_quiet_hours) == (at(TOMORROW, 8), False)
        (by_day,) = owe_booked(session, a_visit(session, told=(8, 10)), at(TOMORROW, 8, 5))
        assert not by_day.ignores_quiet_hours
        customer = a_customer(session)
        customer.contacts[0].prefers = Reach.CALL
        rung = a_visit(session, a_work_order(session, customer), told=(8, 10))
        (by_hand,) = owe_booked(session, rung, EVENING)
        assert by_hand.channel == Channel.BY_HAND, "nobody is rung by night"


def test_both_reminders_are_owed_and_say_tomorrow_and_today(write: SessionFactory) -> None:
    with write() as session:
        customer = a_customer(session, language=Language.CATALAN)
        visit = a_visit(session, a_work_order(session, customer))
        day, hours = owe_reminders(session, visit, NOW)
        assert (day.due_at, hours.due_at) == (at(TODAY, 10), at(TOMORROW, 8))
        assert "demà, dimecres 11 de març, 10-12 h" in day.body
        assert "avui, dimecres 11 de març, 10-12 h" in hours.body


def test_reminders_whose_time_has_passed_are_left_out(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        (hours,) = owe_reminders(session, visit, at(TODAY, 10))
        assert hours.kind == MessageKind.REMINDER_HOURS
        assert owe_reminders(session, a_visit(session), at(TOMORROW, 8)) == []


def test_an_early_visit_is_reminded_of_the_evening_before(write: SessionFactory) -> None:
    with write() as session:
        hours = owe_reminders(session, a_visit(session, told=(8, 10)), NOW)[-1]
        assert hours.due_at == at(TODAY, 19)
        assert hours.not_after < at(TOMORROW, 0)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_reminders_follow_the_sites_wall_when_the_clock_changes(
    write: SessionFactory, day: date
) -> None:
    with write() as session:
        visit = a_visit(session, day=day)
        early, late = owe_reminders(session, visit, NOW)
        assert early.due_at == at(day - timedelta(days=1), 10)
        assert late.due_at == at(day, 8)


def test_a_visit_in_another_zone_is_reminded_by_its_own_clock(write: SessionFactory) -> None:
    with write() as session:
        customer = a_customer(session)
        customer.sites[0].zone = "Atlantic/Canary"
        session.flush()
        visit = a_visit(session, a_work_order(session, customer))
        assert told(visit)[0] == datetime(2026, 3, 11, 10, tzinfo=UTC)
        day, _ = owe_reminders(session, visit, NOW)
        assert "10-12" in day.body


def test_a_move_voids_the_unsent_and_tells_the_new_window(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        send(*owe_booked(session, visit, NOW))
        owe_reminders(session, visit, NOW)
        (changed,) = move(session, visit, 15)
        owe_reminders(session, visit, NOW)
        assert changed.kind == MessageKind.CHANGED
        assert states(session, visit.id) == [
            ("booked", "sent"),
            ("reminder_day", "void"),
            ("reminder_hours", "void"),
            ("changed", "pending"),
            ("reminder_day", "pending"),
            ("reminder_hours", "pending"),
        ]


def test_there_and_back_again_tells_nothing(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        send(*owe_booked(session, visit, NOW))
        assert len(move(session, visit, 15)) == 1
        assert move(session, visit, 10) == []
        assert states(session, visit.id) == [("booked", "sent"), ("changed", "void")]


def test_there_and_back_is_told_once_the_customer_knew_of_it(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        send(*owe_booked(session, visit, NOW))
        send(*move(session, visit, 15))
        (back,) = move(session, visit, 10)
        assert back.instead_of_from == at(TOMORROW, 15)


def test_a_promise_made_elsewhere_counts_as_told(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        (changed,) = move(session, visit, 15)
        assert (changed.kind, changed.instead_of_from) == (MessageKind.CHANGED, at(TOMORROW, 10))
        assert move(session, visit, 10) == []
        (again,) = move(session, visit, 16)
        assert again.instead_of_from == at(TOMORROW, 10)


def test_who_never_got_the_confirmation_gets_it_with_the_new_window(
    write: SessionFactory,
) -> None:
    with write() as session:
        visit = a_visit(session)
        owe_booked(session, visit, NOW)
        (instead,) = move(session, visit, 15)
        assert (instead.kind, instead.tells_from) == (MessageKind.BOOKED, at(TOMORROW, 15))
        (once_more,) = move(session, visit, 10)
        assert (once_more.kind, once_more.tells_from) == (MessageKind.BOOKED, at(TOMORROW, 10))


def test_after_a_cancellation_the_same_window_is_told_afresh(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        send(*owe_booked(session, visit, NOW))
        visit.version += 1
        send(*owe_cancelled(session, visit, NOW))
        visit.version += 1
        (again,) = owe_changed(session, visit, NOW, told(visit))
        assert (again.kind, again.tells_from) == (MessageKind.BOOKED, at(TOMORROW, 10))


def test_a_preview_says_who_would_be_told(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        send(*owe_booked(session, visit, NOW))
        assert would_be_told(session, visit, told(visit)) == []
        later = (at(TOMORROW, 15), at(TOMORROW, 17))
        assert [one.contact for one in would_be_told(session, visit, later)] == (
            visit.work_order.customer.contacts
        )


def test_texts_of_publishing_wait_for_an_undo(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        before = told(visit)
        visit.told_from = at(TOMORROW, 11)
        visit.version += 1
        hold = NOW + timedelta(minutes=3)
        (changed,) = owe_changed(session, visit, NOW, before, due_at=hold)
        assert changed.due_at == hold


@pytest.mark.parametrize(("hour", "at_once"), [(9, True), (11, False)])
def test_a_change_within_twelve_hours_is_told_at_any_hour(
    write: SessionFactory, hour: int, at_once: bool
) -> None:
    with write() as session:
        visit = a_visit(session, told=(hour, hour + 2))
        (changed,) = move(session, visit, 15, EVENING)
        assert changed.ignores_quiet_hours is at_once
        assert changed.due_at == (EVENING if at_once else at(TOMORROW, 8))


def test_a_cancellation_names_the_window_that_falls_away(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        send(*owe_booked(session, visit, NOW))
        visit.state, visit.version = VisitState.CANCELLED, 2
        void_unsent(session, visit, NOW, "cancelled")
        (message,) = owe_cancelled(session, visit, NOW)
        assert message.not_after == at(TOMORROW, 12)
        assert "dimecres 11 de març, 10-12 h" in message.body


def test_nobody_is_told_of_a_cancelled_window_that_is_over(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        assert owe_cancelled(session, visit, at(TOMORROW, 13)) == []


def test_on_my_way_tells_the_arrival_on_the_sites_wall(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        now = at(TOMORROW, 9, 30)
        (message,) = owe_on_my_way(session, visit, at(TOMORROW, 10, 5), now)
        assert "10:05" in message.body
        assert message.not_after == at(TOMORROW, 10, 5)
        assert message.ignores_quiet_hours


def test_a_closed_door_is_told_with_the_offices_number(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session, state=VisitState.NO_ACCESS, ended_at=at(TOMORROW, 10, 20))
        (message,) = owe_no_access(session, visit, at(TOMORROW, 10, 21))
        assert "10:20" in message.body
        assert "+376 800 100" in message.body


def test_those_named_on_the_work_get_the_texts_each_number_once(write: SessionFactory) -> None:
    with write() as session:
        customer = a_customer(session)
        order = a_work_order(session, customer)
        daughter = Contact(
            name="Laia", phone="+376355555", language=Language.SPANISH, role=ContactRole.RELATIVE
        )
        partner = Contact(name="Pau", phone="+376355555", language=Language.CATALAN)
        customer.contacts += [daughter, partner]
        session.flush()
        for contact, texts in ((customer.contacts[0], False), (daughter, True), (partner, True)):
            order.contacts.append(WorkOrderContact(contact=contact, receives_texts=texts))
        session.flush()
        told_by_text = recipients(a_visit(session, order), MessageKind.BOOKED)
        assert told_by_text == [Recipient(daughter, Channel.SMS)]


def test_without_anybody_named_the_first_contact_with_a_phone_is_told(
    write: SessionFactory,
) -> None:
    with write() as session:
        customer = a_customer(session)
        customer.contacts[0].phone = None
        customer.contacts.append(Contact(name="Jordi", phone="+376366666", language="ca"))
        session.flush()
        visit = a_visit(session, a_work_order(session, customer))
        (one,) = recipients(visit, MessageKind.BOOKED)
        assert (one.contact.name, one.channel) == ("Jordi", Channel.SMS)


def test_who_opted_out_of_texts_is_rung_instead_and_replaced_by_nobody(
    write: SessionFactory,
) -> None:
    with write() as session:
        visit = a_visit(session)
        refuse(visit.work_order.customer.contacts[0], Channel.SMS)
        session.flush()
        (call,) = owe_booked(session, visit, NOW)
        assert (call.channel, call.contact) == (
            Channel.CALL,
            visit.work_order.customer.contacts[0],
        )


def test_who_takes_neither_texts_nor_calls_is_told_by_a_person(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session)
        refuse(visit.work_order.customer.contacts[0], Channel.SMS)
        refuse(visit.work_order.customer.contacts[0], Channel.CALL)
        session.flush()
        (by_hand,) = owe_booked(session, visit, NOW)
        assert by_hand.channel == Channel.BY_HAND


def test_a_completed_visit_owes_one_call_at_a_polite_hour(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session, state=VisitState.COMPLETED)
        saturday_evening = datetime(2026, 3, 7, 19, 15, tzinfo=UTC)
        (call,) = owe_survey(session, visit, saturday_evening)
        assert (call.channel, call.due_at) == (Channel.CALL, at(date(2026, 3, 9), 10))
        assert owe_survey(session, visit, NOW) == []


def test_who_takes_no_calls_is_asked_by_text(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session, state=VisitState.COMPLETED)
        refuse(visit.work_order.customer.contacts[0], Channel.CALL)
        session.flush()
        (text,) = owe_survey(session, visit, NOW)
        assert text.kind == MessageKind.SURVEY_TEXT
