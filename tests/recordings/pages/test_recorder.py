"""<ms-recorder> in a real browser: whatever happens to it, nothing is lost."""

from __future__ import annotations

import base64
import re
from hashlib import sha256

import pytest
from playwright.sync_api import Page, expect

from tests.audio import wav
from tests.server import Server

pytestmark = pytest.mark.once

# What the browser has stored of its one tape: rate and samples.
_TAPE = """async () => {
    const scripts = [...document.scripts].map(({ src }) => src);
    const recorder = scripts.find((src) => src.endsWith("/recorder.js"));
    const { Tape } = await import(new URL("tape.js", recorder));
    const user = document.querySelector("ms-recorder").dataset.user;
    navigator.locks.query = async () => ({ held: [] });
    const [tape] = await Tape.unfinished(user);
    if (!tape) return null;
    const bytes = new Uint8Array(await (await tape.read(0, tape.length)).arrayBuffer());
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return [tape.facts.rate, btoa(text)];
}"""


def stored(tab: Page) -> bytes:
    """The WAV file that the browser's own storage holds, made by this test."""
    rate, samples = tab.evaluate(_TAPE)
    return wav(base64.b64decode(samples), rate=rate)


def press(tab: Page, name: str) -> None:
    tab.get_by_role("button", name=name, exact=True).click()


def start(tab: Page) -> None:
    tab.get_by_label("Title").fill("Letter about the knee")
    tab.get_by_role("checkbox").check()
    press(tab, "Start recording")
    tab.locator('ms-recorder[data-state="recording"]').wait_for()


def wait_until(tab: Page, part: str, seconds: int) -> None:
    """Waits until that part of the recorder shows so much or more."""
    tab.wait_for_function(
        """([part, seconds]) => {
            const text = document.querySelector(`[data-part="${part}"]`).textContent;
            const [minutes, rest] = text.split(":").map(Number);
            return 60 * minutes + rest >= seconds;
        }""",
        arg=[part, seconds],
        timeout=60_000,
    )


def kept(tab: Page, server: Server) -> tuple[bytes, str]:
    """What arrived at the clinic, and the hash that its page tells."""
    tab.get_by_role("link", name="Open the recording").click()
    tab.get_by_role("heading", name="Letter about the knee").wait_for()
    address = re.sub(r"[#?].*", "", tab.url)
    answer = tab.request.get(f"{address}original")
    return answer.body(), tab.locator("dd.mono").inner_text()


def test_a_cut_and_a_reload_in_the_middle_lose_nothing(
    tab: Page, server: Server
) -> None:
    start(tab)
    wait_until(tab, "safe", 3)
    tab.context.set_offline(True)
    expect(tab.locator('[data-part="connection"]')).to_contain_text("cannot be reached")
    wait_until(tab, "stored", 8)
    before = tab.evaluate("document.querySelector('[data-part=clock]').textContent")
    tab.context.set_offline(False)
    wait_until(tab, "safe", 9)

    tab.reload()
    found = tab.locator(".tapes li")
    expect(found).to_have_count(1)
    length = found.locator("[data-length]").inner_text()
    assert int(length[2:]) >= int(before[2:])
    press(tab, "Go on recording")
    tab.locator('ms-recorder[data-state="recording"]').wait_for()
    wait_until(tab, "stored", 14)
    press(tab, "Pause")
    tab.locator('ms-recorder[data-state="paused"]').wait_for()
    press(tab, "Go on recording")
    wait_until(tab, "stored", 20)

    # Without the network nothing can arrive yet, and all of it is stored.
    tab.context.set_offline(True)
    press(tab, "Finish")
    tab.locator('ms-recorder[data-state="finishing"]').wait_for()
    whole = stored(tab)
    assert len(whole) >= 20 * 48_000
    tab.context.set_offline(False)
    arrived, told = kept(tab, server)
    assert sha256(arrived).hexdigest() == sha256(whole).hexdigest() == told
    consent = tab.locator("div", has=tab.locator("dt", has_text="Consent")).last
    expect(consent).to_contain_text("Dr. Mira Okafor")
    tab.goto("/record/")
    tab.locator("ms-recorder[data-ready]").wait_for()
    assert tab.evaluate(_TAPE) is None


