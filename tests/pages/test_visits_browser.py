"""Calendar, patients and notes in a real browser, served by the real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from django.utils.timezone import localdate
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.audio import wav
from tests.browser import launch
from tests.server import PASSWORD, Server

pytestmark = pytest.mark.once

EMAIL = "mira@clinic.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("clinic")
    with Server(folder, MEDISYNC_PASSWORD=PASSWORD) as running:
        running.manage(
            *("create_clinician", EMAIL, "--first-name", "Mira"),
            *("--last-name", "Okafor", "--json"),
        )
        yield running


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    facts = {"email": EMAIL, "password": PASSWORD}
    answer = requests.post(f"{server.url}/api/login", json=facts, timeout=10)
    return str(answer.json()["token"])


@pytest.fixture
def visit(server: Server, token: str) -> str:
    """The path of a new appointment's page."""
    facts = {"name": "Knee pain", "date": str(localdate()), "time": "09:20"}
    answer = requests.post(
        f"{server.url}/api/appointments/add",
        json=facts,
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )
    return f"/appointments/{answer.json()['data']['_id']}/"


Open = Callable[..., Page]


@pytest.fixture
def window(server: Server) -> Iterator[Open]:
    """Opens windows of one person who is signed in; complaints fail the test."""
    complaints: list[str] = []
    with sync_playwright() as playwright, launch(playwright) as browser:
        contexts: dict[tuple[int, int], BrowserContext] = {}

        def open_window(path: str, size: tuple[int, int] = (1280, 900)) -> Page:
            if size not in contexts:
                viewport = {"width": size[0], "height": size[1]}
                contexts[size] = browser.new_context(
                    base_url=server.url,
                    locale="en-GB",
                    viewport=viewport,  # type: ignore[arg-type]
                )
                _sign_in(contexts[size].new_page())
            page = contexts[size].new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(path)
            return page

        yield open_window
    assert complaints == []


def _sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("navigation", name="Main").wait_for()
    page.wait_for_load_state()  # Or its scripts hear no key yet.


def notes_of(page: Page) -> str:
    page.reload()
    return page.get_by_role("textbox", name="Notes").input_value()


def expect_saved(page: Page) -> None:
    expect(page.locator(".save-state")).to_have_text(re.compile("Saved at"))


def test_notes_save_themselves_and_survive_a_cut_line(window: Open, visit: str) -> None:
    page = window(visit)
    notes = page.get_by_role("textbox", name="Notes")
    notes.press_sequentially("S: pain")
    expect_saved(page)

    page.context.set_offline(True)
    notes.press_sequentially(", less")
    expect(page.locator(".save-state")).to_contain_text("cannot be reached")
    page.context.set_offline(False)
    expect_saved(page)

    assert notes_of(page) == "S: pain, less"


def test_unsaved_words_are_saved_before_one_leaves(window: Open, visit: str) -> None:
    page = window(visit)
    page.get_by_role("textbox", name="Notes").fill("the last words")
    page.get_by_role("link", name="Patients").click()
    page.get_by_role("heading", name="Patients", exact=True).wait_for()

    assert notes_of(window(visit)) == "the last words"


def test_what_is_sent_is_there_at_once_beside_what_is_being_typed(
    window: Open, visit: str, tmp_path: Path
) -> None:
    page = window(visit)
    page.evaluate("window.mark = 'the same page'")
    notes = page.get_by_role("textbox", name="Notes")
    notes.press_sequentially("S: pain")
    sound = tmp_path / "visit.wav"
    sound.write_bytes(wav(bytes(16_000)))

    page.locator("ms-upload[data-ready]").wait_for()
    page.locator("#upload-files").set_input_files(sound)

    page.get_by_role("heading", name="Recording", exact=True).wait_for()
    expect(page.locator("ms-upload, ms-recorder")).to_have_count(0)
    expect(page.get_by_role("button", name="Play Knee pain")).to_be_visible()
    page.locator(".waveform-shape canvas").first.wait_for()
    expect(page.locator("#visit-head .pill")).to_have_text("Transcribing")
    expect(notes).to_have_value("S: pain")
    assert page.evaluate("window.mark") == "the same page"


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ("Keep mine", "mine"),
        ("Take theirs", "theirs"),
        ("Edit both together", "mine\n\n[Their text:]\ntheirs"),
    ],
)
def test_two_windows(window: Open, visit: str, choice: str, kept: str) -> None:
    first, second = window(visit), window(visit)
    first.get_by_role("textbox", name="Notes").fill("theirs")
    expect_saved(first)

    second.get_by_role("textbox", name="Notes").fill("mine")
    dialog = second.get_by_role("dialog")
    expect(dialog.get_by_role("region", name="Their text")).to_have_text("theirs")
    expect(dialog.get_by_role("region", name="Your text")).to_have_text("mine")
    dialog.get_by_role("button", name=choice).click()
    expect_saved(second)

    assert notes_of(second) == kept
    second.get_by_role("link", name="History").click()
    second.get_by_role("heading", name="History of the notes").wait_for()
    assert "theirs" in (second.locator(".versions").text_content() or "")


def test_an_appointment_with_a_new_patient_by_keyboard(window: Open) -> None:
    page = window("/appointments/")

    def tab_to(name: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "(document.activeElement.labels?.[0] ?? document.activeElement)"
                ".textContent.trim()"
            )
            if focused == name:
                return
        raise AssertionError(f"Tab never came to {name}.")

    tab_to("New appointment")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="New appointment").wait_for()
    tab_to("Time")
    page.keyboard.type("0920AM")
    tab_to("Reason")
    page.keyboard.type("Migraine")
    tab_to("Find a patient")
    page.keyboard.type("No")
    page.get_by_text("0 patients to choose from.").wait_for()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    tab_to("No patient yet")
    page.keyboard.press("ArrowDown")
    tab_to("First name")
    page.keyboard.type("Nora")
    tab_to("Last name")
    page.keyboard.type("Amsel")
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Migraine").wait_for()
    page.get_by_role("link", name="Nora Amsel").click()
    page.get_by_role("heading", name="Nora Amsel").wait_for()
    assert page.locator(".timeline").get_by_text("Migraine").count() == 1
    # Found as one types, by the beginning of either name.
    page.goto("/patients/")
    page.get_by_role("searchbox").press_sequentially("ams")
    page.get_by_role("link", name="Amsel, Nora").wait_for()
    assert page.url.endswith("/patients/")


def test_the_week_on_a_phone(window: Open, visit: str) -> None:
    page = window("/appointments/?view=week", (360, 740))
    root = page.locator("html")
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
    today = page.locator("[aria-current=date]")
    expect(today.get_by_role("link", name="Knee pain").first).to_be_visible()

    heading = page.locator("h1").inner_text()
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).not_to_have_text(heading)
    page.keyboard.press("Home")
    expect(page.locator("h1")).to_have_text(heading)

    today.get_by_role("link", name="Knee pain").first.click()
    page.get_by_role("heading", name="Knee pain").wait_for()
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
