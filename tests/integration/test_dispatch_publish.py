"""Publishing: what is said before is what is done, and it can be taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, Refused, Stale
from fieldservice.models.customers import Channel, Reach
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.plans import Publication, Stop, StopKind
from fieldservice.models.technicians import Shift
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.dispatching import dispatch, publishing, unpublishing
from fieldservice.operations.dispatching.dispatch import Goal, Order
from fieldservice.operations.plans.days import service_day
from fieldservice.operations.road.route_changes import unseen_on
from tests.conftest import SessionFactory
from tests.factories import NOW, TOMORROW
from tests.integration.planning_day import Company, a_booked_visit, a_company, accepted
from tests.integration.test_dispatch import other_shift, stop

TOLD_NOW = (MessageKind.BOOKED, MessageKind.CHANGED)


@pytest.fixture
def company(app: Flask, write: SessionFactory) -> Company:
    """A planned day of which two customers were never told a time."""
    with write() as session:
        built = a_company(session)
        for visit_id in built.visits[:2]:
            visit = session.get_one(Visit, visit_id)
            visit.told_from = visit.told_until = None
    accepted(app, write, built)
    return built


def texts(session: Session, *kinds: MessageKind) -> int:
    """Messages of these kinds that are still to go."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Message)
            .where(Message.kind.in_(kinds), Message.state == MessageState.PENDING)
        )
        or 0
    )


def published(
    write: SessionFactory, company: Company, seen: int | None = None
) -> publishing.PublishPreview:
    with write() as session:
        day = service_day(session, company.territory_id, company.day)
        return publishing.publish(session, day, NOW, None, seen or day.version)


def undone(write: SessionFactory, company: Company, now: datetime) -> int:
    with write() as session:
        day = service_day(session, company.territory_id, company.day)
        return unpublishing.undo_publish(session, day, now, None)


def test_the_preview_says_what_publishing_then_does(
    company: Company, write: SessionFactory, read: SessionFactory
) -> None:
    with write() as session:
        day = service_day(session, company.territory_id, TOMORROW)
        said = publishing.preview(session, day, NOW)
        assert {one.visit.id for one in said.tellings} == set(company.visits[:2])
        assert said.texts == 2
    done = published(write, company)
    assert done.texts == said.texts
    with read() as session:
        assert texts(session, *TOLD_NOW) == said.texts
        due = set(session.scalars(select(Message.due_at).where(Message.kind.in_(TOLD_NOW))))
        assert due == {NOW + timedelta(minutes=3)}
        assert set(session.scalars(select(Visit.state))) == {VisitState.PLANNED}
        stops = session.scalars(select(Stop).where(Stop.kind == StopKind.VISIT)).all()
        assert all(one.committed for one in stops)
        for one in stops:
            assert one.visit is not None
            assert one.visit.told_from is not None
            assert one.visit.told_until is not None
            assert one.visit.told_from <= one.starts_at <= one.visit.told_until
        routes = session.scalars(select(Publication)).all()
        assert len(routes) == len(said.routes)
        assert not any(one.changes_previous for one in routes)


def test_publishing_again_tells_nobody_anything(company: Company, write: SessionFactory) -> None:
    published(write, company)
    again = published(write, company)
    assert again.nothing_new
    assert again.texts == 0


def test_a_day_that_changed_since_its_preview_is_not_published(
    company: Company, write: SessionFactory
) -> None:
    with write() as session:
        seen = service_day(session, company.territory_id, TOMORROW).version
        dispatch.pin(session, company.visits[0], Order(NOW, None))
    with pytest.raises(Stale, match="since this preview"):
        published(write, company, seen)


def test_undoing_gives_everybody_back_what_they_had(
    company: Company, write: SessionFactory, read: SessionFactory
) -> None:
    published(write, company)
    soon = NOW + timedelta(minutes=2)
    with write() as session:
        day = service_day(session, company.territory_id, TOMORROW)
        assert unpublishing.undo_until(session, day) == NOW + timedelta(minutes=3)
        assert unpublishing.undo_publish(session, day, soon, None) > 0
    with read() as session:
        assert texts(session, *TOLD_NOW) == 0
        assert not session.scalars(select(Publication)).all()
        assert set(session.scalars(select(Visit.state))) == {VisitState.BOOKED}
        for visit_id in company.visits[:2]:
            assert session.get_one(Visit, visit_id).told_from is None
            assert texts(session, MessageKind.REMINDER_HOURS, MessageKind.REMINDER_DAY) == 0
    with pytest.raises(Conflict, match="cannot be undone"):
        undone(write, company, soon)


def test_the_preview_tells_texts_calls_letters_and_what_people_tell_apart(
    company: Company, write: SessionFactory
) -> None:
    with write() as session:
        first, second = (session.get_one(Visit, one) for one in company.visits[:2])
        first.work_order.customer.contacts[0].phone = "+376812345"
        second.work_order.customer.contacts[0].prefers = Reach.BY_HAND
    with write() as session:
        said = publishing.preview(
            session, service_day(session, company.territory_id, company.day), NOW
        )
        assert said.ways == {Channel.CALL: 1, Channel.BY_HAND: 1}
        assert (said.texts, said.messages) == (0, 2)
    published(write, company)
    with write() as session:
        told = session.execute(select(Message.channel).where(Message.kind.in_(TOLD_NOW)))
        assert set(told.scalars()) == {Channel.CALL, Channel.BY_HAND}


