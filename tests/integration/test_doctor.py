"""The doctor: silent on a sound database, and each broken promise turns it red."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from fieldservice import clock
from fieldservice.cli import main
from fieldservice.config import Settings
from fieldservice.db import db
from fieldservice.models.callbacks import CallbackKind
from fieldservice.models.customers import Channel, Consent
from fieldservice.models.messages import (
    Attempt,
    AttemptOutcome,
    ConsoleDelivery,
    Message,
    MessageKind,
    MessageState,
    Report,
)
from fieldservice.models.plans import Stop
from fieldservice.models.work_orders import RequiredSkill, Visit, VisitState
from fieldservice.operations import liveness
from fieldservice.operations.doctor import CHECKS, examine
from fieldservice.operations.messages.callbacks import keep
from fieldservice.operations.messages.reminders import owe_reminders
from tests.conftest import SessionFactory
from tests.factories import (
    NOW,
    TODAY,
    TOMORROW,
    ZONE,
    a_customer,
    a_message,
    a_service_day,
    a_shift,
    a_skill,
    a_stop,
    a_technician,
    a_territory,
    a_visit,
    a_work_order,
)

HOUR = timedelta(hours=1)


class Company:
    """A sound day: one technician, two visits on a published route, one text that was sent."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.territory = a_territory(session)
        self.technician = a_technician(session, self.territory)
        self.shift = a_shift(session, self.technician)
        self.day = a_service_day(session, self.territory, TOMORROW, [self.shift])
        self.day.published_at, self.day.published_version = NOW, 1
        self.first, self.second = self._visit(10), self._visit(14)
        self.sent = a_message(
            session, self.first, state=MessageState.SENT, sent_at=NOW, created_at=NOW - HOUR
        )
        attempt = Attempt(token="one", started_at=NOW, outcome=AttemptOutcome.SENT)
        self.sent.attempts = [attempt]
        self.deliver("one")
        session.flush()

    def _visit(self, hour: int) -> Visit:
        order = a_work_order(self.session, a_customer(self.session, self.territory))
        visit = a_visit(self.session, order, state=VisitState.PLANNED, told=(hour, hour + 2))
        a_stop(self.session, self.day.routes[0], visit, hour)
        owe_reminders(self.session, visit, NOW)
        return visit

    def deliver(self, token: str) -> None:
        """What the channel says it handed over."""
        self.session.add(
            ConsoleDelivery(
                attempt_token=token,
                to_address="+376",
                channel=Channel.SMS,
                body="…",
                delivered_at=NOW,
            )
        )

    def stops(self) -> list[Stop]:
        """The route of the day."""
        return self.day.routes[0].stops


def sent_twice(company: Company) -> None:
    company.sent.attempts.append(Attempt(token="2", started_at=NOW, outcome=AttemptOutcome.SENT))


def delivered_twice(company: Company) -> None:
    company.sent.attempts.append(Attempt(token="2", started_at=NOW))
    company.deliver("2")


def delivered_unasked(company: Company) -> None:
    company.deliver("nobody's")


def forgotten(company: Company) -> None:
    a_message(company.session, company.first, due_at=NOW - HOUR)


def kept_too_long(company: Company) -> None:
    a_message(company.session, company.first, not_after=NOW - HOUR, due_at=NOW - 2 * HOUR)


def stuck_in_hand(company: Company) -> None:
    message = a_message(company.session, company.first, state=MessageState.SENDING)
    message.lease_until = NOW - HOUR


def texted_after_opting_out(company: Company) -> None:
    company.session.add(
        Consent(
            contact_id=company.sent.contact_id,
            channel=Channel.SMS,
            granted=False,
            given_at=NOW - HOUR,
            wording="STOP",
            source="reply",
        )
    )


def texted_at_night(company: Company) -> None:
    company.sent.due_at = company.sent.sent_at = clock.instant(TODAY, time(3), ZONE)


def texted_of_an_old_version(company: Company) -> None:
    visit = company.first
    a_message(company.session, visit, visit_version=2, created_at=NOW - HOUR, due_at=NOW + HOUR)
    visit.version = 2
    for message in company.session.query(Message).filter_by(visit_id=visit.id, visit_version=1):
        if message.state == MessageState.PENDING:
            message.visit_version = 2


def fell_back(company: Company) -> None:
    company.sent.state = MessageState.PENDING
    company.sent.due_at = NOW + HOUR
    company.sent.not_after = NOW + 2 * HOUR


def waits_for_what_was_moved(company: Company) -> None:
    company.first.version = 2
    company.session.flush()
    owe_reminders(company.session, company.first, NOW)


def waits_for_what_was_cancelled(company: Company) -> None:
    company.first.state = VisitState.CANCELLED
    company.session.delete(company.stops()[0])


def nobody_reminds(company: Company) -> None:
    company.session.flush()
    company.session.query(Message).filter_by(
        visit_id=company.second.id, kind=MessageKind.REMINDER_HOURS
    ).delete()


def planned_with_somebody_who_cannot(company: Company) -> None:
    skill = a_skill(company.session, "gas")
    company.second.work_order.skills.append(RequiredSkill(skill=skill))


