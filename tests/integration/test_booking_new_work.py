"""New work booked in one step: what is written is what the long way writes."""

from __future__ import annotations

from datetime import time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldservice.models.audit import AuditEntry
from fieldservice.models.base import Base
from fieldservice.models.customers import Contact
from fieldservice.models.events import Event
from fieldservice.models.kinds import Kind, Language
from fieldservice.models.messages import Message
from fieldservice.models.plans import Publication, Route, ServiceDay, Stop
from fieldservice.models.territories import KindDefault, Territory
from fieldservice.models.work_orders import (
    RequiredSkill,
    Visit,
    VisitState,
    WorkOrder,
    WorkOrderContact,
)
from fieldservice.operations.bookings.booking import book
from fieldservice.operations.bookings.new_work import book_new
from fieldservice.operations.bookings.work_orders import NewOrder, take_order, wish_of
from fieldservice.operations.dispatching.publishing import publish
from fieldservice.operations.plans.days import roster, service_day
from fieldservice.operations.plans.problems import problem_for
from fieldservice.operations.plans.workplan import findings_of, sequences
from tests.conftest import SessionFactory
from tests.factories import NOW, TOMORROW, a_skill, a_technician, an_asset
from tests.integration.booking_office import an_office, an_order, asked, at_hour, offered

SHORT = (time(8), time(9, 30))
NOT_COMPARED = {
    "id",
    "updated_at",
    "reference",
    "dedupe_key",
    "uid",
    "work_order_id",
    "visit_id",
    "subject_id",
}
WRITTEN: tuple[type[Base], ...] = (
    WorkOrder,
    RequiredSkill,
    WorkOrderContact,
    Visit,
    ServiceDay,
    Route,
    Stop,
    Message,
    AuditEntry,
    Event,
)


def an_order_with_everything(session: Session, territory: Territory) -> NewOrder:
    """A repair that takes a skill, of the customer's boiler, told to the second contact."""
    wanted = an_order(session, territory)
    asset = an_asset(session)
    asset.customer_id, asset.site_id = wanted.customer_id, wanted.site_id
    contact = Contact(
        customer_id=wanted.customer_id,
        name="Pere Sala",
        phone="+376333444",
        language=Language.SPANISH,
    )
    session.add(contact)
    session.flush()
    return NewOrder(
        customer_id=wanted.customer_id,
        site_id=wanted.site_id,
        kind=wanted.kind,
        summary="  It drips.  ",
        form_key=wanted.form_key,
        asset_id=asset.id,
        duration_minutes=45,
        priority=40,
        text_contact_id=contact.id,
    )


def an_office_for_gas(session: Session) -> Territory:
    """Repairs take the skill gas there, and one of two technicians holds it."""
    territory = an_office(session)
    a_technician(session, territory, skills=["gas"])
    day = service_day(session, territory.id, TOMORROW)
    roster(session, day)
    gas = a_skill(session)
    territory.kinds = [KindDefault(kind=Kind.REPAIR, duration_minutes=60, skill_id=gas.id)]
    session.flush()
    return territory


def all_rows(session: Session) -> dict[str, list[dict[str, Any]]]:
    """What the booking wrote, but for numbers that differ from one to the next."""
    return {
        model.__tablename__: [
            {name: value for name, value in row._asdict().items() if name not in NOT_COMPARED}
            for row in session.execute(select(*model.__table__.c).order_by(model.id))
        ]
        for model in WRITTEN
    }


def test_one_step_writes_what_the_long_way_writes(write: SessionFactory) -> None:
    with write() as session:
        office = an_office_for_gas(session)
        wanted = an_order_with_everything(session, office)
        token = at_hour(offered(session, office, wanted), TOMORROW, 10).token
        with session.begin_nested() as undone:
            order = take_order(session, wanted, NOW, None)
            book(session, order, wish_of(session, wanted), token, asked())
            the_long_way = all_rows(session)
            undone.rollback()
        session.expire_all()
        book_new(session, wanted, token, asked())
        assert all_rows(session) == the_long_way
        assert len(the_long_way["message"]) == 3
        assert "Caldera" in the_long_way["message"][0]["body"]
        assert {row["to_address"] for row in the_long_way["message"]} == {"+376333444"}


def test_the_visit_that_is_answered_is_the_one_that_is_kept(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office)
        token = at_hour(offered(session, office, wanted), TOMORROW, 10).token
        (visit,) = book_new(session, wanted, token, asked())
        assert visit.work_order.visits == [visit]
        assert visit not in session.new
        assert visit not in session.dirty
        visit.remarks = "Ring twice."
        session.flush()
        kept = session.scalars(select(Visit.remarks).where(Visit.id == visit.id)).one()
        assert kept == "Ring twice."


def test_the_day_moves_on_with_each_booking(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        first, second = an_order(session, office), an_order(session, office)
        day = service_day(session, office.id, TOMORROW)
        before = day.version
        book_new(session, first, token_at(session, office, first, 10), asked())
        book_new(session, second, token_at(session, office, second, 10), asked())
        assert day.version == before + 2
        at_day = problem_for(session, day, NOW)
        assert findings_of(at_day.problem, sequences(day, at_day.problem)).introduced == ()


def test_an_offer_on_a_route_that_is_full_is_kept_on_another(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session, works=SHORT)
        a_technician(session, office, works=SHORT)
        day = service_day(session, office.id, TOMORROW)
        roster(session, day)
        first, second = an_order(session, office), an_order(session, office)
        tokens = [token_at(session, office, one, 8) for one in (first, second)]
        book_new(session, first, tokens[0], asked())
        book_new(session, second, tokens[1], asked())
        stops = session.scalars(select(Stop.route_id).where(Stop.visit_id.is_not(None))).all()
        assert len(set(stops)) == 2


def test_a_booking_onto_a_published_route_is_given_to_its_technician(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        first, second = an_order(session, office), an_order(session, office)
        book_new(session, first, token_at(session, office, first, 10), asked())
        publish(session, service_day(session, office.id, TOMORROW), NOW, None, None)
        (visit,) = book_new(session, second, token_at(session, office, second, 14), asked())
        newest = session.scalars(select(Publication).order_by(Publication.id.desc())).first()
        assert newest is not None
        assert visit.id in [stop["visit_id"] for stop in newest.stops]
        assert visit.state == VisitState.PLANNED


def test_what_is_sent_twice_is_done_once(write: SessionFactory) -> None:
    with write() as session:
        office = an_office(session)
        wanted = an_order(session, office)
        token = token_at(session, office, wanted, 10)
        (first,) = book_new(session, wanted, token, asked())
        (again,) = book_new(session, wanted, token, asked())
        assert again is first
        assert session.scalar(select(func.count()).select_from(WorkOrder)) == 1


def token_at(session: Session, office: Territory, wanted: NewOrder, hour: int) -> str:
    """The offer of tomorrow's window at that hour."""
    return at_hour(offered(session, office, wanted), TOMORROW, hour).token
