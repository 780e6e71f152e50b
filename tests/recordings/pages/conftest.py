"""A real browser with a microphone that hears real speech."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.audio import speech
from tests.browser import launch
from tests.server import PASSWORD, Server

DOCTOR = "mira@clinic.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("clinic")) as running:
        running.clinician(DOCTOR)
        yield running


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    said = speech(tmp_path_factory.mktemp("speech"))
    switches = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={said}",
    ]
    with sync_playwright() as playwright, launch(playwright, *switches) as running:
        yield running


@pytest.fixture
def tab(browser: Browser, server: Server) -> Iterator[Page]:
    """A window in which the doctor is signed in, on the page to record.

    What it complains about fails the test, but for answers that tests provoke.
    """
    context = browser.new_context(base_url=server.url, locale="en-GB")
    context.grant_permissions(["microphone"])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/sign-in?next=/record/")
    page.get_by_label("E-mail address").fill(DOCTOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("ms-recorder[data-ready]").wait_for()
    yield page
    context.close()
    assert [line for line in complaints if "Failed to load resource" not in line] == []
