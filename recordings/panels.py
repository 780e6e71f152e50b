"""What apps above show on the page of a recording that is theirs.

A recording's page knows no calls; the app that does adds a panel when it is ready.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from medisync.accounts.models import User
from recordings.models import Recording


@dataclass(frozen=True)
class Panel:
    """A template, and what it gets as ``panel``."""

    template: str
    facts: Any


Maker = Callable[[Recording, User], Panel | None]

_makers: dict[str, Maker] = {}


def add_panel(name: str, make: Maker) -> None:
    """``make`` says what to show of a recording, or None. Adding twice is once."""
    _makers[name] = make


def panels_of(recording: Recording, user: User) -> list[Panel]:
    panels = (make(recording, user) for make in _makers.values())
    return [panel for panel in panels if panel is not None]
