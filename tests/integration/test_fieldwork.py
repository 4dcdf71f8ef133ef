"""A technician on the road: each deed, each refusal, each correction, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldservice.errors import Conflict, NotFound, Refused, Stale
from fieldservice.models.audit import AuditEntry
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.plans import ServiceDay, Stop
from fieldservice.models.surveys import FollowUp
from fieldservice.models.work_orders import Visit, VisitState, WorkOrderState
from fieldservice.operations.road.fieldwork import (
    Crew,
    arrive,
    finish,
    no_access,
    set_out,
    step_back,
)
from fieldservice.operations.road.fieldwork_outcome import WorkReport
from tests.conftest import SessionFactory
from tests.factories import TODAY, TOMORROW, a_publication, a_technician, at
from tests.integration.road import Road, a_road, visit_of

TEN = at(TODAY, 10)
DONE = WorkReport(all_done=True, remarks="New pump.", parts_used="1 pump")


def messages(session: Session, visit_id: int, kind: MessageKind) -> list[MessageState]:
    """How the messages of one kind about a visit stand, oldest first."""
    query = select(Message).where(Message.visit_id == visit_id, Message.kind == kind)
    return [message.state for message in session.scalars(query.order_by(Message.id))]


def deeds(session: Session, visit_id: int) -> list[str]:
    """What the audit says was done to the visit."""
    query = select(AuditEntry.action).where(
        AuditEntry.subject_kind == "visit", AuditEntry.subject_id == visit_id
    )
    return list(session.scalars(query.order_by(AuditEntry.id)))


@pytest.fixture
def road(write: SessionFactory) -> Road:
    with write() as session:
        return a_road(session)


def bring_to(session: Session, road: Road, state: VisitState, number: int = 0) -> int:
    """Lead a visit through the deeds that end in that state."""
    visit_id = road.visit_ids[number]
    if state in (VisitState.EN_ROUTE, VisitState.ON_SITE, VisitState.COMPLETED):
        set_out(session, TEN, road.crew, visit_id)
    if state in (VisitState.ON_SITE, VisitState.COMPLETED):
        arrive(session, TEN + timedelta(minutes=10), road.crew, visit_id)
    if state is VisitState.COMPLETED:
        finish(session, TEN + timedelta(hours=1), road.crew, visit_id, DONE)
    if state in (VisitState.BOOKED, VisitState.REQUESTED, VisitState.CANCELLED):
        visit_of(session, visit_id).state = state
        visit_of(session, visit_id).version += 1
        session.flush()
    if state is VisitState.NO_ACCESS:
        set_out(session, TEN, road.crew, visit_id)
        no_access(session, TEN + timedelta(minutes=20), road.crew, visit_id, "Nobody at home")
    return visit_id


def test_setting_out_tells_the_customer_when_the_van_arrives(
    write: SessionFactory, road: Road
) -> None:
    with write() as session:
        visit = set_out(session, TEN, road.crew, road.visit_ids[0])
        # 1.665 km from home as the crow flies: 210 s + 108 s a kilometre.
        assert visit.state is VisitState.EN_ROUTE
        assert visit.eta_at == TEN + timedelta(seconds=390)
        assert messages(session, visit.id, MessageKind.ON_MY_WAY) == [MessageState.PENDING]
        assert deeds(session, visit.id) == ["visit.set_out"]


def test_the_second_drive_starts_where_the_first_visit_was(
    write: SessionFactory, road: Road
) -> None:
    with write() as session:
        bring_to(session, road, VisitState.COMPLETED)
        eleven = TEN + timedelta(hours=1)
        visit = set_out(session, eleven, road.crew, road.visit_ids[1])
        # 1.11 km between the first two customers.
        assert visit.eta_at == eleven + timedelta(seconds=331)


def test_a_finished_visit_closes_the_work_order_and_owes_a_call(
    write: SessionFactory, road: Road
) -> None:
    with write() as session:
        visit = visit_of(session, bring_to(session, road, VisitState.COMPLETED))
        assert visit.ended_at == TEN + timedelta(hours=1)
        assert (visit.remarks, visit.parts_used) == ("New pump.", "1 pump")
        assert visit.work_order.state is WorkOrderState.DONE
        assert messages(session, visit.id, MessageKind.SURVEY_CALL) == [MessageState.PENDING]
        assert deeds(session, visit.id) == ["visit.set_out", "visit.arrive", "visit.finish"]


def test_what_is_left_to_do_asks_for_another_visit(write: SessionFactory, road: Road) -> None:
    report = WorkReport(all_done=False, remarks="Valve is ordered.", waits_for_parts=True)
    with write() as session:
        visit_id = bring_to(session, road, VisitState.ON_SITE)
        order = finish(session, TEN + timedelta(hours=1), road.crew, visit_id, report).work_order
        session.flush()
        assert order.state is WorkOrderState.WAITING_FOR_PARTS
        assert [visit.state for visit in order.visits] == [
            VisitState.COMPLETED,
            VisitState.REQUESTED,
        ]
        assert order.visits[1].preferred_technician_id == road.technician_id
        follow_up = session.scalars(select(FollowUp)).one()
        assert (follow_up.reason, follow_up.note) == ("another_visit", "Valve is ordered.")


def test_another_visit_needs_words_about_what_is_left() -> None:
    with pytest.raises(Refused, match="what is left to do") as refusal:
        WorkReport(all_done=False)
    assert refusal.value.field == "remarks"


def test_a_closed_door_tells_the_customer_and_the_office(write: SessionFactory, road: Road) -> None:
    with write() as session:
        visit = visit_of(session, bring_to(session, road, VisitState.NO_ACCESS))
        assert visit.state is VisitState.NO_ACCESS
        assert visit.work_order.state is WorkOrderState.OPEN
        assert messages(session, visit.id, MessageKind.NO_ACCESS) == [MessageState.PENDING]
        assert messages(session, visit.id, MessageKind.ON_MY_WAY) == [MessageState.VOID]
        follow_up = session.scalars(select(FollowUp)).one()
        assert (follow_up.reason, follow_up.note) == ("no_access", "Nobody at home")


def test_no_access_without_a_reason_is_refused(write: SessionFactory, road: Road) -> None:
    with write() as session:
        visit_id = bring_to(session, road, VisitState.ON_SITE)
        with pytest.raises(Refused, match="Say why"):
            no_access(session, TEN, road.crew, visit_id, "  ")


Deed = Callable[[Session, Road, int], Visit]
DEEDS: dict[str, Deed] = {
    "set_out": lambda session, road, visit: set_out(session, TEN, road.crew, visit),
    "arrive": lambda session, road, visit: arrive(session, TEN, road.crew, visit),
    "finish": lambda session, road, visit: finish(session, TEN, road.crew, visit, DONE),
    "no_access": lambda session, road, visit: no_access(session, TEN, road.crew, visit, "shut"),
}
REFUSED = {
    "set_out": "requested booked on_site completed no_access cancelled",
    "arrive": "requested booked completed no_access cancelled",
    "finish": "requested booked planned en_route no_access cancelled",
    "no_access": "requested booked planned completed cancelled",
}


@pytest.mark.parametrize(
    ("deed", "state"),
    [(deed, state) for deed, states in REFUSED.items() for state in states.split()],
)
def test_what_the_table_does_not_allow_is_refused(
    write: SessionFactory, road: Road, deed: str, state: str
) -> None:
    with write() as session:
        visit_id = bring_to(session, road, VisitState(state))
        before = visit_of(session, visit_id).version
        with pytest.raises(Conflict):
            DEEDS[deed](session, road, visit_id)
        assert visit_of(session, visit_id).state == state
        assert visit_of(session, visit_id).version == before


@pytest.mark.parametrize(
    ("deed", "state"),
    [
        ("set_out", VisitState.EN_ROUTE),
        ("arrive", VisitState.ON_SITE),
        ("finish", VisitState.COMPLETED),
        ("no_access", VisitState.NO_ACCESS),
    ],
)
def test_a_double_tap_changes_nothing(
    write: SessionFactory, road: Road, deed: str, state: VisitState
) -> None:
    with write() as session:
        visit_id = bring_to(session, road, state)
        visit = visit_of(session, visit_id)
        day = session.get_one(ServiceDay, road.service_day_id)
        before = (visit.version, day.version, deeds(session, visit_id))
        written = session.scalar(select(func.count()).select_from(Message))
        DEEDS[deed](session, road, visit_id)
        assert (visit.version, day.version, deeds(session, visit_id)) == before
        assert session.scalar(select(func.count()).select_from(Message)) == written


def test_a_page_opened_before_the_office_changed_the_visit_is_stale(
    write: SessionFactory, road: Road
) -> None:
    with write() as session:
        visit = visit_of(session, road.visit_ids[0])
        opened = visit.version
        visit.version += 1
        session.flush()
        with pytest.raises(Stale, match="changed since you opened it"):
            set_out(session, TEN, road.crew, visit.id, opened)
        assert set_out(session, TEN, road.crew, visit.id, opened + 1).state is VisitState.EN_ROUTE


def test_one_visit_at_a_time(write: SessionFactory, road: Road) -> None:
    with write() as session:
        bring_to(session, road, VisitState.ON_SITE)
        with pytest.raises(Refused, match="comes first"):
            set_out(session, TEN, road.crew, road.visit_ids[1])
        assert visit_of(session, road.visit_ids[1]).state is VisitState.PLANNED


def test_somebody_elses_visit_is_not_there(write: SessionFactory, road: Road) -> None:
    with write() as session:
        stranger = a_technician(session)
        with pytest.raises(NotFound):
            set_out(session, TEN, Crew(stranger.id, None), road.visit_ids[0])


def test_a_visit_not_published_is_not_there(write: SessionFactory) -> None:
    with write() as session:
        road = a_road(session, published=False)
        with pytest.raises(NotFound):
            set_out(session, TEN, road.crew, road.visit_ids[0])


def test_a_visit_that_left_the_published_route_is_not_there(
    write: SessionFactory, road: Road
) -> None:
    with write() as session:
        route = session.get_one(ServiceDay, road.service_day_id).routes[0]
        route.stops.pop(0)
        a_publication(session, route, changes_previous=True)
        with pytest.raises(NotFound):
            set_out(session, TEN, road.crew, road.visit_ids[0])
        assert set_out(session, TEN, road.crew, road.visit_ids[1]).state is VisitState.EN_ROUTE


def test_everybody_in_the_van_may_press_the_button(write: SessionFactory, road: Road) -> None:
    with write() as session:
        shift = session.get_one(ServiceDay, road.service_day_id).routes[0].shift
        apprentice = a_technician(session, is_trainee=True)
        shift.members.append(type(shift.members[0])(technician_id=apprentice.id))
        session.flush()
        visit = set_out(session, TEN, Crew(apprentice.id, None), road.visit_ids[0])
        assert visit.state is VisitState.EN_ROUTE


def test_tomorrows_visit_cannot_begin_today(write: SessionFactory) -> None:
    with write() as session:
        road = a_road(session, TOMORROW)
        with pytest.raises(Refused, match="Wed 11 Mar"):
            set_out(session, TEN, road.crew, road.visit_ids[0])


def test_a_visit_can_be_written_up_in_the_evening_but_texts_nobody(
    write: SessionFactory, road: Road
) -> None:
    night = at(TOMORROW, 1)
    with write() as session:
        with pytest.raises(Refused, match="was on Tue 10 Mar"):
            set_out(session, night, road.crew, road.visit_ids[0])
        arrive(session, night, road.crew, road.visit_ids[0])
        visit = finish(session, night, road.crew, road.visit_ids[0], DONE)
        assert visit.state is VisitState.COMPLETED
        assert messages(session, visit.id, MessageKind.ON_MY_WAY) == []


@pytest.mark.parametrize(
    ("wrong", "before"),
    [
        (VisitState.EN_ROUTE, VisitState.PLANNED),
        (VisitState.ON_SITE, VisitState.EN_ROUTE),
        (VisitState.COMPLETED, VisitState.ON_SITE),
        (VisitState.NO_ACCESS, VisitState.ON_SITE),
    ],
)
def test_a_step_back_undoes_one_deed_and_says_so(
    write: SessionFactory, road: Road, wrong: VisitState, before: VisitState
) -> None:
    with write() as session:
        visit_id = bring_to(session, road, wrong)
        for _ in range(2):
            visit = step_back(session, TEN + timedelta(hours=2), road.crew, visit_id, wrong)
            assert visit.state is before
        assert deeds(session, visit_id).count("visit.stepped_back") == 1


def test_a_step_back_takes_the_call_the_order_and_the_follow_up_back(
    write: SessionFactory, road: Road
) -> None:
    later = TEN + timedelta(hours=2)
    with write() as session:
        visit_id = bring_to(session, road, VisitState.ON_SITE)
        finish(session, TEN, road.crew, visit_id, WorkReport(all_done=False, remarks="Valve."))
        visit = step_back(session, later, road.crew, visit_id, VisitState.COMPLETED)
        assert visit.ended_at is None
        assert visit.work_order.state is WorkOrderState.OPEN
        assert messages(session, visit_id, MessageKind.SURVEY_CALL) == [MessageState.VOID]
        assert visit.work_order.visits[1].state is VisitState.CANCELLED
        assert session.scalars(select(FollowUp)).one().closed_at == later
        again = finish(session, later, road.crew, visit_id, DONE)
        assert again.work_order.state is WorkOrderState.DONE
        assert messages(session, visit_id, MessageKind.SURVEY_CALL) == [
            MessageState.VOID,
            MessageState.PENDING,
        ]


def test_arrived_pressed_by_mistake_still_announces_the_van(
    write: SessionFactory, road: Road
) -> None:
    with write() as session:
        visit_id = bring_to(session, road, VisitState.ON_SITE)
        assert messages(session, visit_id, MessageKind.ON_MY_WAY) == [MessageState.VOID]
        step_back(session, TEN, road.crew, visit_id, VisitState.ON_SITE)
        assert messages(session, visit_id, MessageKind.ON_MY_WAY)[-1] is MessageState.PENDING


def test_an_announcement_that_has_left_is_not_sent_twice(write: SessionFactory, road: Road) -> None:
    with write() as session:
        visit_id = bring_to(session, road, VisitState.EN_ROUTE)
        session.scalars(select(Message)).one().state = MessageState.SENT
        arrive(session, TEN, road.crew, visit_id)
        step_back(session, TEN, road.crew, visit_id, VisitState.ON_SITE)
        assert messages(session, visit_id, MessageKind.ON_MY_WAY) == [MessageState.SENT]


def test_lateness_shows_on_the_working_plan_at_once(write: SessionFactory, road: Road) -> None:
    with write() as session:
        visit_id = road.visit_ids[0]
        set_out(session, at(TODAY, 12, 50), road.crew, visit_id)
        arrive(session, at(TODAY, 13), road.crew, visit_id)
        finish(session, at(TODAY, 14), road.crew, visit_id, DONE)
        stops = session.scalars(select(Stop).order_by(Stop.position)).all()
        by_visit = {stop.visit_id: stop for stop in stops if stop.visit_id}
        assert by_visit[visit_id].starts_at == at(TODAY, 13)
        assert by_visit[visit_id].ends_at == at(TODAY, 14)
        # The second was promised until 14:00 and cannot be reached before.
        assert by_visit[road.visit_ids[1]].lateness_seconds > 0
        assert by_visit[road.visit_ids[1]].starts_at > at(TODAY, 14)


def test_visits_taken_in_another_order_stand_in_that_order(
    write: SessionFactory, road: Road
) -> None:
    with write() as session:
        set_out(session, TEN, road.crew, road.visit_ids[2])
        day = session.get_one(ServiceDay, road.service_day_id)
        session.refresh(day.routes[0])
        order = [stop.visit_id for stop in day.routes[0].stops if stop.visit_id]
        assert order == [road.visit_ids[2], road.visit_ids[0], road.visit_ids[1]]


def test_who_begins_a_visit_keeps_it_whatever_was_drafted_meanwhile(
    write: SessionFactory, road: Road
) -> None:
    with write() as session:
        stop = session.scalars(select(Stop).where(Stop.visit_id == road.visit_ids[0])).one()
        session.delete(stop)
        session.flush()
        session.expire_all()
        set_out(session, TEN, road.crew, road.visit_ids[0])
        stop = session.scalars(select(Stop).where(Stop.visit_id == road.visit_ids[0])).one()
        assert stop.route.shift_id == road.shift_id


@pytest.mark.parametrize(
    ("day", "leaves"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 8, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 9, tzinfo=UTC)),
    ],
)
def test_a_day_of_23_or_25_hours_keeps_its_wall_times(
    write: SessionFactory, day: date, leaves: datetime
) -> None:
    with write() as session:
        road = a_road(session, day)
        assert at(day, 10) == leaves
        visit = set_out(session, leaves, road.crew, road.visit_ids[0])
        assert visit.eta_at == leaves + timedelta(seconds=390)
        stop = session.scalars(select(Stop).where(Stop.visit_id == visit.id)).one()
        assert stop.starts_at == visit.eta_at
