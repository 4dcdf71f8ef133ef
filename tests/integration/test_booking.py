"""Booking: a promise is kept in the plan, told, and made once."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, NotFound, Refused, Stale, WindowTaken
from fieldservice.models.audit import AuditEntry
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.plans import Hold, Publication, ServiceDay, Stop
from fieldservice.models.work_orders import Visit, VisitState, WorkOrder, WorkOrderState
from fieldservice.operations.bookings.booking import book, move
from fieldservice.operations.bookings.cancelling import cancel
from fieldservice.operations.bookings.holding import hold
from fieldservice.operations.bookings.holds import release
from fieldservice.operations.bookings.offers import offers
from fieldservice.operations.bookings.wishes import wish_for_visits
from fieldservice.operations.bookings.work_orders import take_order, wish_of
from fieldservice.operations.dispatching.publishing import publish
from fieldservice.operations.plans.days import find_day, roster, service_day
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import findings_of, sequences
from tests.conftest import SessionFactory
from tests.factories import NOW, TODAY, TOMORROW, a_customer, a_technician
from tests.integration.booking_office import (
    SECRET,
    an_office,
    an_order,
    asked,
    at_hour,
    booked,
    hours,
    offered,
)

THURSDAY = TOMORROW + timedelta(days=1)
SHORT = (time(8), time(9, 30))


def a_booked_visit(session: Session, hour: int = 10, day: date = TOMORROW) -> Visit:
    office = an_office(session)
    wanted = an_order(session, office)
    return booked(session, wanted, at_hour(offered(session, office, wanted), day, hour).token)[0]


def kinds_of(session: Session, visit: Visit, state: MessageState) -> list[MessageKind]:
    rows = select(Message.kind).where(Message.visit_id == visit.id, Message.state == state)
    return sorted(session.scalars(rows))


def introduced(session: Session, visit: Visit) -> int:
    assert visit.service_on
    day = find_day(session, visit.territory_id, visit.service_on)
    assert day
    at = problem_for(session, day, NOW)
    return len(findings_of(at.problem, sequences(day, at.problem)).introduced)


def token_for(session: Session, visit: Visit, day: date, hour: int) -> str:
    wish = wish_for_visits([visit])
    territory = visit.work_order.customer.territory
    found = offers(session, territory, wish, NOW, SECRET)
    return at_hour(found, day, hour).token


def test_a_booked_visit_has_its_window_its_stop_and_its_messages(write: SessionFactory) -> None:
    with write() as session:
        visit = a_booked_visit(session)
        stop = session.scalars(select(Stop).where(Stop.visit_id == visit.id)).one()
        assert visit.state == VisitState.BOOKED
        assert visit.told_from is not None
        assert visit.told_until is not None
        assert visit.told_from <= stop.starts_at <= visit.told_until
        assert not stop.committed
        assert introduced(session, visit) == 0
        assert kinds_of(session, visit, MessageState.PENDING) == [
            MessageKind.BOOKED,
            MessageKind.REMINDER_DAY,
            MessageKind.REMINDER_HOURS,
        ]


def test_booking_raises_the_version_of_the_day(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        day = find_day(session, office.id, TOMORROW)
        assert day
        before = day.version
        wanted = an_order(session, office)
        booked(session, wanted, at_hour(offered(session, office, wanted), TOMORROW, 8).token)
        assert day.version > before


def test_the_audit_knows_ids_only(write: SessionFactory) -> None:
    with write() as session:
        visit = a_booked_visit(session)
        entries = session.scalars(select(AuditEntry)).all()
        assert {one.action for one in entries} == {"work_order.taken", "visit.booked"}
        assert visit.work_order.customer.name not in repr([one.detail for one in entries])


def test_the_same_form_sent_twice_books_once(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office)
        token = at_hour(offered(session, office, wanted), TOMORROW, 10).token
        first = booked(session, wanted, token)
        again = booked(session, wanted, token)
        assert [one.id for one in first] == [one.id for one in again]
        assert session.scalar(select(func.count()).select_from(WorkOrder)) == 1
        assert session.scalar(select(func.count()).select_from(Stop).where(Stop.visit_id > 0)) == 1
        assert session.scalar(select(func.count()).select_from(Message)) == 3


def test_a_window_taken_meanwhile_is_refused_with_fresh_offers(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session, works=SHORT)
        mine, theirs = an_order(session, office), an_order(session, office)
        token = at_hour(offered(session, office, mine), TOMORROW, 8).token
        booked(session, theirs, at_hour(offered(session, office, theirs), TOMORROW, 8).token)
        with pytest.raises(WindowTaken, match="taken a moment ago") as taken:
            booked(session, mine, token)
        instead = taken.value.instead(session)
        assert instead
        assert TOMORROW not in {one.day for one in instead}


def test_an_offer_older_than_half_an_hour_brings_fresh_ones(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office)
        token = at_hour(offered(session, office, wanted), TOMORROW, 8).token
        later = NOW + timedelta(minutes=30)
        with pytest.raises(WindowTaken, match="older than half an hour") as old:
            booked(session, wanted, token, later)
        assert at_hour(list(old.value.instead(session)), TOMORROW, 8).legs


def test_an_offer_cannot_be_written_by_hand(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office)
        token = at_hour(offered(session, office, wanted), TOMORROW, 8).token
        for wrong in ("", "nonsense", token[:-3] + "abc", token[1:]):
            with pytest.raises(Refused) as refused:
                booked(session, wanted, wrong)
            assert refused.value.field == "offer"


def test_an_offer_to_another_customer_is_refused(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        mine, theirs = an_order(session, office), an_order(session, office)
        token = at_hour(offered(session, office, theirs), TOMORROW, 8).token
        with pytest.raises(Refused, match="another visit"):
            booked(session, mine, token)


def test_an_offer_in_another_territory_is_refused(write: SessionFactory) -> None:
    with write() as session:
        here, there = an_office(session), an_office(session)
        token = at_hour(offered(session, there, an_order(session, there)), TOMORROW, 8).token
        with pytest.raises(Refused, match="another visit"):
            booked(session, an_order(session, here), token)


def test_an_offer_for_shorter_work_is_refused(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office, duration_minutes=30)
        token = at_hour(offered(session, office, wanted), TOMORROW, 16).token
        longer = an_order(
            session,
            office,
            customer_id=wanted.customer_id,
            site_id=wanted.site_id,
            duration_minutes=90,
        )
        with pytest.raises(Refused, match="another visit"):
            booked(session, longer, token)


def test_moving_frees_the_old_place_and_rewrites_the_messages(write: SessionFactory) -> None:
    with write() as session:
        visit = a_booked_visit(session)
        version = visit.version
        move(session, visit.id, version, token_for(session, visit, THURSDAY, 8), asked())
        assert (visit.version, visit.service_on) == (version + 1, THURSDAY)
        stop = session.scalars(select(Stop).where(Stop.visit_id == visit.id)).one()
        assert stop.route.shift.service_on == THURSDAY
        assert kinds_of(session, visit, MessageState.VOID) == [
            MessageKind.BOOKED,
            MessageKind.REMINDER_DAY,
            MessageKind.REMINDER_HOURS,
        ]
        assert MessageKind.REMINDER_HOURS in kinds_of(session, visit, MessageState.PENDING)
        assert introduced(session, visit) == 0


def test_moving_within_a_day_counts_the_old_place_as_free(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session, works=(time(8), time(12, 30)))
        wanted = an_order(session, office, duration_minutes=120)
        token = at_hour(offered(session, office, wanted), TOMORROW, 8).token
        visit = booked(session, wanted, token)[0]
        move(session, visit.id, visit.version, token_for(session, visit, TOMORROW, 10), asked())
        stops = session.scalars(select(Stop).where(Stop.visit_id == visit.id)).all()
        assert len(stops) == 1
        assert visit.told_from is not None
        assert stops[0].starts_at >= visit.told_from


def test_a_request_that_gets_its_time_leaves_every_other_route_as_it_is(
    write: SessionFactory,
) -> None:
    with write() as session:
        office = an_office(session, works=SHORT)
        a_technician(session, office, works=SHORT)
        roster(session, service_day(session, office.id, TOMORROW))
        first = an_order(session, office)
        booked(session, first, at_hour(offered(session, office, first), TOMORROW, 8).token)
        (visit,) = take_order(session, an_order(session, office), NOW, None).visits
        move(session, visit.id, visit.version, token_for(session, visit, TOMORROW, 8), asked())
        routes = session.scalars(select(Stop.route_id).where(Stop.visit_id.is_not(None))).all()
        assert len(routes) == len(set(routes)) == 2


def test_who_was_texted_is_told_of_the_change(write: SessionFactory) -> None:
    with write() as session:
        visit = a_booked_visit(session)
        for message in session.scalars(select(Message).where(Message.kind == MessageKind.BOOKED)):
            message.state = MessageState.SENT
        move(session, visit.id, visit.version, token_for(session, visit, THURSDAY, 8), asked())
        assert MessageKind.CHANGED in kinds_of(session, visit, MessageState.PENDING)


def test_two_people_moving_one_visit_the_second_is_told(write: SessionFactory) -> None:
    with write() as session:
        visit = a_booked_visit(session)
        seen = visit.version
        first, second = (token_for(session, visit, THURSDAY, hour) for hour in (8, 10))
        move(session, visit.id, seen, first, asked())
        with pytest.raises(Stale, match="Somebody else changed"):
            move(session, visit.id, seen, second, asked())


def test_a_move_sent_twice_is_done_once(write: SessionFactory) -> None:
    with write() as session:
        visit = a_booked_visit(session)
        seen, token = visit.version, token_for(session, visit, THURSDAY, 8)
        move(session, visit.id, seen, token, asked())
        move(session, visit.id, seen, token, asked())
        assert visit.version == seen + 1


@pytest.mark.parametrize("state", [VisitState.EN_ROUTE, VisitState.ON_SITE])
def test_a_visit_under_way_stays(write: SessionFactory, state: VisitState) -> None:
    with write() as session:
        visit = a_booked_visit(session)
        token = token_for(session, visit, THURSDAY, 8)
        visit.state = state
        with pytest.raises(Conflict, match="on the way"):
            move(session, visit.id, visit.version, token, asked())
        with pytest.raises(Conflict, match="on the way"):
            cancel(session, visit.id, visit.version, "", asked())


def test_a_cancelled_visit_frees_its_place_and_closes_its_order(write: SessionFactory) -> None:
    with write() as session:
        visit = a_booked_visit(session)
        for message in session.scalars(select(Message).where(Message.kind == MessageKind.BOOKED)):
            message.state = MessageState.SENT
        cancel(session, visit.id, visit.version, "mended itself", asked())
        assert visit.state == VisitState.CANCELLED
        assert visit.cancelled_because == "mended itself"
        assert visit.work_order.state == WorkOrderState.CANCELLED
        assert session.scalar(select(Stop).where(Stop.visit_id == visit.id)) is None
        assert kinds_of(session, visit, MessageState.PENDING) == [MessageKind.CANCELLED]
        office = visit.work_order.customer.territory
        again = offered(session, office, an_order(session, office))
        assert hours(again, TOMORROW) == [8, 10, 12, 14]


def test_a_cancellation_sent_twice_is_done_once(write: SessionFactory) -> None:
    with write() as session:
        visit = a_booked_visit(session)
        seen = visit.version
        assert cancel(session, visit.id, seen, "", asked()) == [visit]
        assert cancel(session, visit.id, seen, "", asked()) == []
        assert visit.version == seen + 1


def test_another_customers_visit_is_not_known(write: SessionFactory) -> None:
    with write() as session:
        visit = a_booked_visit(session)
        stranger = a_customer(session, visit.work_order.customer.territory)
        token = token_for(session, visit, THURSDAY, 8)
        with pytest.raises(NotFound):
            move(session, visit.id, visit.version, token, asked(), stranger.id)
        with pytest.raises(NotFound):
            cancel(session, visit.id, visit.version, "", asked(), stranger.id)


def test_a_held_window_is_taken_for_everybody_else(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session, works=SHORT)
        mine, theirs = an_order(session, office), an_order(session, office)
        offer = at_hour(offered(session, office, mine), TOMORROW, 8)
        wish = wish_of(session, mine)
        until = hold(session, office, wish, offer.token, asked(holder="call-1"))
        assert until == NOW + timedelta(minutes=5)
        assert hours(offered(session, office, theirs), TOMORROW) == []
        assert hours(offered(session, office, mine, holder="call-1"), TOMORROW) == [8]


def test_a_hold_runs_out_by_itself(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session, works=SHORT)
        mine, theirs = an_order(session, office), an_order(session, office)
        offer = at_hour(offered(session, office, mine), TOMORROW, 8)
        hold(session, office, wish_of(session, mine), offer.token, asked(holder="call-1"))
        later = NOW + timedelta(minutes=5)
        assert hours(offered(session, office, theirs, later), TOMORROW) == [8]


def test_a_hold_is_renewed_released_and_becomes_the_visit(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session, works=SHORT)
        mine = an_order(session, office)
        wish = wish_of(session, mine)
        offer = at_hour(offered(session, office, mine), TOMORROW, 8)
        hold(session, office, wish, offer.token, asked(holder="call-1"))
        later = NOW + timedelta(minutes=4)
        until = hold(session, office, wish, offer.token, asked(later, holder="call-1"))
        assert until == later + timedelta(minutes=5)
        order = take_order(session, mine, NOW, None)
        assert book(session, order, wish, offer.token, asked(holder="call-1"))
        assert session.scalar(select(func.count()).select_from(Hold)) == 0
        release(session, "call-1")


def test_nobody_can_hold_what_is_held(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session, works=SHORT)
        mine, theirs = an_order(session, office), an_order(session, office)
        to_me = at_hour(offered(session, office, mine), TOMORROW, 8)
        to_them = at_hour(offered(session, office, theirs), TOMORROW, 8)
        hold(session, office, wish_of(session, mine), to_me.token, asked(holder="call-1"))
        with pytest.raises(WindowTaken):
            hold(session, office, wish_of(session, theirs), to_them.token, asked(holder="call-2"))


def test_long_work_becomes_visits_on_consecutive_days_with_one_technician(
    write: SessionFactory,
) -> None:
    with write() as session:
        office = an_office(session)
        a_technician(session, office)
        wanted = an_order(session, office, duration_minutes=10 * 60)
        found = offered(session, office, wanted)
        assert [leg.minutes for leg in found[0].legs] == [300, 300]
        friday = next(one for one in found if one.day == date(2026, 3, 13))
        assert [leg.day for leg in friday.legs] == [date(2026, 3, 13), date(2026, 3, 16)]
        visits = booked(session, wanted, friday.token)
        assert [one.service_on for one in visits] == [leg.day for leg in friday.legs]
        stops = [
            session.scalars(select(Stop).where(Stop.visit_id == one.id)).one() for one in visits
        ]
        assert len({stop.route.shift.lead.id for stop in stops}) == 1
        assert all(introduced(session, one) == 0 for one in visits)


def test_long_work_is_booked_whole_or_not_at_all(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office, duration_minutes=10 * 60)
        offer = next(one for one in offered(session, office, wanted) if one.day == TOMORROW)
        other = an_order(session, office, duration_minutes=300)
        booked(session, other, at_hour(offered(session, office, other), THURSDAY, 8).token)
        with pytest.raises(WindowTaken):
            booked(session, wanted, offer.token)
        assert session.scalar(select(func.count()).select_from(Stop).where(Stop.visit_id > 0)) == 1


def test_long_work_moves_and_is_cancelled_as_one(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office, duration_minutes=10 * 60)
        offer = next(one for one in offered(session, office, wanted) if one.day == TOMORROW)
        visits = booked(session, wanted, offer.token)
        wish = wish_for_visits(visits)
        # One day later: the first day's visit takes the place of the second.
        later = offers(session, office, wish, NOW, SECRET)
        onward = next(one for one in later if one.day == THURSDAY)
        move(session, visits[1].id, visits[1].version, onward.token, asked())
        assert [one.service_on for one in visits] == [THURSDAY, THURSDAY + timedelta(days=1)]
        assert all(introduced(session, one) == 0 for one in visits)
        cancel(session, visits[0].id, visits[0].version, "", asked())
        assert {one.state for one in visits} == {VisitState.CANCELLED}
        assert session.scalar(select(func.count()).select_from(Stop).where(Stop.visit_id > 0)) == 0


def test_an_offer_too_close_to_its_window_is_gone(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office)
        asked_at = NOW + timedelta(minutes=15)
        token = at_hour(offered(session, office, wanted, asked_at), TODAY, 10).token
        with pytest.raises(WindowTaken, match="taken a moment ago"):
            booked(session, wanted, token, NOW + timedelta(minutes=31))


def newest_route(session: Session, day: date) -> list[int]:
    """The visits on the route its technician was given last."""
    publications = select(Publication).join(ServiceDay).where(ServiceDay.day == day)
    newest = session.scalars(publications.order_by(Publication.id.desc())).first()
    assert newest
    return [stop["visit_id"] for stop in newest.stops if stop["visit_id"]]


def test_a_published_route_follows_bookings_moves_and_cancellations(
    write: SessionFactory,
) -> None:
    with write() as session:
        first = a_booked_visit(session)
        office = first.work_order.customer.territory
        day = service_day(session, office.id, TOMORROW)
        publish(session, day, NOW, None, None)
        wanted = an_order(session, office)
        token = at_hour(offered(session, office, wanted), TOMORROW, 8).token
        second = booked(session, wanted, token)[0]
        assert newest_route(session, TOMORROW) == [second.id, first.id]
        assert second.state == VisitState.PLANNED
        move(session, first.id, first.version, token_for(session, first, THURSDAY, 8), asked())
        assert first.state == VisitState.BOOKED
        assert newest_route(session, TOMORROW) == [second.id]
        cancel(session, second.id, second.version, "", asked())
        assert newest_route(session, TOMORROW) == []
