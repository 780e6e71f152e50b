"""The documents' pages in a real browser, served by the real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect, sync_playwright

from medisync.urls import DOCUMENTS
from tests.browser import launch
from tests.server import Server

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    data = tmp_path_factory.mktemp("docs")
    with (
        Server(Path(data)) as server,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        yield browser.new_page(base_url=server.url)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_shows_every_operation_and_asks_no_other_host(tab: Page, name: str) -> None:
    complaints: list[str] = []
    tab.on("console", lambda line: complaints.append(line.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))

    tab.goto(f"/api/docs/{name}/")

    own = tab.url.removesuffix(f"api/docs/{name}/")
    document = requests.get(f"{own}api/docs/{name}.json", timeout=30).json()
    count = sum(len(methods) for methods in document["paths"].values())
    expect(tab.locator(".opblock")).to_have_count(count, timeout=60_000)
    tab.locator(".opblock-summary-control").first.click()
    expect(tab.locator(".opblock .responses-wrapper")).to_be_visible()
    assert not complaints
    assert [url for url in asked if not url.startswith((own, "data:", "blob:"))] == []
