"""Writers of one SQLite file share a commit, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from fieldservice.db import db, transaction
from fieldservice.errors import Refused
from fieldservice.models.territories import Territory
from fieldservice.writers import TOGETHER
from tests.factories import a_territory

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Deed = Callable[[Session], object]


def together(app: Flask, deeds: list[Deed]) -> tuple[list[Future[object]], int]:
    """All deeds done while the first of them keeps the others waiting, and how many commits."""
    commits: list[object] = []
    inside, go_on = Event(), Event()

    def kept_waiting(session: Session) -> object:
        inside.set()
        assert go_on.wait(30)
        return deeds[0](session)

    def done(deed: Deed) -> object:
        with app.app_context(), transaction() as session:
            return deed(session)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", commits.append)
    with ThreadPoolExecutor(len(deeds)) as pool:
        first = pool.submit(done, kept_waiting)
        assert inside.wait(30)
        others = [pool.submit(done, deed) for deed in deeds[1:]]
        writers = app.extensions["fieldservice_writers"]
        while writers.waiting < len(others):
            assert not any(one.done() for one in others)
        go_on.set()
    return [first, *others], len(commits)


def named(name: str) -> Deed:
    return lambda session: a_territory(session, name=name).id


def refused(session: Session) -> object:
    named("never")(session)
    session.flush()
    raise Refused("Not like this.")


def names(app: Flask) -> set[str]:
    with app.app_context():
        return set(db.session.scalars(select(Territory.name)))


def test_those_who_waited_share_a_commit(app: Flask) -> None:
    done, commits = together(app, [named(f"place {number}") for number in range(TOGETHER)])
    assert len({one.result() for one in done}) == TOGETHER
    assert commits == 1
    assert names(app) == {f"place {number}" for number in range(TOGETHER)}


def test_no_crowd_keeps_other_processes_out(app: Flask) -> None:
    done, commits = together(app, [named(f"place {number}") for number in range(2 * TOGETHER)])
    assert all(one.result() for one in done)
    assert commits == 2


def test_what_one_takes_back_concerns_nobody_else(app: Flask) -> None:
    done, _ = together(app, [named("before"), refused, named("after")])
    assert isinstance(done[1].exception(), Refused)
    assert names(app) == {"before", "after"}


def test_where_the_commit_is_lost_everybody_hears_it(app: Flask) -> None:
    def taken_back(session: Session) -> object:
        # As SQLite does by itself where the disk is full.
        named("half")(session)
        session.flush()
        return session.execute(text("ROLLBACK"))

    done, _ = together(app, [named("before"), taken_back])
    assert [type(one.exception()) for one in done] == [OperationalError, OperationalError]
    assert names(app) == set()
    done, _ = together(app, [named("later")])
    assert names(app) == {"later"}
