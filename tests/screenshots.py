"""Makes the documents' screenshots of the demo clinic: ``make screenshots``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.browser import launch
from tests.demo import demo_logins, demo_server
from tests.server import ROOT, Server

SIZES: dict[str, ViewportSize] = {
    "": {"width": 1280, "height": 800},
    "-phone": {"width": 390, "height": 844},
}
IMAGES = ROOT / "docs" / "images"


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="medisync-screenshots-") as folder,
        demo_server(Path(folder)) as server,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        staff = next(login for login in demo_logins() if login["role"] == "staff")
        for name, size in SIZES.items():
            page = browser.new_page(viewport=size)
            _sign_in(page, server, staff)
            page.screenshot(path=IMAGES / f"recordings{name}.png")
            page.get_by_role("link", name="Blood pressure").first.click()
            page.locator(".waveform-shape canvas").first.wait_for()
            page.get_by_role("button", name="Play Blood pressure").click()
            page.get_by_label("Place in the recording").fill("41")
            page.get_by_role("button", name="Pause", exact=True).click()
            page.screenshot(path=IMAGES / f"recording{name}.png")
            page.close()


def _sign_in(page: Page, server: Server, login: dict[str, str]) -> None:
    page.goto(f"{server.url}/sign-in")
    page.get_by_label("E-mail").fill(login["email"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server.url}/")


if __name__ == "__main__":
    main()
