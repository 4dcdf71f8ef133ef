"""Signing in and out, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page

from fieldservice.models.users import RoleName
from tests.browser.conftest import LiveServer


def test_staff_signs_in_through_the_form(live_server: LiveServer, page: Page) -> None:
    live_server.sign_in(page, RoleName.DISPATCHER)
    assert "/sign-in" not in page.url
