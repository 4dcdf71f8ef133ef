"""Days are kept ready for the next question, and an offer never stands on how they were before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from weakref import WeakKeyDictionary

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event, text

from fieldservice.db import db
from fieldservice.models.plans import ServiceDay
from fieldservice.models.territories import Territory
from fieldservice.operations.bookings import prepared_days
from fieldservice.operations.bookings.offers import offers
from fieldservice.operations.bookings.prepared_days import Shelf
from fieldservice.operations.plans.day_marks import Mark, marked_days
from tests.conftest import SessionFactory
from tests.factories import NOW, TODAY, TOMORROW
from tests.integration.booking_office import SECRET, hours
from tests.integration.changing_house import DAYS, DEEDS, House, a_house, book_another


@contextmanager
def nothing_kept() -> Iterator[None]:
    """As a process that has only just begun."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepared_days, "_shelves", WeakKeyDictionary())
        yield


def agrees_with_a_fresh_start(house: House) -> None:
    """What is offered is what would be offered had nobody asked before."""
    house.session.flush()
    found = house.offered()
    with nothing_kept():
        assert found == house.offered()


def test_every_kind_of_change_is_seen_in_the_next_offers(write: SessionFactory) -> None:
    with write() as session:
        house = a_house(session, Random(3))
        for deed in DEEDS:
            with session.begin_nested() as undone:
                before = house.now, house.wish
                agrees_with_a_fresh_start(house)
                deed(house)
                agrees_with_a_fresh_start(house)
                undone.rollback()
            session.expire_all()
            house.now, house.wish = before
            agrees_with_a_fresh_start(house)


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    deeds=st.lists(st.sampled_from(DEEDS), min_size=2, max_size=7),
    seed=st.integers(0, 10_000),
)
def test_offers_are_those_of_a_fresh_start_after_whatever_happened(
    write: SessionFactory, deeds: list[Callable[[House], None]], seed: int
) -> None:
    with write() as session:
        with session.begin_nested() as undone:
            house = a_house(session, Random(seed))
            for deed in deeds:
                deed(house)
                agrees_with_a_fresh_start(house)
            undone.rollback()
        session.expire_all()


def test_what_another_process_writes_counts_at_once(
    app: Flask, write: SessionFactory, read: SessionFactory, database_url: str
) -> None:
    with write() as session:
        house = a_house(session, Random(5))
        office_id, wish = house.office.id, house.wish

    def offered() -> list[int]:
        with read() as session:
            db.session.rollback()
            office = session.get_one(Territory, office_id)
            return hours(offers(session, office, wish, NOW, SECRET), TOMORROW)

    assert 10 in offered()
    assert 10 in offered()
    elsewhere = create_engine(database_url)
    with elsewhere.begin() as connection:
        # Neither the day's version nor any moment of a change is touched.
        connection.execute(text("UPDATE technician SET is_trainee = true"))
    elsewhere.dispose()
    assert offered() == []


def test_a_day_that_stands_as_it_was_is_not_read_again(write: SessionFactory) -> None:
    with write() as session:
        house = a_house(session, Random(7))
        with nothing_kept():
            first = statements(house)
            again = statements(house)
        with nothing_kept():
            book_another(house)
            house.offered()
            book_another(house)
            after_a_change = statements(house)
    # A day takes four statements or more; today is built anew, but not read.
    assert len(again) <= 4
    assert len(first) >= len(again) + 1 + DAYS * 4
    assert len(again) < len(after_a_change) <= len(again) + 1 + 11


def statements(house: House) -> list[str]:
    """What the database is asked while times are offered."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engine = house.session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        house.offered()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return asked


def test_the_shelf_forgets_the_days_asked_for_longest_ago(write: SessionFactory) -> None:
    with write() as session:
        house = a_house(session, Random(9))
        house.offered()
        (shelf,) = prepared_days._shelves.values()
        kept = [shelf.find(day.id, mark) for day, mark in marked(house)]
        small = Shelf(most_places=sum(one.places for one in kept[1:] if one))
        for (day, _), one in zip(marked(house), kept, strict=True):
            assert one is not None
            small.keep(day.id, one)
        found = [small.find(day.id, mark) is not None for day, mark in marked(house)]
        assert found[-1]
        assert not found[0]


def marked(house: House) -> list[tuple[ServiceDay, Mark]]:
    """The days of the horizon with their marks of this moment."""
    horizon: list[date] = [TODAY + timedelta(days=step) for step in range(DAYS)]
    return marked_days(house.session, house.office, horizon, house.now)
