"""Whatever is booked, moved or cancelled, every other visit stays on the route it stands on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.models.plans import Stop
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.bookings.booking import move
from fieldservice.operations.bookings.cancelling import cancel
from fieldservice.operations.bookings.offers import Offer, offers
from fieldservice.operations.bookings.wishes import wish_for_visits
from fieldservice.operations.bookings.work_orders import take_order
from fieldservice.operations.plans.days import roster, service_day
from tests.conftest import SessionFactory
from tests.factories import NOW, TOMORROW, a_technician
from tests.integration.booking_office import (
    SECRET,
    an_office,
    an_order,
    asked,
    booked,
    offered,
)

DEEDS = 14
MORNING = (time(8), time(11))
"""So short that a day takes several routes."""


def a_call(session: Session, office: Territory, chance: Random) -> set[int]:
    """Somebody new books."""
    wanted = an_order(session, office)
    tokens = _tokens(offered(session, office, wanted))
    return {one.id for one in booked(session, wanted, chance.choice(tokens))} if tokens else set()


def a_request(session: Session, office: Territory, chance: Random) -> set[int]:
    """A request that has waited gets its time."""
    (visit,) = take_order(session, an_order(session, office), NOW, None).visits
    return _moved(session, office, visit, chance)


def a_change(session: Session, office: Territory, chance: Random) -> set[int]:
    """Somebody takes another time."""
    return _moved(session, office, chance.choice(_booked(session)), chance)


def an_end(session: Session, office: Territory, chance: Random) -> set[int]:
    """Somebody needs nobody any more."""
    visit = chance.choice(_booked(session))
    cancel(session, visit.id, visit.version, "", asked())
    return {visit.id}


def _booked(session: Session) -> list[Visit]:
    upcoming = select(Visit).where(Visit.state == VisitState.BOOKED).order_by(Visit.id)
    return list(session.scalars(upcoming))


def _moved(session: Session, office: Territory, visit: Visit, chance: Random) -> set[int]:
    tokens = _tokens(offers(session, office, wish_for_visits([visit]), NOW, SECRET))
    if tokens:
        move(session, visit.id, visit.version, chance.choice(tokens), asked())
    return {visit.id}


def _tokens(found: Sequence[Offer]) -> list[str]:
    return [one.token for one in found if one.day == TOMORROW]


def where_they_stand(session: Session) -> dict[int, int]:
    """The route of every visit that is on one."""
    rows = select(Stop.visit_id, Stop.route_id).where(Stop.visit_id.is_not(None))
    return {visit_id: route_id for visit_id, route_id in session.execute(rows) if visit_id}


@pytest.mark.parametrize("seed", [1, 2])
def test_everybody_else_stays(write: SessionFactory, seed: int) -> None:
    chance = Random(seed)
    deeds: list[Callable[[Session, Territory, Random], set[int]]] = [
        *(a_call, a_request, a_change, an_end)
    ]
    with write() as session:
        office = an_office(session, works=MORNING)
        for _ in range(2):
            a_technician(session, office, works=MORNING)
        roster(session, service_day(session, office.id, TOMORROW))
        a_call(session, office, chance)
        for _ in range(DEEDS):
            before = where_they_stand(session)
            deed = chance.choice(deeds) if _booked(session) else a_call
            concerned = deed(session, office, chance)
            session.expire_all()
            after = where_they_stand(session)
            others = before.keys() - concerned
            assert {one: after.get(one) for one in others} == {one: before[one] for one in others}
