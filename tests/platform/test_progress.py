"""Commands that take long show how far they are, to whoever watches a terminal."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.server import ROOT
from tests.telephony import speech
from tests.telephony.test_import_calls import HEADER, MISSED

pytestmark = pytest.mark.once

CALL = "20170901181806-1504261084.7-1001-1003-Internal.wav"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a database in it, and files to import beside it."""
    folder = tmp_path_factory.mktemp("clinic")
    for name in (CALL, "note.txt"):
        (folder / name).write_bytes(speech.PROMPT.read_bytes())
    (folder / "cdr.csv").write_text(f"{HEADER}\n{MISSED}\n")
    manage(folder, "migrate", "--verbosity", "0")
    return folder


def manage(folder: Path, *arguments: str) -> tuple[str, str]:
    """What the command prints to a pipe, and to the terminal that stderr is."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (25, 80))
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            cwd=folder,
            env={**os.environ, "MEDISYNC_DATA_DIR": str(folder / "var")},
            stdout=subprocess.PIPE,
            stderr=theirs,
            check=False,
            text=True,
        )
        os.close(theirs)
        return done.stdout, b"".join(_all_of(terminal)).decode()


def _all_of(terminal: io.RawIOBase) -> Iterator[bytes]:
    with suppress(OSError):  # How a terminal ends whose other end is closed.
        while data := terminal.read(4096):
            yield data


@pytest.mark.parametrize(
    ("command", "unit"),
    [
        (("import_recordings", CALL, "note.txt", "--json"), "file/s"),
        (("import_calls", "cdr.csv", "--json"), "B/s"),
        (("verify_recordings",), "recording/s"),
        (("sweep",), "object"),
    ],
)
def test_a_bar_on_the_terminal_and_the_same_on_stdout(
    folder: Path, command: tuple[str, ...], unit: str
) -> None:
    told, shown = manage(folder, *command)

    assert unit in shown, shown
    assert "\r" in shown
    assert "it/s" not in told
    for line in told.splitlines() if "--json" in command else ():
        assert json.loads(line)
    assert told


@pytest.mark.parametrize(
    "command",
    [
        ("import_calls", "cdr.csv", "--json"),
        ("verify_recordings",),
        ("sweep",),
    ],
)
def test_nothing_where_nobody_watches(folder: Path, command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *command],
        cwd=folder,
        env={**os.environ, "MEDISYNC_DATA_DIR": str(folder / "var")},
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.stdout
    assert done.stderr == ""
