"""A day's work by keyboard alone: one always sees where one is, and never falls out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.demo import Logins
from tests.pages.test_browser import browser, logins, server, tab, wait_until_past

pytestmark = pytest.mark.once

__all__ = ["browser", "logins", "server", "tab"]

_FOCUS = """() => {
    const at = document.activeElement;
    const style = getComputedStyle(at);
    const name = at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent
        ?? at.textContent;
    const box = at.getBoundingClientRect();
    return {
        tag: at.localName,
        name: name.trim().replace(/\\s+/g, " "),
        marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    };
}"""


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Goes on until ``name`` has the focus; every stop on the way is to be seen."""
    passed = []
    for _ in range(120):
        page.keyboard.press(key)
        at = page.evaluate(_FOCUS)
        if at["tag"] == "body":  # Once around, by way of the browser's own bar.
            continue
        assert at["marked"], f"Nothing shows that the focus is at {at}."
        assert at["seen"], f"The focus is out of sight at {at}."
        if at["name"] == name:
            return
        passed.append(at["name"])
    raise AssertionError(f"{key} never came to {name}, but to {passed}.")


def go(page: Page, name: str) -> None:
    """Follows the link ``name``; the focus is at the next page's heading."""
    tab_to(page, name)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()


def signed_in(page: Page, login: dict[str, str]) -> None:
    page.goto("/sign-in")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(login["email"])
    tab_to(page, "Password")
    page.keyboard.type(login["password"])
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Recordings").wait_for()
    page.wait_for_load_state()  # Or its scripts hear no key yet.


def test_find_hear_and_seek(tab: Page, logins: Logins) -> None:
    signed_in(tab, logins["staff"])
    tab_to(tab, "Skip to content")
    tab.keyboard.press("Enter")
    tab.keyboard.press("/")
    expect(tab.get_by_role("searchbox")).to_be_focused()
    tab.keyboard.type("knee")
    expect(tab.locator("tbody tr")).to_have_count(1)
    expect(tab.get_by_role("searchbox")).to_be_focused()
    go(tab, "Knee pain, right")

    audio = tab.locator("audio")
    tab_to(tab, "Play Knee pain, right")
    tab.keyboard.press("Space")
    wait_until_past(audio, 0.2)
    tab.keyboard.press("ArrowRight")
    wait_until_past(audio, 5.1)
    tab_to(tab, "Place in the recording")
    for _ in range(3):
        tab.keyboard.press("PageUp")
    wait_until_past(audio, 10)
    tab_to(tab, "Pause")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("button", name="Play", exact=True)).to_be_focused()
    assert audio.evaluate("player => player.paused")
    tab_to(tab, "Close the player")
    tab.keyboard.press("Enter")
    expect(tab.locator("ms-player")).to_be_hidden()
    expect(tab.locator("main")).to_be_focused()


def test_the_list_of_shortcuts(tab: Page, logins: Logins) -> None:
    signed_in(tab, logins["staff"])
    go(tab, "Knee pain, right")
    tab_to(tab, "Shortcuts ?")
    tab.keyboard.press("Enter")
    keys = tab.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_be_visible()
    for _ in range(6):
        # Nothing behind it is reached, though the browser's own bar may be.
        inside = "at => at === document.body || !!at.closest('dialog')"
        assert tab.evaluate(f"({inside})(document.activeElement)")
        tab.keyboard.press("Tab")
    tab.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(tab.get_by_role("button", name="Shortcuts ?")).to_be_focused()


def test_hand_out_and_take_back(tab: Page, logins: Logins) -> None:
    signed_in(tab, logins["staff"])
    go(tab, "Knee pain, right")
    tab_to(tab, "New link")
    tab.keyboard.press("Enter")
    tab_to(tab, "For whom")
    tab.keyboard.type("Orchid Insurance")
    tab_to(tab, "Make the link")
    tab.keyboard.press("Enter")
    expect(tab.get_by_label("Link", exact=True)).to_be_focused()
    tab_to(tab, "Revoke: Link for Orchid Insurance")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Hand out")).to_be_focused()
    expect(tab.locator(".shares li").first).to_contain_text("revoked")


def test_appointments_notes_and_sign_out(tab: Page, logins: Logins) -> None:
    signed_in(tab, logins["staff"])
    go(tab, "Appointments")
    today = tab.locator("h1").inner_text()
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("h1")).not_to_have_text(today)
    expect(tab.locator("h1")).to_be_focused()
    tab.keyboard.press("Home")
    expect(tab.locator("h1")).to_have_text(today)
    expect(tab.locator("h1")).to_be_focused()

    go(tab, "Migraine, more attacks")
    tab_to(tab, "Notes")
    tab.keyboard.type("S: headache")
    expect(tab.locator(".save-state")).to_have_text(re.compile("Saved at"))
    expect(tab.get_by_role("textbox", name="Notes")).to_be_focused()
    # Tab leaves the notes again.
    go(tab, "Recordings")

    tab_to(tab, "Account of Ms. Nadia Petrova")
    tab.keyboard.press("Enter")
    tab_to(tab, "Sign out")
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="Sign in").wait_for()
