"""A nearly full disk, and one person's share of it (tus: creation, checksum)."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

from medisync.accounts.models import User
from recordings import resumable
from recordings.errors import StorageFull
from recordings.models import Recording, ResumableUpload
from tests.recordings.conftest import Disk, left_behind
from tests.recordings.tus.sender import Sender

MB = 1024 * 1024


def test_an_upload_begins_where_all_of_it_has_room(disk: Disk, sender: Sender) -> None:
    disk.free = 1124 * MB
    refused = sender.begin(101 * MB)
    assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
    assert left_behind() == []
    assert not ResumableUpload.objects.exists()
    assert sender.begin(100 * MB).status_code == 201


def test_a_piece_without_room_is_refused_and_taken_later(
    disk: Disk, sender: Sender, spoken: bytes
) -> None:
    place = sender.place(len(spoken))
    assert sender.send(place, 0, spoken[:1000]).status_code == 204
    checksum = base64.b64encode(sha256(spoken[1000:]).digest()).decode()
    before, disk.full_after = left_behind(), 0
    for headers in ({}, {"Upload_Checksum": f"sha256 {checksum}"}):
        refused = sender.send(place, 1000, spoken[1000:], **headers)
        assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
        assert refused.json()["message"] == StorageFull.message
    assert sender.offset(place) == 1000
    assert left_behind() == before
    disk.full_after = 10**9
    assert sender.send(place, 1000, spoken[1000:]).status_code == 204
    assert Recording.objects.get().size == len(spoken)


def test_one_person_has_so_much_unfinished(
    sender: Sender, other_doctor: User, settings: Any
) -> None:
    """Of an unknown length, as much as it can become."""
    settings.MAX_UPLOAD_BYTES = 1000
    for _ in range(resumable.MOST_LARGEST - 1):
        sender.place(None)
    sender.place(500)
    refused = sender.begin(501)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_uploads")
    assert sender.begin(None).status_code == 429
    assert sender.begin(500).status_code == 201
    assert Sender(other_doctor).begin(None).status_code == 201
