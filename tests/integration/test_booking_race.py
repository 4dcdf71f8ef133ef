"""Many clients want the last place at the same moment: one gets it, the others hear the truth."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldservice.db import db
from fieldservice.errors import WindowTaken
from fieldservice.models.customers import Customer
from fieldservice.models.messages import Message, MessageKind
from fieldservice.models.plans import Hold, Stop
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder
from fieldservice.operations.bookings.booking import book
from fieldservice.operations.bookings.holding import hold
from fieldservice.operations.bookings.offers import Offer
from fieldservice.operations.bookings.work_orders import NewOrder, take_order, wish_of
from fieldservice.operations.plans.days import find_day
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import findings_of, sequences
from fieldservice.web.again import written
from tests.conftest import SessionFactory
from tests.factories import NOW, TOMORROW, at
from tests.integration.booking_office import an_office, an_order, asked, at_hour, offered

CLIENTS = 12


def the_last_window(write: SessionFactory, clients: int) -> list[tuple[NewOrder, str]]:
    """So many customers, each with an offer for the one place left tomorrow."""
    with write() as session:
        office = an_office(session, works=(at(TOMORROW, 9).time(), at(TOMORROW, 10, 30).time()))
        wanted = [an_order(session, office) for _ in range(clients)]
        return [(one, at_hour(offered(session, office, one), TOMORROW, 8).token) for one in wanted]


@dataclass(frozen=True, slots=True)
class Lost:
    """Somebody else was first; these are the times to choose from instead."""

    offers: Sequence[Offer]


def all_at_once(app: Flask, clients: list[tuple[NewOrder, str]]) -> list[object]:
    """What each client is answered when all of them book at the same moment."""
    start = Barrier(len(clients))

    def client(wanted: NewOrder, token: str) -> object:
        def deed(session: Session) -> object:
            wish = wish_of(session, wanted)
            order = take_order(session, wanted, NOW, None)
            return book(session, order, wish, token, asked())[0].id

        with app.app_context():
            start.wait()
            try:
                return written(deed)
            except WindowTaken as taken:
                return Lost(taken.instead(db.session()))

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(lambda one: client(*one), clients))


def assert_day_is_sound(session: Session) -> None:
    visit = session.scalars(select(Visit).where(Visit.state == VisitState.BOOKED)).one()
    day = find_day(session, visit.territory_id, TOMORROW)
    assert day
    at_day = problem_for(session, day, NOW)
    assert findings_of(at_day.problem, sequences(day, at_day.problem)).introduced == ()
    assert session.scalar(select(func.count()).select_from(Stop).where(Stop.visit_id > 0)) == 1


def test_one_of_many_gets_the_last_place(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    answers = all_at_once(app, the_last_window(write, CLIENTS))
    winners = [one for one in answers if isinstance(one, int)]
    losers = [one for one in answers if isinstance(one, Lost)]
    assert (len(winners), len(losers)) == (1, CLIENTS - 1)
    for loser in losers:
        assert loser.offers
        assert TOMORROW not in {one.day for one in loser.offers}
    with read() as session:
        assert_day_is_sound(session)
        assert session.scalar(select(func.count()).select_from(WorkOrder)) == 1
        booked = select(func.count()).select_from(Message)
        assert session.scalar(booked.where(Message.kind == MessageKind.BOOKED)) == 1


def test_a_double_click_books_once(app: Flask, write: SessionFactory, read: SessionFactory) -> None:
    clicked = the_last_window(write, 1) * 4
    answers = all_at_once(app, clicked)
    assert len(set(answers)) == 1
    assert isinstance(answers[0], int)
    with read() as session:
        assert_day_is_sound(session)


def test_one_of_many_holds_the_last_place(
    app: Flask, write: SessionFactory, read: SessionFactory
) -> None:
    clients = the_last_window(write, 6)
    start = Barrier(len(clients))

    def client(wanted: NewOrder, token: str) -> bool:
        def deed(session: Session) -> bool:
            wish = wish_of(session, wanted)
            territory = session.get_one(Customer, wanted.customer_id).territory
            hold(session, territory, wish, token, asked(holder=wanted.form_key))
            return True

        with app.app_context():
            start.wait()
            try:
                return written(deed)
            except WindowTaken:
                return False

    with ThreadPoolExecutor(len(clients)) as pool:
        assert sum(pool.map(lambda one: client(*one), clients)) == 1
    with read() as session:
        assert session.scalar(select(func.count()).select_from(Hold)) == 1
