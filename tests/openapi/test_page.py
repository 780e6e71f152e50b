"""The documents' pages in a real browser, served by the real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect, sync_playwright

from medisync.urls import DOCUMENTS
from tests.browser import launch
from tests.pages.walk import LOOKS, Window
from tests.server import Server

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(Path(tmp_path_factory.mktemp("docs"))) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, launch(playwright) as running:
        yield running


# They all look alike, so that both looks of one document will do.
@pytest.mark.parametrize(
    ("name", "look"),
    [("medisync", "desk"), *((name, "phone") for name in DOCUMENTS)],
)
def test_it_shows_every_operation_to_everybody(
    server: Server, browser: Browser, name: str, look: str
) -> None:
    with LOOKS[look].context(browser, server.url) as context:
        window = Window(context, server.url, "en")
        window.open(f"/api/docs/{name}/")

        url = f"{server.url}/api/docs/{name}.json"
        paths = requests.get(url, timeout=30).json()["paths"]
        page = window.page
        operations = page.locator(".opblock")
        count = sum(len(methods) for methods in paths.values())
        expect(operations).to_have_count(count, timeout=60_000)
        for operation in (operations.first, operations.last):
            operation.locator(".opblock-summary-control").click()
            expect(operation.locator(".responses-wrapper")).to_be_visible()
            operation.locator(".try-out__btn").click()
        faults = window.faults()

        page.locator(".btn.authorize").click()
        page.locator(".modal-ux .btn").first.wait_for()
        faults += window.faults(within=".dialog-ux")

        page.locator(".btn-done").first.click()
        page.locator(".models button").first.click()
        page.locator(".json-schema-2020-12-accordion").first.click()
        schema = ".json-schema-2020-12:first-of-type"
        page.locator(f"{schema} .json-schema-2020-12-body").first.wait_for()
        assert faults + window.faults(within=schema) == []