def test_a_page_that_dies_loses_less_than_a_second(tab: Page, server: Server) -> None:
    start(tab)
    wait_until(tab, "clock", 4)
    clock = tab.locator('[data-part="clock"]').inner_text()
    # No event tells the page: as a crash, and as a battery that is empty.
    other = tab.context.new_page()
    tab.close()
    other.goto("/record/")
    found = other.locator(".tapes li")
    expect(found).to_have_count(1)
    assert int(found.locator("[data-length]").inner_text()[2:]) >= int(clock[2:]) - 1
    whole = stored(other)
    other.reload()
    press(other, "Finish")
    arrived, told = kept(other, server)
    assert sha256(arrived).hexdigest() == sha256(whole).hexdigest() == told


def test_consent_comes_first(tab: Page) -> None:
    press(tab, "Start recording")
    agreed = tab.get_by_role("checkbox")
    assert agreed.evaluate("box => box.validity.valueMissing")
    tab.get_by_label("Who is recorded").fill("   ")
    agreed.check()
    press(tab, "Start recording")
    expect(tab.locator('[data-part="deck"]')).to_be_hidden()
    assert tab.evaluate(_TAPE) is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("NotAllowedError", "may not use the microphone"),
        ("NotFoundError", "There is no microphone"),
    ],
)
def test_without_a_microphone_there_is_a_way_out(
    tab: Page, name: str, told: str
) -> None:
    tab.evaluate(
        """name => {
            const refuse = async () => { throw new DOMException("", name); };
            navigator.mediaDevices.getUserMedia = refuse;
        }""",
        name,
    )
    tab.get_by_role("checkbox").check()
    press(tab, "Start recording")
    trouble = tab.locator('ms-recorder [data-part="trouble"]')
    expect(trouble).to_contain_text(told)
    expect(trouble).to_contain_text("send a file instead")
    expect(tab.get_by_role("button", name="Start recording")).to_be_visible()


def test_what_nobody_wants_is_discarded(tab: Page) -> None:
    start(tab)
    wait_until(tab, "safe", 1)
    tab.reload()
    press(tab, "Discard")
    tab.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    expect(tab.locator(".tapes li")).to_have_count(1)
    press(tab, "Discard")
    with tab.expect_response(lambda answer: answer.request.method == "DELETE") as gone:
        tab.get_by_role("dialog").get_by_role("button", name="Discard").click()
    assert gone.value.status == 204
    expect(tab.locator(".tapes li")).to_have_count(0)
    assert tab.evaluate(_TAPE) is None


def test_signed_out_while_recording(tab: Page, server: Server) -> None:
    start(tab)
    wait_until(tab, "safe", 1)
    cookies = tab.context.cookies()
    session = next(one["value"] for one in cookies if one["name"] == "sessionid")
    tab.context.clear_cookies(name="sessionid")
    notice = tab.locator('[data-part="connection"]')
    expect(notice).to_contain_text("You are signed out")
    press(tab, "Finish")
    whole = stored(tab)
    tab.context.add_cookies(
        [{"name": "sessionid", "value": session, "url": server.url}]
    )
    arrived, told = kept(tab, server)
    assert sha256(arrived).hexdigest() == sha256(whole).hexdigest() == told


@pytest.mark.parametrize(
    ("status", "told"), [(507, "disk is nearly full"), (429, "Too many uploads")]
)
def test_what_the_clinic_has_no_room_for_waits_here(
    tab: Page, server: Server, status: int, told: str
) -> None:
    pieces = re.compile("/uploads/")
    tab.route(pieces, lambda route: route.fulfill(status=status, json={"code": ""}))
    start(tab)
    notice = tab.locator('[data-part="connection"]')
    expect(notice).to_contain_text(told)
    expect(notice).to_contain_text("stays on this device")
    wait_until(tab, "stored", 2)
    press(tab, "Finish")
    whole = stored(tab)
    tab.unroute(pieces)
    arrived, _ = kept(tab, server)
    assert sha256(arrived).hexdigest() == sha256(whole).hexdigest()


def test_it_pauses_before_it_is_longer_than_the_clinic_takes(
    tab: Page, server: Server
) -> None:
    recorder = tab.locator("ms-recorder")
    recorder.evaluate("recorder => { recorder.dataset.mostSeconds = '13'; }")
    start(tab)
    tab.locator('ms-recorder[data-state="paused"]').wait_for()
    expect(recorder.get_by_role("status").first).to_contain_text("as long as")
    length = tab.locator('[data-part="stored"]').inner_text()
    press(tab, "Go on recording")
    expect(tab.locator('[data-part="stored"]')).to_have_text(length)
    press(tab, "Finish")
    kept(tab, server)
