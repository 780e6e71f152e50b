"""The server that the founding documents are tried on."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.audio import speech
from tests.browser import launch
from tests.server import Server


@pytest.fixture(scope="module")
def foreign_page() -> Iterator[str]:
    """A page of another origin, as an integrator's own site would be."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Integrator</title>")

        def log_message(self, *args: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_address[1]}"
        site.shutdown()


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, foreign_page: str
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with Server(folder, MEDISYNC_CORS_ORIGINS=foreign_page) as running:
        yield running


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return speech(tmp_path_factory.mktemp("speech"))


@pytest.fixture(scope="module")
def page(foreign_page: str) -> Iterator[Page]:
    with sync_playwright() as playwright, launch(playwright) as browser:
        tab = browser.new_page()
        tab.goto(foreign_page)
        yield tab
