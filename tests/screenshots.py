"""Makes the documents' screenshots of the demo clinic: ``make screenshots``."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import launch
from tests.server import ROOT, Server

IMAGES = ROOT / "docs" / "images"


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="medisync-screenshots-") as folder,
        Server(Path(folder)) as server,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        logins = map(json.loads, server.manage("demo", "--json").splitlines())
        staff = next(login for login in logins if login["role"] == "staff")
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{server.url}/sign-in")
        page.get_by_label("E-mail").fill(staff["email"])
        page.get_by_label("Password").fill(staff["password"])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{server.url}/")
        page.screenshot(path=IMAGES / "recordings.png")
        page.get_by_role("link", name="Knee pain").first.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=IMAGES / "recording.png")


if __name__ == "__main__":
    main()
