"""A technician falls ill in the middle of the day: repaired, accepted, customers told."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from sqlalchemy import select

from fieldservice.models.messages import Message, MessageKind
from fieldservice.models.plans import Stop
from fieldservice.models.technicians import Absence
from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit, VisitState
from fieldservice.operations.dispatching import dispatch, publishing
from fieldservice.operations.dispatching.dispatch import Goal, Order
from fieldservice.operations.plans.days import service_day
from tests.browser.conftest import LiveServer
from tests.factories import NOW, TODAY, at
from tests.integration.planning_day import Company, a_booked_visit, a_company


def a_published_day(server: LiveServer) -> tuple[Company, int]:
    """Tec 0 has everything, one visit begun and three promised; Tec 1 comes at noon."""
    with server.write() as session:
        company = a_company(session, visits=0, day=TODAY)
        until_noon = {"starts_at": at(TODAY, 0), "ends_at": at(TODAY, 12)}
        session.add(Absence(technician_id=company.technicians[1], reason="course", **until_noon))
        numbers = (0, 1, 2, 4)
        place = company.territory_id
        visits = [a_booked_visit(session, place, number, TODAY) for number in numbers]
        day = service_day(session, company.territory_id, TODAY)
        busy = next(r for r in day.routes if r.shift.lead.id == company.technicians[0])
        for one in visits:
            goal = Goal(busy.shift_id)
            dispatch.move_visit(session, one, goal, Order(NOW, None), waive_as="all his")
        for stop in session.scalars(select(Stop)):
            stop.pinned = False
        publishing.publish(session, day, NOW, None, None)
        first = session.get_one(Visit, visits[0])
        first.state, first.arrived_at = VisitState.ON_SITE, NOW
        return company, first.id


def test_a_day_is_repaired_when_somebody_falls_ill(live_server: LiveServer, page: Page) -> None:
    page.set_default_timeout(30_000)
    company, begun = a_published_day(live_server)
    live_server.sign_in(page, RoleName.DISPATCHER)
    page.goto(f"{live_server.url}/day/{company.slug}/{TODAY}")
    page.get_by_role("link", name="Repair the day").click()
    page.get_by_label("Technician").select_option("Tec 0")
    page.get_by_role("button", name="Find a repair").press("Enter")
    expect(page.locator("main")).to_contain_text("A repair is ready", timeout=150_000)
    page.get_by_role("link", name="Review the moves").click()
    expect(page.locator("main")).to_contain_text("nobody there")
    expect(page.locator("main")).to_contain_text("Tec 1")
    page.get_by_role("button", name="Accept all").click()
    expect(page.locator("h1")).to_contain_text("Publish")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("Published")
    with live_server.read() as session:
        places = {
            stop.visit_id: stop.route.shift.lead.id
            for stop in session.scalars(select(Stop).where(Stop.visit_id.is_not(None)))
        }
        assert places.pop(begun) == company.technicians[0]
        assert set(places.values()) == {company.technicians[1]}
        changed = select(Message.visit_id).where(Message.kind == MessageKind.CHANGED)
        told = set(session.scalars(changed))
        assert told
        assert told <= set(places)
