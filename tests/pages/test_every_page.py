"""Every page there is, in a real browser, as a desk and as a phone show it.

The pages are the rows of tests/permissions.txt, so that a new one is walked
without anybody adding it here; below them are those that have no row of their own.
"""

from __future__ import annotations

import time
from base64 import b32decode
from collections.abc import Callable, Iterator

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser import launch
from tests.demo import demo_server
from tests.pages.clinic import Clinic
from tests.pages.walk import LOOKS, Window
from tests.server import Server
from tests.test_permissions import rows

pytestmark = pytest.mark.once

_FILES = (".wav", ".mp3", ".json", "/original", "/jsi18n/")


def _pages() -> Iterator[tuple[str, str]]:
    """The path of each page, and who looks at it: whoever sees the most there."""
    for row in rows():
        if row.method != "GET" or row.path.endswith(_FILES):
            continue
        if row.face == "page" or row.path == "/api/docs/":
            for person in ("anonymous", "superuser", "owner"):
                if row.outcomes.get(person) == "200":
                    yield row.path, person
                    break


PAGES = dict(_pages())
# Those with no row that says 200, by what a stranger, a doctor or an
# administrator gets there.
OTHERS = [
    ("/nothing", "anonymous", 404),
    ("/nothing", "owner", 404),
    ("/%00", "anonymous", 400),
    ("/admin/%00", "owner", 400),
    ("/recordings/{link}/", "owner", 404),
    ("/overview/", "owner", 403),
    ("/admin/nothing", "owner", 404),
    ("/admin/telephony/call/", "owner", 403),
    ("/patients/?next=lost", "anonymous", 200),
    ("/shared/nothing", "anonymous", 404),
    ("/reset-password/{reset}", "anonymous", 200),
    ("/verify-email/{verify}", "anonymous", 200),
    ("/reset-password/nothing", "anonymous", 404),
    ("/verify-email/nothing", "anonymous", 404),
    ("/?q=nothing+of+the+kind", "owner", 200),
    ("/appointments/?view=week", "staff", 200),
    ("/patients/?q=nobody", "staff", 200),
]
Open = Callable[[str, str], Window]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with demo_server(tmp_path_factory.mktemp("clinic")) as running:
        yield running


@pytest.fixture(scope="module")
def clinic(server: Server) -> Clinic:
    return Clinic(server)


@pytest.fixture(scope="module")
def strict(clinic: Clinic) -> Iterator[Server]:
    """The same clinic, whose admin asks for a code of an authenticator app."""
    with Server(clinic.server.data_dir, MEDISYNC_ADMIN_OTP="required") as running:
        yield running


@pytest.fixture(scope="module")
def paths(clinic: Clinic) -> dict[str, str]:
    return clinic.paths(*PAGES, *(template for template, _, _ in OTHERS))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, launch(playwright) as running:
        yield running


@pytest.fixture(scope="module")
def windows(browser: Browser, clinic: Clinic) -> Iterator[Open]:
    """A window for each look and person, signed in once."""
    known: dict[tuple[str, str], Window] = {}

    def window(look: str, person: str) -> Window:
        if (look, person) not in known:
            screen, address = LOOKS[look], clinic.server.url
            context = screen.context(browser, address)
            if person != "anonymous":
                sign_in(context, clinic.logins[person])
            known[look, person] = Window(context, address, screen.language)
        return known[look, person]

    yield window
    for made in known.values():
        made.page.context.close()


def sign_in(context: BrowserContext, login: dict[str, str]) -> None:
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("[name=email]").fill(login["email"])
    page.locator("[name=password]").fill(login["password"])
    page.keyboard.press("Enter")
    page.locator("#sections").wait_for()
    page.close()


@pytest.fixture
def window(windows: Open) -> Iterator[Open]:
    """The windows, each closed to what the page before it still does or says."""
    opened: list[Window] = []

    def open_window(look: str, person: str) -> Window:
        opened.append(windows(look, person))
        return opened[-1]

    yield open_window
    for one in opened:
        one.leave()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("template", PAGES)
def test_page(window: Open, paths: dict[str, str], template: str, look: str) -> None:
    opened = window(look, PAGES[template])
    opened.open(paths[template])
    # Only what is for those who write programs is in English alone.
    english = template == "/api/docs/"
    assert opened.faults("en" if english else LOOKS[look].language) == []


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(("template", "person", "status"), OTHERS)
def test_other_page(
    window: Open,
    paths: dict[str, str],
    template: str,
    person: str,
    status: int,
    look: str,
) -> None:
    opened = window(look, person)
    opened.open(paths[template], status)
    assert opened.faults() == []


@pytest.mark.parametrize("look", LOOKS)
def test_handed_out_link(
    window: Open, clinic: Clinic, browser: Browser, look: str
) -> None:
    token, pin = clinic.ids("link_and_pin")["link_and_pin"].split()
    path, screen = f"/shared/{token}", LOOKS[look]
    with screen.context(browser, clinic.server.url) as context:
        opened = Window(context, clinic.server.url, screen.language)
        opened.open(path)
        faults = opened.faults()
        for typed in ("not it", pin):
            opened.page.locator("[name=pin]").fill(typed)
            with opened.page.expect_navigation():
                opened.page.locator("button[type=submit]").click()
            faults += opened.faults()
        assert opened.page.locator("audio").is_visible()

    used_up = window(look, "anonymous")
    used_up.open(path, 404)
    assert faults + used_up.faults() == []


@pytest.mark.parametrize(("look", "person"), [("desk", "other"), ("phone", "staff")])
def test_second_step(
    clinic: Clinic, strict: Server, browser: Browser, look: str, person: str
) -> None:
    screen = LOOKS[look]
    with screen.context(browser, strict.url) as first:
        sign_in(first, clinic.logins[person])
        opened = Window(first, strict.url, screen.language)
        opened.open("/admin/")
        faults = opened.faults()
        key = opened.page.locator("#key").text_content() or ""
        app = TOTP(b32decode(key.replace(" ", "")))
        app.time = time.time()
        opened.page.locator("[name=code]").fill(f"{app.token():06}")
        opened.page.keyboard.press("Enter")
        opened.page.locator(".codes").wait_for()
        faults += opened.faults()
    with screen.context(browser, strict.url) as second:
        sign_in(second, clinic.logins[person])
        opened = Window(second, strict.url, screen.language)
        opened.open("/admin/")
        assert "/second-step?" in opened.page.url
        faults += opened.faults()
        opened.page.locator("[name=code]").fill("000000")
        opened.page.keyboard.press("Enter")
        opened.page.locator(".error").wait_for()
        opened.excuse_refusals()
        faults += opened.faults()
    assert faults == []
