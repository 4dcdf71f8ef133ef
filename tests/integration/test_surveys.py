"""Asking how it was: the call, its second try, the text instead, and what a low score leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, NotFound, Refused
from fieldservice.models.customers import Channel, Consent
from fieldservice.models.messages import (
    AttemptOutcome,
    ConsoleDelivery,
    Message,
    MessageKind,
    MessageState,
)
from fieldservice.models.surveys import CallStep, FollowUp, SurveyCall, SurveyResponse
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.notify.channel import Answer
from fieldservice.operations.calls.playing import (
    hang_up,
    not_answered,
    pick_up,
    press_key,
    say,
)
from fieldservice.operations.calls.ringing import give_up_ringing
from fieldservice.operations.messages.follow_ups import (
    close_follow_up,
    count_follow_ups,
    follow_ups,
)
from fieldservice.operations.messages.surveys import answer_survey, response_of
from fieldservice.operations.messages.surveys_owed import owe_survey
from tests.conftest import SessionFactory
from tests.factories import NOW, TODAY, a_user, a_visit, at
from tests.integration.post import (
    FakeChannel,
    console_room,
    deliver_at,
    messages,
    room_with,
    states,
)

FINISHED = at(TODAY, 11)
RINGS = at(TODAY, 11, 30)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Ringing:
    """A call on the simulated phone."""

    visit_id: int
    token: str


def newest_token(session: Session) -> str:
    newest = select(ConsoleDelivery.attempt_token).order_by(ConsoleDelivery.id.desc())
    return session.scalars(newest.limit(1)).one()


@pytest.fixture
def ringing(write: SessionFactory) -> Ringing:
    """A visit was completed at eleven; half an hour later its customer's phone rings."""
    with write() as session:
        visit = a_visit(session, state=VisitState.COMPLETED, day=TODAY)
        owe_survey(session, visit, FINISHED)
        visit_id = visit.id
    deliver_at(console_room(write), FINISHED, RINGS)
    with write() as session:
        return Ringing(visit_id, newest_token(session))


def talk(write: SessionFactory, token: str, *keys: str, now: datetime = RINGS) -> CallStep:
    with write() as session:
        call = pick_up(session, token, now)
        for key in keys:
            call = press_key(session, token, key, now)
        return call.step


def responses(session: Session) -> list[tuple[int, str | None]]:
    rows = session.scalars(select(SurveyResponse).order_by(SurveyResponse.id)).all()
    return [(row.score, row.comment) for row in rows]


def the_territory(session: Session) -> int:
    return session.scalars(select(Territory.id)).one()


def left_to_do(session: Session, *, closed: bool = False) -> int:
    return count_follow_ups(session, the_territory(session), closed=closed)


