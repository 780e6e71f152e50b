"""What follows a growing rendition learns its end from the row."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from medisync.accounts.models import User
from recordings import following
from recordings.choices import Form, RenditionState
from recordings.errors import RenditionFailed
from recordings.following import follow
from recordings.making import claim, part_of
from recordings.models import Rendition
from tests.recordings.conftest import AddVisit

WHOLE = b"all of it"


@pytest.mark.parametrize(
    ("outcome", "whole"),
    [
        ({"state": RenditionState.READY, "size": len(WHOLE)}, True),
        ({"state": RenditionState.READY, "size": len(WHOLE) + 1}, False),
        ({"state": RenditionState.FAILED}, False),
    ],
)
def test_bytes_that_went_elsewhere_wait_for_what_the_row_says(
    doctor: User,
    add_visit: AddVisit,
    monkeypatch: pytest.MonkeyPatch,
    outcome: dict[str, Any],
    whole: bool,
) -> None:
    rendition, ours = claim(add_visit(doctor), Form.MP3)
    assert ours
    part_of(rendition).write_bytes(WHOLE)
    audio = follow(rendition)
    assert audio is not None
    # The store has them, and their maker is about to write the row.
    part_of(rendition).unlink()

    def settle(seconds: float) -> None:
        Rendition.objects.filter(pk=rendition.pk).update(**outcome)

    clock = SimpleNamespace(monotonic=time.monotonic, sleep=settle)
    monkeypatch.setattr(following, "time", clock)
    pieces = iter(audio)
    assert next(pieces) == WHOLE
    if whole:
        assert list(pieces) == []
    else:
        with pytest.raises(RenditionFailed):
            next(pieces)
    assert audio.end() == len(WHOLE)