def in_two_vans(company: Company) -> None:
    a_shift(company.session, company.technician)


def overlapping_stops(company: Company) -> None:
    company.stops()[1].starts_at = company.stops()[0].starts_at


def on_another_day(company: Company) -> None:
    company.first.service_on = TODAY


def on_a_route_though_cancelled(company: Company) -> None:
    company.first.state = VisitState.CANCELLED
    company.session.query(Message).filter_by(
        visit_id=company.first.id, state=MessageState.PENDING
    ).update({"state": MessageState.VOID})


def under_way_on_no_route(company: Company) -> None:
    company.session.delete(company.stops()[1])
    company.second.state = VisitState.ON_SITE
    company.session.query(Message).filter_by(
        visit_id=company.second.id, state=MessageState.PENDING
    ).update({"state": MessageState.VOID})


def in_a_foreign_territory(company: Company) -> None:
    company.second.work_order.territory_id = a_territory(company.session).id


def promised_without_a_day(company: Company) -> None:
    a_visit(company.session, company.second.work_order, told=None, sequence=2).service_on = None


def in_doubt_for_ever(company: Company) -> None:
    message = a_message(company.session, company.first, state=MessageState.UNKNOWN)
    message.next_try_at = NOW - HOUR


def not_believed(company: Company) -> None:
    company.sent.attempts[0].reported = Report.DELIVERED


def told_in_vain(company: Company) -> None:
    form = {"MessageStatus": "delivered"}
    keep(company.session, CallbackKind.RECEIPT, "one", "SM1", "delivered", form, NOW - HOUR)


BREAKS: list[tuple[Callable[[Company], None], str, str]] = [
    (in_a_foreign_territory, "I1", "another territory"),
    (promised_without_a_day, "I1", "has no day"),
    (told_in_vain, "I1", "still waits"),
    (sent_twice, "I2", "sent more than once"),
    (delivered_twice, "I2", "delivered more than once"),
    (delivered_unasked, "I2", "nobody asked"),
    (forgotten, "I3", "forgotten"),
    (kept_too_long, "I3", "forgotten"),
    (stuck_in_hand, "I3", "in hand"),
    (planned_with_somebody_who_cannot, "I4", "breaks"),
    (in_two_vans, "I4", "two vans"),
    (overlapping_stops, "I4", "before has ended"),
    (on_another_day, "I4", "another day"),
    (on_a_route_though_cancelled, "I4", "is cancelled"),
    (under_way_on_no_route, "I4", "on no route"),
    (texted_after_opting_out, "I5", "opted out"),
    (texted_at_night, "I5", "quiet hours"),
    (texted_of_an_old_version, "I5", "old version"),
    (waits_for_what_was_moved, "I6", "was changed"),
    (waits_for_what_was_cancelled, "I6", "is cancelled"),
    (nobody_reminds, "I6", "nobody is reminded"),
    (in_doubt_for_ever, "I3", "in doubt"),
    (fell_back, "I7", "is not any more"),
    (not_believed, "I7", "not held so"),
]


def test_nothing_is_wrong_with_a_sound_day(write: SessionFactory, read: SessionFactory) -> None:
    with write() as session:
        Company(session)
    with read() as session:
        assert examine(session, NOW) == []


@pytest.mark.parametrize(
    ("deed", "promise", "words"), BREAKS, ids=[deed.__name__ for deed, _, _ in BREAKS]
)
def test_a_broken_promise_is_found(
    write: SessionFactory,
    read: SessionFactory,
    deed: Callable[[Company], None],
    promise: str,
    words: str,
) -> None:
    with write() as session:
        deed(Company(session))
    with read() as session:
        found = examine(session, NOW)
    assert {(one.promise, words in one.text) for one in found} == {(promise, True)}, found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_row_without_its_parent_is_found(app: Flask, read: SessionFactory) -> None:
    with app.app_context():
        raw = db.engine.raw_connection()
        cursor = raw.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("INSERT INTO place VALUES (1, 99, 'Nowhere', 'nowhere', NULL, 1, 1)")
        raw.close()
    with read() as session:
        assert [one.promise for one in examine(session, NOW)] == ["I1"]


def test_every_check_has_a_broken_database_that_turns_it_red() -> None:
    assert len(CHECKS) == 17, "a new check wants its row in BREAKS"


@pytest.fixture
def run(settings: Settings, app: Flask, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command on the test's own database."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("FIELDSERVICE_VAR", str(settings.var_dir))
    return CliRunner()


def test_the_command_is_red_without_a_clock_and_green_with_one(
    run: CliRunner, settings: Settings
) -> None:
    without = run.invoke(main, ["doctor"])
    assert (without.exit_code, "not running" in without.output) == (1, True)
    liveness.mark(settings.var_dir, NOW)
    assert run.invoke(main, ["doctor"]).exit_code == 0


def test_the_command_names_records_by_number_only(run: CliRunner, write: SessionFactory) -> None:
    with write() as session:
        company = Company(session)
        sent_twice(company)
        name = company.first.work_order.customer.name
    answer = run.invoke(main, ["doctor", "--stopped"])
    assert answer.exit_code == 1
    assert "I2  message" in answer.output
    assert name not in answer.output
