"""A link that hands a recording out, from its making to its end, in real browsers."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.demo import Logins
from tests.pages.test_browser import (
    browser,
    fits,
    logins,
    server,
    sha256_on_disk,
    sign_in,
    tab,
    wait_until_past,
)
from tests.server import Server

pytestmark = pytest.mark.once

__all__ = ["browser", "logins", "server", "tab"]


def new_link(tab: Page, recipient: str, uses: int) -> tuple[str, str]:
    """The copied address and PIN of a link that is made on the recording's page."""
    section = tab.get_by_role("region", name="Hand out")
    section.get_by_text("New link").click()
    section.get_by_label("For whom").fill(recipient)
    section.get_by_label("Opens so many times").fill(str(uses))
    expect(section.get_by_label("Ask for a PIN")).to_be_checked()
    section.get_by_role("button", name="Make the link").click()
    expect(section.get_by_label("Link", exact=True)).to_be_focused()
    return copied(section, 0), copied(section, 1)


def copied(section: Locator, which: int) -> str:
    box = section.locator("ms-copy").nth(which)
    box.get_by_role("button").click()
    expect(box.get_by_role("button")).to_have_text("Copied")
    text = section.page.evaluate("navigator.clipboard.readText()")
    assert text == box.get_by_role("textbox").input_value()
    return str(text)


def opened(context: BrowserContext, url: str, pin: str) -> Page:
    page = context.new_page()
    page.goto(url)
    page.get_by_label("PIN").fill(pin)
    page.get_by_role("button", name="Open the recording").click()
    page.locator("audio").wait_for()
    return page


def opens_nothing(browser: Browser, url: str) -> bool:
    with browser.new_context(locale="en-GB") as stranger:
        page = stranger.new_page()
        answer = page.goto(url)
        assert answer is not None
        expect(page.get_by_role("heading")).to_have_text("This link opens nothing")
        return answer.status == 404


def saved(page: Page, name: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name).click()
    return Path(waiting.value.path()).read_bytes()


def test_it_is_heard_downloaded_and_used_up(
    tab: Page, browser: Browser, server: Server, logins: Logins
) -> None:
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(tab, logins["superuser"])
    tab.get_by_role("link", name="Knee pain, right").click()
    receiver = f"Cedar Mutual {uuid4().hex[:6]}"
    url, pin = new_link(tab, receiver, 2)
    assert fits(tab)

    with browser.new_context(locale="en-GB") as first:
        page = opened(first, url, pin)
        audio = page.locator("audio")
        audio.evaluate("player => player.play()")
        wait_until_past(audio, 0.5)
        mp3, original = saved(page, "Download MP3"), saved(page, "Original")
    with browser.new_context(locale="en-GB") as second:
        opened(second, url, pin)
    assert opens_nothing(browser, url)

    assert mp3 == saved(tab, "Download MP3")
    assert hashlib.sha256(original).hexdigest() == tab.locator("dd.mono").inner_text()
    assert sha256_on_disk(server, hashlib.sha256(mp3).hexdigest())
    tab.reload()
    link = tab.locator(".shares li").filter(has_text=receiver).first
    expect(link).to_contain_text("used up")
    expect(link).to_contain_text("0 of 2 uses left")
    expect(link.get_by_text("Opened on")).to_have_count(2)
    heard = tab.get_by_role("row").filter(has_text=receiver)
    expect(heard.filter(has_text="Listened").first).to_be_visible()
    expect(heard.filter(has_text="Downloaded").first).to_be_visible()

    record = re.findall("[0-9a-f]{24}", tab.url)[0]
    tab.goto(f"/admin/recordings/recording/{record}/history/")
    trail = tab.locator("#change-history").get_by_role("row")
    theirs = trail.filter(has_text=receiver)
    expect(theirs.filter(has_text="Opened", has_not_text="refused")).to_have_count(2)
    expect(theirs.filter(has_text="Heard").first).to_be_visible()
    expect(theirs.filter(has_text="Downloaded").first).to_be_visible()


def test_it_is_taken_back(
    tab: Page, browser: Browser, server: Server, logins: Logins
) -> None:
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(tab, logins["staff"])
    tab.get_by_role("link", name="Blood pressure").click()
    url, pin = new_link(tab, "Dr. Amsel", 5)
    with browser.new_context(locale="en-GB") as receiver:
        page = opened(receiver, url, pin)
        section = tab.get_by_role("region", name="Hand out")
        section.get_by_role("button", name="Revoke: Link for Dr. Amsel").first.click()
        expect(section.get_by_role("heading", name="Hand out")).to_be_focused()
        expect(section.locator(".shares li").first).to_contain_text("revoked")

        # Whoever was listening hears no more.
        answer = receiver.request.get(f"{url}/audio.mp3")
        assert answer.status == 404
        page.reload()
        expect(page.get_by_role("heading")).to_have_text("This link opens nothing")
    assert opens_nothing(browser, url)
