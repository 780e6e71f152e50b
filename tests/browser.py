"""Debian's Chromium under Playwright."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright, expect

# Without these it looks for its maker's hosts at every start.
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
]

# What is waited for comes at once, but on a machine that has much else to do.
expect.set_options(timeout=30_000)


def launch(playwright: Playwright, *switches: str) -> Browser:
    """A headless browser; use it as a context manager."""
    program = shutil.which("chromium")
    assert program, "Chromium is not installed (tests/debian-packages.txt)."
    return playwright.chromium.launch(
        executable_path=program, args=[*_QUIET, *switches]
    )