def test_publishing_again_with_nothing_new_leaves_the_texts_held_and_the_way_back_open(
    company: Company, write: SessionFactory, read: SessionFactory
) -> None:
    published(write, company)
    with write() as session:
        day = service_day(session, company.territory_id, TOMORROW)
        again = publishing.publish(session, day, NOW + timedelta(minutes=1), None, None)
        assert again.nothing_new
        assert unpublishing.undo_until(session, day) == NOW + timedelta(minutes=3)
    assert undone(write, company, NOW + timedelta(minutes=2)) > 0
    with read() as session:
        assert texts(session, *TOLD_NOW) == 0


def test_after_the_hold_nothing_can_be_undone(company: Company, write: SessionFactory) -> None:
    published(write, company)
    with pytest.raises(Conflict, match="texts have gone out"):
        undone(write, company, NOW + timedelta(minutes=3))


def test_there_and_back_again_sends_nothing(
    company: Company, write: SessionFactory, read: SessionFactory
) -> None:
    visit_id = company.visits[2]
    published(write, company)
    with write() as session:
        first = stop(session, visit_id).route.shift_id
        order, started = dispatch_order(session, first), stop(session, visit_id).starts_at
        last = stop(session, company.visits[-1])
        goal = Goal(last.route.shift_id, after_visit_id=last.visit_id)
        dispatch.move_visit(session, visit_id, goal, Order(NOW, None), waive_as="try it")
        day = service_day(session, company.territory_id, TOMORROW)
        would = publishing.preview(session, day, NOW)
        assert [one.visit.id for one in would.tellings] == [visit_id]
        ahead = order[: order.index(visit_id)]
        goal = Goal(first, after_visit_id=ahead[-1] if ahead else None, first=not ahead)
        dispatch.move_visit(session, visit_id, goal, Order(NOW, None), waive_as="back again")
        assert stop(session, visit_id).starts_at == started
    assert published(write, company).texts == 0
    with read() as session:
        assert texts(session, MessageKind.CHANGED) == 0


def test_a_change_undone_within_the_hold_is_never_texted(
    company: Company, write: SessionFactory, read: SessionFactory
) -> None:
    visit_id = company.visits[2]
    published(write, company)
    with write() as session:
        last = stop(session, company.visits[-1])
        goal = Goal(last.route.shift_id, after_visit_id=last.visit_id)
        dispatch.move_visit(session, visit_id, goal, Order(NOW, None), waive_as="try it")
        told = session.get_one(Visit, visit_id).told_from
    published(write, company)
    with write() as session:
        assert texts(session, MessageKind.CHANGED) == 1
        day = service_day(session, company.territory_id, TOMORROW)
        unpublishing.undo_publish(session, day, NOW + timedelta(minutes=1), None)
    with read() as session:
        assert texts(session, MessageKind.CHANGED) == 0
        assert session.get_one(Visit, visit_id).told_from == told
        # The first publication stands as it was, with its own two texts.
        assert texts(session, MessageKind.BOOKED) == 2


def dispatch_order(session: Session, shift_id: int) -> list[int]:
    stops = select(Stop.visit_id).join(Stop.route).order_by(Stop.position)
    rows = session.scalars(stops.where(Stop.route.has(shift_id=shift_id)))
    return [one for one in rows if one is not None]


def test_a_technician_who_knew_another_route_must_see_the_change(
    company: Company, write: SessionFactory, read: SessionFactory
) -> None:
    published(write, company)
    visit_id = company.visits[0]
    with write() as session:
        was = stop(session, visit_id).route.shift_id
        goal = other_shift(session, visit_id)
        dispatch.move_visit(session, visit_id, Goal(goal), Order(NOW, None), waive_as="swap")
        assert not stop(session, visit_id).committed
    published(write, company)
    with read() as session:
        day_id = session.scalars(select(Publication.service_day_id)).first() or 0
        fresh = unseen_on(session, day_id, NOW + timedelta(minutes=9))
        assert {one.shift_id for one in fresh} == {was, goal}
        assert not any(one.overdue for one in fresh)
        assert all(one.overdue for one in unseen_on(session, day_id, NOW + timedelta(minutes=10)))


def test_a_new_booking_republishes_its_van_only(company: Company, write: SessionFactory) -> None:
    published(write, company)
    with write() as session:
        extra = a_booked_visit(session, company.territory_id, 6)
        dispatch.assign(session, extra, Order(NOW, None))
        shift = stop(session, extra).route.shift
        assert publishing.republish_shift(session, shift, NOW) is not None
        assert stop(session, extra).committed
        assert session.get_one(Visit, extra).state is VisitState.PLANNED
        assert publishing.republish_shift(session, shift, NOW) is None


def test_no_van_gets_a_visit_that_another_still_has(
    company: Company, write: SessionFactory
) -> None:
    published(write, company)
    with write() as session:
        visit_id = company.visits[0]
        goal = other_shift(session, visit_id)
        dispatch.move_visit(session, visit_id, Goal(goal), Order(NOW, None), waive_as="later")
        assert publishing.republish_shift(session, session.get_one(Shift, goal), NOW) is None


def test_an_unplanned_day_is_not_published(write: SessionFactory) -> None:
    with write() as session:
        company = a_company(session)
    with pytest.raises(Refused, match="Plan the day first"):
        published(write, company)
