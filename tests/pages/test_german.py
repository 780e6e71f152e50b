"""The pages in German and in English, and on a phone, where German is longer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import launch
from tests.demo import Login, demo_logins, demo_server
from tests.server import Server

pytestmark = pytest.mark.once

# Where one begins, and a word of the page in each language.
PAGES = [
    ("/", "Recordings", "Aufnahmen"),
    ("/record/", "Record or send a dictation", "Diktat aufnehmen oder senden"),
    ("/appointments/", "New appointment", "Neuer Termin"),
    ("/patients/", "New patient", "Neue Patient:in"),
    ("/patients/new", "Medical history", "Vorgeschichte"),
    ("/calls/", "All directions", "Alle Richtungen"),
    ("/overview/", "Came in today", "Heute eingegangen"),
    ("/nothing/here", "There is nothing here", "Hier ist nichts"),
]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with demo_server(tmp_path_factory.mktemp("clinic")) as server:
        yield server


@pytest.fixture(scope="module")
def staff() -> Login:
    return next(login for login in demo_logins() if login["role"] == "staff")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright, launch(playwright) as browser:
        yield browser


def signed_in(
    browser: Browser, clinic: Server, login: dict[str, str], locale: str
) -> Page:
    page = browser.new_page(
        base_url=clinic.url, locale=locale, viewport={"width": 390, "height": 844}
    )
    page.goto("/sign-in")
    page.locator("input[name=email]").fill(login["email"])
    page.locator("input[name=password]").fill(login["password"])
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"{clinic.url}/")
    return page


def linked(page: Page) -> list[str]:
    """One page of each kind that the lists lead to."""
    found = []
    for path in ("/", "/appointments/?view=week", "/patients/", "/calls/"):
        page.goto(path)
        link = page.locator("main a[href$='/']:is(table a, .slot a, li a, a.title)")
        found.append(link.first.get_attribute("href") or "")
    return found


def is_narrow(page: Page) -> bool:
    return bool(
        page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    )


@pytest.mark.parametrize(("locale", "place"), [("de-DE", 2), ("en-GB", 1)])
def test_a_page_speaks_the_browsers_language(
    chromium: Browser,
    clinic: Server,
    staff: dict[str, str],
    locale: str,
    place: int,
) -> None:
    page = signed_in(chromium, clinic, staff, locale)
    other = 3 - place
    for one in PAGES:
        page.goto(one[0])
        assert page.locator("html").get_attribute("lang") == locale[:2]
        text = page.locator("body").inner_text()
        assert one[place] in text, one
        assert one[other] not in text, one


def test_german_fits_on_a_phone(
    chromium: Browser, clinic: Server, staff: dict[str, str]
) -> None:
    page = signed_in(chromium, clinic, staff, "de-DE")
    recording, *others = linked(page)
    for path in (*(one[0] for one in PAGES), recording, f"{recording}links/", *others):
        page.goto(path)
        assert is_narrow(page), path
