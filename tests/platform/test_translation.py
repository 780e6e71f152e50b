"""The German catalogue has everything that is marked, and is what is compiled."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "de" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")


def gettext(tool: str, *options: str | Path) -> str:
    """What one of gettext's programs says."""
    return subprocess.run(
        [tool, *map(str, options)], check=True, capture_output=True, text=True
    ).stdout


def messages(text: str) -> list[str]:
    """The entries of a catalogue in one order, without its head, which has the time."""
    return sorted(text.rstrip("\n").split("\n\n")[1:])


@pytest.mark.once
def test_every_marked_string_is_in_the_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    copy.parent.mkdir(parents=True)
    shutil.copy(CATALOGUE, copy)
    monkeypatch.chdir(settings.BASE_DIR)
    with override_settings(LOCALE_PATHS=[str(tmp_path)]):
        call_command(
            "makemessages",
            locale=["de"],
            no_location=True,
            no_wrap=True,
            no_obsolete=True,
            ignore_patterns=["tests", "benchmarks", "locale"],
            verbosity=0,
        )

    fresh, kept = messages(copy.read_text()), messages(CATALOGUE.read_text())

    assert fresh == kept, "Run `make messages` and translate what is new."


@pytest.mark.once
@pytest.mark.parametrize("lack", ["--untranslated", "--only-fuzzy"])
def test_every_message_is_translated(lack: str) -> None:
    assert gettext("msgattrib", lack, CATALOGUE) == ""


@pytest.mark.once
def test_what_is_compiled_is_what_was_translated(tmp_path: Path) -> None:
    """And no placeholder got lost on the way, which msgfmt refuses."""
    fresh = tmp_path / "django.mo"
    gettext("msgfmt", "--check-format", "--output-file", fresh, CATALOGUE)

    compiled = gettext("msgunfmt", COMPILED)

    assert messages(compiled) == messages(gettext("msgunfmt", fresh))


@pytest.mark.once
def test_a_translation_has_the_tags_of_its_text() -> None:
    for message in messages(gettext("msgunfmt", "--no-wrap", COMPILED)):
        text, _, translated = message.partition("\nmsgstr")
        there = re.findall(r"<[^>]+>", translated)
        assert set(there) == set(re.findall(r"<[^>]+>", text)), message
