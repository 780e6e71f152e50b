"""What must be true of every page, whoever looks at it and with what."""

from __future__ import annotations

from typing import Any, NamedTuple

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

# WCAG 2.2, levels A and AA.
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    # Or it puts styles of its own on the page, which the policy refuses.
    "preload": False,
}


class Look(NamedTuple):
    """A screen, its colours, and the language that its browser asks for."""

    width: int
    height: int
    scheme: Any
    language: str

    def context(self, browser: Browser, address: str) -> BrowserContext:
        return browser.new_context(
            base_url=address,
            viewport={"width": self.width, "height": self.height},
            color_scheme=self.scheme,
            locale={"en": "en-GB", "de": "de-DE"}[self.language],
            reduced_motion="reduce",
        )


LOOKS = {
    "desk": Look(1280, 900, "light", "en"),
    "phone": Look(360, 740, "dark", "de"),
}


class Window:
    """One page, and everything that its browser complained about."""

    def __init__(self, context: BrowserContext, address: str, language: str) -> None:
        self.page, self.language = context.new_page(), language
        self.complaints: list[str] = []
        own = (address, "blob:", "data:")
        self.page.on(
            "console",
            lambda line: (
                self.complaints.append(line.text)
                if line.type in ("error", "warning")
                else None
            ),
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "request",
            lambda sent: (
                None
                if sent.url.startswith(own)
                else self.complaints.append(f"asked {sent.url}")
            ),
        )

    def open(self, path: str, status: int = 200) -> None:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        if status >= 400:  # The browser says so itself.
            self.complaints = [
                line for line in self.complaints if f"status of {status}" not in line
            ]

    def excuse_refusals(self) -> None:
        """Forgets what browser and htmx say when an answer is a refusal or lacks."""
        said = ("Failed to load resource", "htmx:")
        self.complaints = [
            line for line in self.complaints if not line.startswith(said)
        ]

    def leave(self) -> None:
        """Closes the page; the next one starts with nothing to complain about."""
        self.page.goto("about:blank")
        self.complaints.clear()

    def faults(self, language: str = "", within: str = "html") -> list[str]:
        """What is wrong with the page that is open now, or with what is ``within`` a
        part of it; empty is good.
        """
        page = self.page
        return [
            *self.complaints,
            *_accessibility(page, within),
            *_sideways(page),
            *_language(page, language or self.language),
        ]


def _accessibility(page: Page, within: str) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "([within, rules]) => axe.run(within, rules)", [within, _RULES]
    )
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def _sideways(page: Page) -> list[str]:
    root = "document.documentElement"
    wide, seen = page.evaluate(f"[{root}.scrollWidth, {root}.clientWidth]")
    return [f"{wide} px wide on a screen of {seen}"] if wide > seen else []


def _language(page: Page, wanted: str) -> list[str]:
    said = page.locator("html").get_attribute("lang")
    return [] if said == wanted else [f"says that it is {said}"]
