"""The documents tell the truth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [ROOT / "medisync/settings.py", ROOT / "deploy/gunicorn.conf.py"]
OURS = ("medisync", "appointments", "recordings", "notes", "telephony")


def read_variables() -> set[str]:
    """What the settings, the server and the commands read from the environment."""
    found = set()
    for path in [*SOURCES, *ROOT.glob("medisync/accounts/*.py")]:
        found |= set(
            re.findall(r'"((?:MEDISYNC|DATABASE|REDIS|EMAIL)_\w+)"', path.read_text())
        )
    return found | {"HOST", "PORT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    documented = set(
        re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs/settings.md").read_text())
    )
    assert documented == read_variables()


def test_every_command_is_documented_and_every_documented_one_exists() -> None:
    ours = {name for name, app in get_commands().items() if app.startswith(OURS)}
    documented = set(
        re.findall(
            r"^\| `(\w+)", (ROOT / "docs/operations.md").read_text(), re.MULTILINE
        )
    )
    assert documented == ours


PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_documents_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert not [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_a_document_names_exists(page: Path) -> None:
    named = re.findall(
        r"`((?:medisync|appointments|recordings|notes|telephony|tests|deploy|docs)/"
        r"[\w./-]*(?:\.\w+|/))`",
        page.read_text(),
    )
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing
