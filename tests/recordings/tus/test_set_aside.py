"""A piece with a checksum waits on the disk until it is whole (tus: checksum)."""

from __future__ import annotations

import base64
import errno
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest

from recordings.api.tus import views
from tests.recordings.tus.sender import Sender

RIGHT = f"sha256 {base64.b64encode(sha256(b'abc').digest()).decode()}"


def test_a_piece_with_a_checksum_is_not_set_aside_where_it_does_not_fit(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is set aside on the disk, of which a sender gets no more than was told."""
    set_aside: list[int] = []

    class Spool(SpooledTemporaryFile[bytes]):
        def write(self, data: Any) -> int:
            set_aside.append(len(data))
            return super().write(data)

    monkeypatch.setattr(views, "SpooledTemporaryFile", Spool)
    place = sender.place(2)
    assert sender.send(place, 0, b"abc", Upload_Checksum=RIGHT).status_code == 413
    assert sender.send(place, 1, b"abc", Upload_Checksum=RIGHT).status_code == 409
    assert not set_aside
    assert sender.offset(place) == 0
    assert (
        sender.send(sender.place(4), 0, b"abc", Upload_Checksum=RIGHT).status_code
        == 204
    )
    assert set_aside == [3]


def test_a_full_disk_refuses_a_piece_with_a_checksum(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(SpooledTemporaryFile[bytes]):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    place = sender.place(3)
    with monkeypatch.context() as full:
        full.setattr(views, "SpooledTemporaryFile", Full)
        answer = sender.send(place, 0, b"abc", Upload_Checksum=RIGHT)
    assert answer.status_code == 503
    assert sender.offset(place) == 0