def test_a_good_score_is_kept_and_leaves_nothing_to_do(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    assert talk(write, ringing.token, "5", "#") == CallStep.GOODBYE
    with read() as session:
        assert responses(session) == [(5, None)]
        assert states(session, ringing.visit_id) == [("survey_call", "delivered")]
        assert left_to_do(session) == 0


def test_a_low_score_leaves_one_follow_up_with_the_customers_words(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    talk(write, ringing.token, "2")
    with write() as session:
        say(session, ringing.token, "It still leaks.", RINGS)
    with read() as session:
        assert responses(session) == [(2, "It still leaks.")]
        (left,) = follow_ups(session, the_territory(session), closed=False, limit=10)
        assert (left.visit_id, left.reason, left.note) == (
            ringing.visit_id,
            "low_score",
            "It still leaks.",
        )


def test_the_score_counts_even_if_the_customer_then_hangs_up(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    talk(write, ringing.token, "1")
    with write() as session:
        hang_up(session, ringing.token, RINGS)
    with read() as session:
        assert responses(session) == [(1, None)]
        assert left_to_do(session) == 1


def test_repeated_and_late_answers_change_nothing(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    talk(write, ringing.token, "2", "#")
    talk(write, ringing.token, "5", "5", now=RINGS + timedelta(days=3))
    with write() as session:
        say(session, ringing.token, "too late", RINGS)
        hang_up(session, ringing.token, RINGS)
        not_answered(session, ringing.token, RINGS)
        assert not answer_survey(session, ringing.visit_id, 5, "again", Channel.SMS, RINGS)
    with read() as session:
        assert session.scalars(select(SurveyCall.ended_at)).one() == RINGS
        assert responses(session) == [(2, None)]
        assert left_to_do(session) == 1
        assert states(session, ringing.visit_id) == [("survey_call", "delivered")]


def test_nobody_at_home_is_called_once_more_two_hours_later(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    with write() as session:
        not_answered(session, ringing.token, RINGS)
        not_answered(session, ringing.token, RINGS)
    with read() as session:
        first, second = messages(session, ringing.visit_id)
        assert (first.state, second.try_number) == (MessageState.UNDELIVERED, 2)
        assert second.due_at == RINGS + timedelta(hours=2)


def test_nobody_at_home_twice_gets_one_text(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    with write() as session:
        not_answered(session, ringing.token, RINGS)
    again = RINGS + timedelta(hours=2)
    deliver_at(console_room(write), again)
    with write() as session:
        not_answered(session, newest_token(session), again)
    deliver_at(console_room(write), again, again + MINUTE)
    with read() as session:
        assert states(session, ringing.visit_id) == [
            ("survey_call", "undelivered"),
            ("survey_call", "undelivered"),
            ("survey_text", "sent"),
        ]
        newest = select(ConsoleDelivery).order_by(ConsoleDelivery.id.desc()).limit(1)
        assert "/s/" in session.scalars(newest).one().body


def test_a_second_try_in_the_evening_waits_for_the_next_day(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    with write() as session:
        not_answered(session, ringing.token, at(TODAY, 18, 30))
    with read() as session:
        second = messages(session, ringing.visit_id)[1]
        assert second.due_at == at(TODAY + timedelta(days=1), 10)


def test_who_hangs_up_without_a_score_is_not_called_again_but_written_to(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    talk(write, ringing.token)
    with write() as session:
        hang_up(session, ringing.token, RINGS)
    with read() as session:
        assert states(session, ringing.visit_id) == [
            ("survey_call", "delivered"),
            ("survey_text", "pending"),
        ]


def test_two_wrong_keys_end_the_call_politely(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    assert talk(write, ringing.token, "9", "0") == CallStep.GOODBYE
    with read() as session:
        assert responses(session) == []
        assert states(session, ringing.visit_id)[1:] == [("survey_text", "pending")]


def test_a_call_nobody_reports_on_counts_as_not_answered(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    deliver_at(console_room(write), RINGS + 15 * MINUTE)
    with read() as session:
        assert states(session, ringing.visit_id) == [("survey_call", "sent")]
    deliver_at(console_room(write), RINGS + 16 * MINUTE)
    with read() as session:
        assert states(session, ringing.visit_id) == [
            ("survey_call", "undelivered"),
            ("survey_call", "pending"),
        ]


def test_a_line_that_went_dead_unseen_is_closed(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    talk(write, ringing.token, "3")
    with write() as session:
        give_up_ringing(session, RINGS + 16 * MINUTE)
    with read() as session:
        assert states(session, ringing.visit_id) == [("survey_call", "delivered")]
        assert responses(session) == [(3, None)]


def test_a_refused_call_is_tried_again_and_then_made_up_for_by_a_text(
    write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        visit_id = a_visit(session, state=VisitState.COMPLETED, day=TODAY).id
        owe_survey(session, session.get_one(Visit, visit_id), FINISHED)
    busy = Answer(AttemptOutcome.REFUSED, error="busy")
    room = room_with(write, FakeChannel([busy, busy]))
    deliver_at(room, RINGS, RINGS + timedelta(hours=2))
    with read() as session:
        assert states(session, visit_id) == [
            ("survey_call", "failed"),
            ("survey_call", "failed"),
            ("survey_text", "pending"),
        ]


def test_who_answered_by_text_is_not_called_any_more(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    with write() as session:
        not_answered(session, ringing.token, RINGS)
        assert answer_survey(session, ringing.visit_id, 4, None, Channel.SMS, RINGS)
    deliver_at(console_room(write), RINGS + timedelta(hours=2))
    with read() as session:
        assert states(session, ringing.visit_id)[1] == ("survey_call", "void")


def test_who_opts_out_after_the_first_try_is_written_to_instead(
    write: SessionFactory, read: SessionFactory, ringing: Ringing
) -> None:
    with write() as session:
        contact = session.get_one(Visit, ringing.visit_id).work_order.customer.contacts[0]
        contact.consents.append(
            Consent(channel=Channel.CALL, granted=False, given_at=NOW, wording="no", source="phone")
        )
        session.flush()
        not_answered(session, ringing.token, RINGS)
    with read() as session:
        newest = messages(session, ringing.visit_id)[-1]
        assert newest.kind == MessageKind.SURVEY_TEXT


def test_keys_of_an_unknown_or_unanswered_call_are_refused(
    write: SessionFactory, ringing: Ringing
) -> None:
    with write() as session, pytest.raises(NotFound):
        press_key(session, "no such token", "5", RINGS)
    with write() as session, pytest.raises(Conflict):
        press_key(session, ringing.token, "5", RINGS)


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_out_of_range_is_refused(write: SessionFactory, score: int) -> None:
    with write() as session:
        visit = a_visit(session, state=VisitState.COMPLETED)
        with pytest.raises(Refused):
            answer_survey(session, visit.id, score, None, Channel.SMS, NOW)


def test_a_follow_up_is_closed_once_with_what_was_done(write: SessionFactory) -> None:
    with write() as session:
        visit = a_visit(session, state=VisitState.COMPLETED)
        answer_survey(session, visit.id, 1, "Late.", Channel.SMS, NOW)
        left = session.scalars(select(FollowUp)).one()
        user_id = a_user(session).id
        with pytest.raises(Refused):
            close_follow_up(session, left.id, "  ", NOW, user_id)
        close_follow_up(session, left.id, "Called, came again.", NOW, user_id)
        with pytest.raises(Conflict):
            close_follow_up(session, left.id, "Me too.", NOW, user_id)
        with pytest.raises(NotFound):
            close_follow_up(session, 999, "x", NOW, user_id)
        assert (left_to_do(session), left_to_do(session, closed=True)) == (0, 1)
        (done,) = follow_ups(session, the_territory(session), closed=True, limit=5)
        assert (done.outcome, done.closed_by_id) == ("Called, came again.", user_id)


def test_the_visit_is_asked_about_once_even_if_completed_twice(
    write: SessionFactory, ringing: Ringing
) -> None:
    with write() as session:
        visit = session.get_one(Visit, ringing.visit_id)
        visit.version += 1
        assert owe_survey(session, visit, RINGS) == []
        assert response_of(session, visit.id) is None
        assert len(session.scalars(select(Message)).all()) == 1
