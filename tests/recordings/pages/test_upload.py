"""<ms-upload> in a real browser: what was sent need not be sent again."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.audio import wav
from tests.server import Server

pytestmark = pytest.mark.once

MEGABYTE = 1 << 20


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """Five and a half megabytes, so that it goes in six pieces."""
    file = tmp_path / "long.wav"
    samples = b"".join(n.to_bytes(2, "little") for n in range(45_000))
    file.write_bytes(wav(samples * 64, rate=16_000))
    return file


def drop(tab: Page, *files: Path) -> None:
    """As from the desktop: the browser is handed the files and where they fall."""
    tab.locator("ms-upload[data-ready]").wait_for()
    tab.evaluate("document.body.append(document.createElement('input'))")
    helper = tab.locator("body > input")
    helper.evaluate("input => Object.assign(input, { type: 'file', multiple: true })")
    helper.set_input_files(list(files))
    helper.evaluate("""input => {
        const dataTransfer = new DataTransfer();
        for (const file of input.files) dataTransfer.items.add(file);
        const event = new DragEvent("drop", { dataTransfer, bubbles: true });
        document.querySelector("ms-upload [data-part=zone]").dispatchEvent(event);
        input.remove();
    }""")


def sha256_there(tab: Page) -> str:
    """The hash of what the clinic kept of the last file."""
    address = tab.locator(".sendings a").last.get_attribute("href")
    return sha256(tab.request.get(f"{address}original").body()).hexdigest()


class Line:
    """The network of the tab, which can be cut after so many pieces."""

    def __init__(self, tab: Page) -> None:
        self._tab = tab
        self.pieces: list[int] = []
        self.cut_after = 99
        tab.route(re.compile("/uploads/."), self._on_its_way)

    def _on_its_way(self, route: Route) -> None:
        if len(self.pieces) >= self.cut_after:
            route.abort("internetdisconnected")
            return
        if route.request.method == "PATCH":
            self.pieces.append(int(route.request.headers["upload-offset"]))
        route.continue_()


def test_a_cut_goes_on_by_itself(tab: Page, server: Server, long: Path) -> None:
    line = Line(tab)
    line.cut_after = 2
    drop(tab, long)
    expect(tab.locator(".sendings [data-state]").last).to_contain_text(
        "cannot be reached"
    )
    line.cut_after = 99
    expect(tab.locator('.sendings li[data-state="done"]')).to_have_count(1)
    assert line.pieces == [n * MEGABYTE for n in range(6)]
    assert sha256_there(tab) == sha256(long.read_bytes()).hexdigest()


def test_after_a_reload_it_goes_on_where_it_was(
    tab: Page, server: Server, long: Path
) -> None:
    line = Line(tab)
    line.cut_after = 3
    drop(tab, long)
    expect(tab.locator(".sendings [data-state]").last).to_contain_text(
        "cannot be reached"
    )
    tab.reload()
    line.cut_after = 99
    expect(tab.get_by_text("is not complete")).to_be_visible()
    # What the browser kept of it tells nothing about file or patient.
    assert "long.wav" not in tab.evaluate("JSON.stringify(localStorage)")
    drop(tab, long)
    expect(tab.locator('.sendings li[data-state="done"]')).to_have_count(1)
    assert line.pieces == [n * MEGABYTE for n in range(6)]
    assert sha256_there(tab) == sha256(long.read_bytes()).hexdigest()
    assert tab.evaluate("localStorage.length") == 0


def test_pausing_and_removing(tab: Page, server: Server, long: Path) -> None:
    line = Line(tab)
    line.cut_after = 1
    drop(tab, long)
    tab.locator('.sendings li[data-state="waiting"]').wait_for()
    item = tab.locator(".sendings li")
    item.get_by_role("button", name="Pause").click()
    line.cut_after = 99
    item.get_by_role("button", name="Go on").click()
    expect(tab.locator('.sendings li[data-state="done"]')).to_have_count(1)
    line.cut_after = len(line.pieces) + 1
    drop(tab, long)
    tab.locator('.sendings li[data-state="waiting"]').wait_for()
    line.cut_after = 99
    with tab.expect_request(lambda sent: sent.method == "DELETE"):
        item.last.get_by_role("button", name="Remove").click()
    expect(item).to_have_count(1)


def test_each_file_has_its_own_end(
    tab: Page, server: Server, long: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.wav"
    notes.write_text("no audio at all")
    drop(tab, notes, long)
    expect(tab.locator('.sendings li[data-state="done"]')).to_have_count(1)
    refused = tab.locator('.sendings li[data-state="refused"]')
    expect(refused).to_contain_text("notes.wav")
    expect(refused.get_by_role("button", name="Try again")).to_be_visible()


def test_a_file_without_room_waits_until_there_is(
    tab: Page, server: Server, long: Path
) -> None:
    uploads = re.compile("/uploads/")
    tab.route(uploads, lambda route: route.fulfill(status=507, json={"code": ""}))
    drop(tab, long)
    expect(tab.locator(".sendings [data-state]").last).to_contain_text(
        "disk is nearly full"
    )
    expect(tab.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    tab.unroute(uploads)
    expect(tab.locator('.sendings li[data-state="done"]')).to_have_count(1)
    assert sha256_there(tab) == sha256(long.read_bytes()).hexdigest()
