"""The pages in a real browser, served by the real server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.browser import launch
from tests.demo import Logins, demo_logins, demo_server
from tests.server import Server

pytestmark = pytest.mark.once

SIZES = {"desk": (1280, 900), "phone": (360, 740)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with demo_server(tmp_path_factory.mktemp("clinic")) as running:
        yield running


@pytest.fixture(scope="module")
def logins() -> Logins:
    return {login["role"]: login for login in demo_logins()}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, launch(playwright) as running:
        yield running


@pytest.fixture(params=SIZES)
def tab(
    request: pytest.FixtureRequest, browser: Browser, server: Server
) -> Iterator[Page]:
    """A fresh browser window; what it complains about fails the test."""
    width, height = SIZES[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        base_url=server.url,
        locale="en-GB",
        color_scheme="dark" if request.param == "phone" else "light",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console",
        lambda line: (
            complaints.append(line.text)
            # Hints are no fault, such as one that a focus was set before autofocus;
            # neither is the browser's own line about a session that has ended.
            if line.type in ("error", "warning") and "status of 401" not in line.text
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda sent: (
            complaints.append(sent.url)
            if not sent.url.startswith((server.url, "blob:", "data:"))
            else None
        ),
    )
    yield page
    context.close()
    assert complaints == []


def sign_in(tab: Page, login: dict[str, str], path: str = "/") -> None:
    tab.goto(path)
    tab.get_by_label("E-mail address").fill(login["email"])
    tab.get_by_label("Password").fill(login["password"])
    tab.keyboard.press("Enter")
    tab.get_by_role("navigation", name="Main").wait_for()
    tab.wait_for_load_state()  # Or its scripts hear no key yet.


def fits(tab: Page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    root = tab.locator("html")
    return bool(root.evaluate("root => root.scrollWidth <= root.clientWidth"))


def wait_until_past(audio: Locator, seconds: float) -> None:
    """Waits for the player to get there, and fails if it does not move."""
    audio.evaluate(
        """(player, seconds) => new Promise((done, fail) => {
            const look = () => player.currentTime > seconds && done();
            player.addEventListener("timeupdate", look);
            setTimeout(() => fail(`stuck at ${player.currentTime}`), 20000);
            look();
        })""",
        seconds,
    )


def sha256_on_disk(server: Server, wanted: str) -> bool:
    media = server.data_dir / "media"
    return any(
        hashlib.sha256(path.read_bytes()).hexdigest() == wanted
        for path in media.rglob("*")
        if path.is_file()
    )


def test_find_hear_and_download(tab: Page, server: Server, logins: Logins) -> None:
    sign_in(tab, logins["staff"])
    assert tab.locator("tbody tr").count() == 14
    assert fits(tab)

    tab.get_by_role("link", name="Knee pain, right").click()
    tab.get_by_role("heading", name="Knee pain, right").wait_for()
    assert fits(tab)

    audio = tab.locator("audio")
    tab.get_by_role("button", name="Play Knee pain, right").click()
    wait_until_past(audio, 0.5)
    length = audio.evaluate("player => player.duration")
    assert 35 < length < 45
    tab.get_by_label("Place in the recording").fill("30")
    wait_until_past(audio, 30.2)
    tab.get_by_role("button", name="Pause").click()
    assert audio.evaluate("player => player.paused")

    for name, ending in (
        ("Download WAV", ".wav"),
        ("Download MP3", ".mp3"),
        ("Original", ".opus"),
    ):
        with tab.expect_download() as waiting:
            tab.get_by_role("link", name=name).click()
        download = waiting.value
        assert download.suggested_filename == f"knee-pain{ending}"
        data = Path(download.path()).read_bytes()
        assert sha256_on_disk(server, hashlib.sha256(data).hexdigest())
    facts = tab.locator("dd.mono").inner_text()
    assert hashlib.sha256(data).hexdigest() == facts


def test_the_admin_plays_an_appointments_recording(tab: Page, logins: Logins) -> None:
    sign_in(tab, logins["clinician"], "/admin/appointments/appointment/")
    assert fits(tab)
    tab.get_by_role("link", name="Migraine, more attacks").or_(
        tab.get_by_role("link", name="Knee pain, right")
    ).first.click()
    tab.get_by_role("heading", name="Change appointment").wait_for()
    assert fits(tab)

    shape = tab.locator(".waveform-shape")
    shape.locator("canvas").first.wait_for()
    audio = tab.locator("audio")
    # Nothing was asked for, so that nothing is on the audit trail.
    assert audio.evaluate("player => player.networkState") == 1
    audio.evaluate("player => player.play()")
    wait_until_past(audio, 0.3)
    audio.evaluate("player => player.pause()")

    # A press on the waveform plays from there.
    box = shape.bounding_box()
    assert box is not None
    shape.click(position={"x": box["width"] / 2, "y": box["height"] / 3})
    wait_until_past(audio, audio.evaluate("player => player.duration / 2 - 1"))
    assert not audio.evaluate("player => player.paused")

    # The patient is chosen from one's own, as one types.
    tab.locator(".field-patient .select2-selection").click()
    tab.locator(".select2-search__field").fill("o")
    tab.locator(".select2-results__option--highlighted").wait_for()
    tab.keyboard.press("Escape")


def test_the_keyboard_is_enough(tab: Page, logins: Logins) -> None:
    sign_in(tab, logins["staff"])
    tab.goto("/")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to content"
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.name") == "q"
    outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"

    tab.get_by_role("button", name="Account of").press("Enter")
    tab.get_by_role("button", name="Sign out").press("Enter")
    tab.get_by_role("heading", name="Sign in").wait_for()
