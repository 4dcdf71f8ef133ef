"""A visit left out is placed from the day page with one click, at the price it showed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fieldservice.models.users import RoleName
from fieldservice.operations.dispatching import dispatch
from fieldservice.operations.plans.days import service_day
from tests.browser.conftest import LiveServer
from tests.factories import TOMORROW
from tests.integration.planning_day import a_booked_visit, a_company
from tests.integration.test_dispatch import BY_HAND

WIDTHS = {"desktop": (1440, 900), "phone": (360, 740)}


def a_full_morning(server: LiveServer) -> str:
    """One technician, and two visits of two hours that were both promised for ten; the slug."""
    with server.write() as session:
        company = a_company(session, technicians=1, visits=0)
        asked: dict[str, Any] = {"told": (10, 11), "duration_minutes": 120}
        first, _ = (a_booked_visit(session, company.territory_id, n, **asked) for n in range(2))
        service_day(session, company.territory_id, TOMORROW)
        dispatch.assign(session, first, BY_HAND)
        return company.slug


@pytest.mark.parametrize("width", list(WIDTHS))
def test_one_click_places_a_visit(live_server: LiveServer, page: Page, width: str) -> None:
    w, h = WIDTHS[width]
    page.set_viewport_size({"width": w, "height": h})
    page.set_default_timeout(20_000)
    slug = a_full_morning(live_server)
    live_server.sign_in(page, RoleName.DISPATCHER)
    page.goto(f"{live_server.url}/day/{slug}/{TOMORROW}")
    page.locator(".day-side .ways > summary").click()
    way = page.locator(".way", has_text="after its window").first
    expect(way).to_contain_text("min")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    way.get_by_role("button", name="Place").click()
    expect(page.locator("body")).to_contain_text("Placed.")
    expect(page.locator(".day-side .ways")).to_have_count(0)
    page.locator("#panel .ways > summary").click()
    expect(page.locator("#panel .way-list, #panel .ways p").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
