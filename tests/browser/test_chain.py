"""The whole chain in a browser: booked, planned, reminded, driven, asked and followed up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from fieldservice.models.users import RoleName
from fieldservice.models.work_orders import Visit
from fieldservice.operations.bookings.offers import horizon, open_horizon
from fieldservice.operations.customers.links import make_link, token_of
from tests.browser.conftest import LiveServer
from tests.factories import NOW, a_customer, a_technician, a_territory, an_asset

WIDTHS = {"desktop": (1440, 900), "phone": (360, 740)}


@pytest.fixture(params=list(WIDTHS))
def page(page: Page, request: pytest.FixtureRequest) -> Page:
    """A page at the width of a desk, then at the width of a phone."""
    width, height = WIDTHS[request.param]
    page.set_viewport_size({"width": width, "height": height})
    page.set_default_timeout(20_000)
    return page


def an_office_with_a_customer(server: LiveServer) -> tuple[str, str, int]:
    """A territory with one technician and one customer: slug, the customer's token, technician."""
    with server.write() as session:
        territory = a_territory(session)
        technician = a_technician(session, territory)
        customer = a_customer(session, territory)
        an_asset(session, customer)
        open_horizon(session, territory, horizon(territory, NOW))
        link = make_link(
            session, server.settings.secret_key, customer.id, None, NOW, NOW + timedelta(days=30)
        )
        return territory.slug, token_of(link, server.settings.secret_key), technician.id


def no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def choose(card: Locator) -> None:
    """Press a card as a finger does: where it is seen, with nothing lying over it."""
    card.click()
    expect(card.locator("input")).to_be_checked()


def the_customer_books(server: LiveServer, page: Page, token: str) -> Visit:
    page.goto(f"{server.url}/c/{token}?lang=en")
    no_sideways_scroll(page)
    page.get_by_role("link", name="Book a visit for").first.click()
    choose(page.locator("label", has=page.locator("input[name=kind][value=repair]")))
    page.locator("[name=summary]").fill("No hot water since this morning")
    page.locator("form[data-once] button").first.click()
    tomorrow = page.locator("fieldset").nth(1)
    choose(tomorrow.locator("label").first)
    no_sideways_scroll(page)
    page.locator("form[data-once] button").first.click()
    expect(page.locator("body")).to_contain_text("Repair")
    with server.read() as session:
        visit = session.scalars(select(Visit)).one()
        session.expunge(visit)
        return visit


def the_dispatcher_plans_and_publishes(
    server: LiveServer, page: Page, slug: str, visit: Visit
) -> None:
    server.sign_in(page, RoleName.DISPATCHER)
    page.goto(f"{server.url}/day/{slug}/{visit.service_on}")
    page.locator("select[name=seconds]").select_option("10")
    page.get_by_role("button", name="Plan this day").click()
    expect(page.locator("#run")).to_be_visible()
    expect(page.locator("#run")).to_have_count(0, timeout=150_000)
    if page.get_by_role("button", name="Accept all").is_visible():
        page.get_by_role("button", name="Accept all").click()
    page.get_by_role("link", name="Publish").click()
    no_sideways_scroll(page)
    page.locator("main form button").first.click()
    page.goto(f"{server.url}/day/{slug}/{visit.service_on}")
    no_sideways_scroll(page)
    expect(page.locator("main")).to_contain_text("Published")


def a_reminder_waits(server: LiveServer, page: Page) -> None:
    page.goto(f"{server.url}/outbox")
    no_sideways_scroll(page)
    expect(page.locator("main")).to_contain_text("Reminder")


def the_technician_drives(server: LiveServer, page: Page, technician_id: int) -> None:
    page.context.clear_cookies()
    server.sign_in(page, RoleName.TECHNICIAN, technician_id=technician_id)
    expect(page).to_have_url(f"{server.url}/my-day")
    no_sideways_scroll(page)
    for deed, state in (("On my way", "On the way"), ("I have arrived", "On site")):
        page.get_by_role("button", name=deed).click()
        expect(page.locator("main")).to_contain_text(state)
    page.get_by_role("link", name="Finish").click()
    choose(page.locator("label", has=page.locator("input[name=outcome][value=done]")))
    page.locator("[name=remarks]").fill("Valve changed, tested hot")
    page.get_by_role("button", name="Finish the visit").click()
    expect(page.locator("main")).to_contain_text("Finished")


def the_customer_answers_two(server: LiveServer, page: Page) -> None:
    page.context.clear_cookies()
    server.sign_in(page, RoleName.DISPATCHER)
    page.goto(f"{server.url}/outbox")
    row = page.locator("tr", has_text="call").first
    row.get_by_role("button", name="Hand over now").click()
    expect(page.locator("h1")).to_contain_text("Quiet hours")
    page.get_by_role("button", name="Hand over at").click()
    page.goto(f"{server.url}/outbox/phones")
    page.locator(".phone-line a").first.click()
    page.get_by_role("button", name="Answer").click()
    page.get_by_role("button", name="2", exact=True).click()
    page.get_by_role("button", name="Hang up").click()
    page.goto(f"{server.url}/follow-ups")
    no_sideways_scroll(page)
    expect(page.locator("main")).to_contain_text("Score 2 of 5")


def test_from_booking_to_follow_up(live_server: LiveServer, page: Page) -> None:
    slug, token, technician_id = an_office_with_a_customer(live_server)
    visit = the_customer_books(live_server, page, token)
    the_dispatcher_plans_and_publishes(live_server, page, slug, visit)
    a_reminder_waits(live_server, page)
    assert visit.service_on is not None
    assert visit.told_from is not None
    live_server.move_to(visit.told_from - timedelta(minutes=5))
    the_technician_drives(live_server, page, technician_id)
    the_customer_answers_two(live_server, page)
