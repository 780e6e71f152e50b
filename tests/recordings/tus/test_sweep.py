"""Uploads that nobody goes on with go away, and their files with them."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from recordings import storage
from recordings.models import Recording, ResumableUpload
from recordings.resumable import sweep_uploads
from tests.recordings.tus.sender import Sender


def files() -> set[str]:
    return {path.name for path in storage.partial_dir().iterdir()}


def aged(path: Path) -> None:
    os.utime(path, (time.time() - 90_000,) * 2)


def test_what_was_given_up_goes_and_what_waits_stays(sender: Sender) -> None:
    gone, kept = sender.place(10), sender.place(10)
    sender.send(gone, 0, b"abc")
    old = timezone.now() - timedelta(seconds=1)
    ResumableUpload.objects.filter(pk=gone.rpartition("/")[2]).update(expires_at=old)
    # However long ago the last piece came: the row says how long it is kept.
    aged(storage.partial_dir() / kept.rpartition("/")[2])
    assert sweep_uploads() == {"abandoned uploads": 1}
    assert files() == {kept.rpartition("/")[2]}
    assert sender.offset(kept) == 0
    assert sender.ask("HEAD", gone).status_code == 404


def test_a_file_without_a_row_goes_when_no_row_can_come_any_more(
    sender: Sender, spoken: bytes
) -> None:
    place = sender.place(len(spoken))
    sender.send(place, 0, spoken)
    # As a crash leaves it: before the row was there, and after it was finished.
    finished = storage.partial_dir() / place.rpartition("/")[2]
    for path in (storage.partial_dir() / ("0" * 24), finished):
        path.write_bytes(b"left over")
        aged(path)
    young = storage.partial_dir() / ("1" * 24)
    young.write_bytes(b"about to have a row")
    assert sweep_uploads() == {"abandoned uploads": 0}
    assert files() == {young.name}
    assert Recording.objects.count() == 1


def test_the_record_of_a_finished_upload_goes_and_its_recording_stays(
    sender: Sender, spoken: bytes
) -> None:
    sender.send(sender.place(len(spoken)), 0, spoken)
    old = timezone.now() - timedelta(seconds=1)
    ResumableUpload.objects.update(expires_at=old)
    assert sweep_uploads() == {"abandoned uploads": 0}
    assert not ResumableUpload.objects.exists()
    assert Recording.objects.count() == 1
