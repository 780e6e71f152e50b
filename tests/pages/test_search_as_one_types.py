"""The list of recordings follows what is typed, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.demo import Logins
from tests.pages.test_browser import browser, fits, logins, server, sign_in, tab

pytestmark = pytest.mark.once

__all__ = ["browser", "logins", "server", "tab"]


def test_it_follows_what_is_typed(tab: Page, logins: Logins) -> None:
    sign_in(tab, logins["staff"])
    expect(tab.get_by_role("status").filter(has_text="14 recordings")).to_be_visible()

    box = tab.get_by_role("searchbox")
    box.press_sequentially("carver knee")

    expect(tab.locator("#found")).to_have_text("1 recording")
    expect(box).to_be_focused()
    assert tab.locator("tbody tr").count() == 1
    tab.wait_for_url("**/?q=carver*knee")

    tab.get_by_role("link", name="Knee pain, right").click()
    tab.get_by_role("heading", name="Knee pain, right").wait_for()
    tab.go_back()
    expect(box).to_have_value("carver knee")
    expect(tab.locator("#found")).to_have_text("1 recording")

    box.fill("nobody of that name")
    expect(tab.get_by_role("heading", name="Nothing matches")).to_be_visible()
    tab.get_by_role("link", name="Show all recordings").click()
    expect(tab.locator("tbody tr")).to_have_count(14)


def test_filters_and_sorting(tab: Page, logins: Logins) -> None:
    sign_in(tab, logins["staff"])

    tab.get_by_label("Source").select_option("Calls")
    expect(tab.locator("#found")).to_have_text("6 recordings")
    tab.get_by_label("Sort").select_option("Longest first")
    tab.wait_for_url("**/?source=call&sort=longest")
    tab.get_by_text("Filters").click()
    tab.get_by_label("At least, minutes").fill("1")
    tab.get_by_label("At least, minutes").press("Tab")

    expect(tab.get_by_role("heading", name="Nothing matches")).to_be_visible()
    assert fits(tab)
