"""What operators run, and what it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

KEYS = ["file", "status", "recording", "sid", "call_sid", "reason"]


def run(*arguments: object, fails: bool = False) -> list[dict[str, Any]]:
    """The lines that import_recordings prints; whether it fails is checked."""
    out = Lines()
    words = [str(argument) for argument in arguments]
    if fails:
        with pytest.raises(CommandError) as caught:
            call_command("import_recordings", *words, "--json", stdout=out)
        assert caught.value.returncode == 1
    else:
        call_command("import_recordings", *words, "--json", stdout=out)
    lines = [json.loads(line) for line in "".join(out.parts).splitlines()]
    assert all(list(line) == KEYS for line in lines)
    return lines


class Lines:
    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> None:
        self.parts.append(text)

    def flush(self) -> None:
        pass


def stored_files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]
