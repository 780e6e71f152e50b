"""The bar that plays on, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request, expect

from tests.demo import Logins
from tests.pages.test_browser import (
    browser,
    logins,
    server,
    sign_in,
    tab,
    wait_until_past,
)

pytestmark = pytest.mark.once

__all__ = ["browser", "logins", "server", "tab"]


def test_it_plays_on_while_one_moves_between_pages(tab: Page, logins: Logins) -> None:
    sign_in(tab, logins["staff"])
    audio = tab.locator("audio")
    tab.get_by_role("button", name="Play Blood pressure").click()
    wait_until_past(audio, 0.3)
    audio.evaluate("player => { player.mark = 'the same one' }")

    tab.get_by_role("link", name="Knee pain, right").click()
    expect(tab.get_by_role("heading", name="Knee pain, right")).to_be_focused()
    assert tab.title() == "Knee pain, right · MediSync"
    assert audio.evaluate("player => player.mark") == "the same one"
    wait_until_past(audio, audio.evaluate("player => player.currentTime") + 0.3)

    tab.go_back()
    tab.get_by_role("heading", name="Recordings").wait_for()
    wait_until_past(audio, audio.evaluate("player => player.currentTime") + 0.3)
    assert audio.evaluate("player => player.mark") == "the same one"

    tab.get_by_role("region", name="Player").get_by_role("link").click()
    tab.get_by_role("heading", name="Blood pressure").wait_for()
    expect(tab).to_have_url(re.compile("#t=[1-9]"))
    assert audio.evaluate("player => player.mark") == "the same one"


def test_a_moment_can_be_shown_to_a_colleague(tab: Page, logins: Logins) -> None:
    sign_in(tab, logins["staff"])
    tab.get_by_role("link", name="Knee pain, right").click()
    tab.get_by_role("button", name="Play Knee pain").click()
    tab.get_by_label("Place in the recording").fill("30")
    expect(tab).to_have_url(re.compile("#t=30"))
    shared = tab.url

    tab.goto("/")
    tab.goto(shared)

    bar = tab.get_by_role("region", name="Player")
    expect(bar.get_by_text("0:30")).to_be_visible()
    expect(bar.get_by_role("link", name="Knee pain, right")).to_be_visible()
    bar.get_by_role("button", name="Play", exact=True).click()
    wait_until_past(tab.locator("audio"), 30.3)


def test_seeking_asks_for_a_range(tab: Page, logins: Logins) -> None:
    ranges: list[str] = []

    def note(sent: Request) -> None:
        if "/recordings/" in sent.url and "range" in sent.headers:
            ranges.append(sent.headers["range"])

    tab.on("request", note)
    sign_in(tab, logins["staff"])
    tab.get_by_role("button", name="Play Blood pressure").click()
    audio = tab.locator("audio")
    wait_until_past(audio, 0.3)

    tab.get_by_label("Place in the recording").fill("60")

    wait_until_past(audio, 60.3)
    assert ranges


def test_another_surface_is_a_page_load_of_its_own(tab: Page, logins: Logins) -> None:
    sign_in(tab, logins["superuser"])
    tab.evaluate("window.mark = 1")

    tab.get_by_role("link", name="Records").click()

    tab.wait_for_url("**/admin/")
    assert tab.evaluate("window.mark") is None
    assert tab.locator("ms-player").count() == 0


def test_a_lost_session_leads_to_sign_in_and_back(tab: Page, logins: Logins) -> None:
    sign_in(tab, logins["staff"])
    tab.context.clear_cookies(name="sessionid")

    tab.get_by_role("link", name="Knee pain, right").click()

    tab.get_by_role("heading", name="Sign in").wait_for()
    assert tab.locator("ms-player").count() == 0
    tab.get_by_label("E-mail address").fill(logins["staff"]["email"])
    tab.get_by_label("Password").fill(logins["staff"]["password"])
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="Knee pain, right").wait_for()


def test_the_waveform_and_the_keys(tab: Page, logins: Logins) -> None:
    sign_in(tab, logins["staff"])
    tab.get_by_role("link", name="Blood pressure").click()
    shape = tab.locator(".waveform-shape canvas").first
    shape.wait_for()
    audio = tab.locator("audio")
    assert audio.get_attribute("src") is None

    tab.keyboard.press("k")
    wait_until_past(audio, 0.2)
    tab.keyboard.press("ArrowRight")
    wait_until_past(audio, 5.2)
    tab.keyboard.press(">")
    assert audio.evaluate("player => player.playbackRate") == 1.25

    box = tab.locator(".waveform-shape").bounding_box()
    assert box is not None
    tab.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    wait_until_past(audio, 45)

    tab.keyboard.press("?")
    keys = tab.get_by_role("dialog", name="Keyboard shortcuts")
    keys.get_by_label("Shortcuts are on").uncheck()
    tab.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    tab.keyboard.press("k")
    assert not audio.evaluate("player => player.paused")


def test_one_side_of_a_call_alone(tab: Page, logins: Logins) -> None:
    sign_in(tab, logins["staff"], "/?source=call")
    tab.locator("a.title").filter(has_text="15035550141").click()
    audio = tab.locator("audio")
    tab.get_by_role("button", name="Play 15035550141").click()
    wait_until_past(audio, 0.3)

    tab.get_by_label("Side 1").uncheck()
    wait_until_past(audio, audio.evaluate("player => player.currentTime") + 0.3)
    # One of them is always on.
    tab.get_by_label("Side 2").uncheck()
    expect(tab.get_by_label("Side 1")).to_be_checked()
    wait_until_past(audio, audio.evaluate("player => player.currentTime") + 0.3)
