"""What pages become while somebody works with them, as a desk and as a phone show it.

Where test_every_page.py walks addresses, this follows the steps of steps.py.
"""

from __future__ import annotations

import pytest

from tests.pages.clinic import Clinic
from tests.pages.steps import IDS, STATES, Place, Steps
from tests.pages.test_every_page import (
    Open,
    browser,
    clinic,
    server,
    window,
    windows,
)
from tests.pages.walk import LOOKS
from tests.server import Server

pytestmark = pytest.mark.once

__all__ = ["browser", "clinic", "server", "window", "windows"]


@pytest.fixture(scope="module")
def ids(clinic: Clinic) -> dict[str, str]:
    return clinic.ids(*IDS)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(("steps", "person"), STATES)
def test_states(
    window: Open,
    server: Server,
    ids: dict[str, str],
    steps: Steps,
    person: str,
    look: str,
) -> None:
    opened = window(look, person)
    found: list[str] = []
    for state in steps(Place(opened.page, server, ids)):
        opened.excuse_refusals()
        found += [f"{state}: {fault}" for fault in opened.faults()]
    assert found == []
