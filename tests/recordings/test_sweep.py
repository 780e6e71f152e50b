"""What a crash leaves behind goes away; what lives, or is under way, stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from medisync.accounts.models import User
from recordings import storage
from recordings.choices import Form, State
from recordings.errors import StorageFailed
from recordings.models import Recording
from recordings.renditions import stored_audio
from recordings.sweep import ABANDONED_AFTER_SECONDS, sweep
from tests.recordings.conftest import AddVisit

NOTHING = {
    "deletions finished": 0,
    "temporary files": 0,
    "orphaned objects": 0,
    "unfinished uploads": 0,
}


def file(path: Path, *, age: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"bytes")
    os.utime(path, (time.time() - age,) * 2)
    return path


def aged(key: str) -> None:
    path = storage.local_path(key)
    assert path is not None
    os.utime(path, (time.time() - 10 * ABANDONED_AFTER_SECONDS,) * 2)


def test_what_has_a_row_stays_however_old(doctor: User, add_visit: AddVisit) -> None:
    recording = add_visit(doctor)
    keys = {recording.key, stored_audio(recording, Form.MP3).key}
    for key in keys:
        aged(key)
    assert sweep() == NOTHING
    assert set(storage.stored_keys()) == keys


def test_abandoned_files_go_and_young_ones_stay(db: None) -> None:
    old = file(storage.incoming_dir() / "old.part", age=ABANDONED_AFTER_SECONDS + 60)
    young = file(
        storage.incoming_dir() / "young.part", age=ABANDONED_AFTER_SECONDS - 60
    )
    # As a file that its upload takes away between listing and looking.
    (storage.incoming_dir() / "a-gone.part").symlink_to("nowhere")
    assert sweep() == {**NOTHING, "temporary files": 1}
    assert not old.exists()
    assert young.exists()


def test_objects_without_a_row_go_unless_it_may_still_come(db: None) -> None:
    orphans = ["originals/ab/" + 24 * "a", "renditions/ab/" + 24 * "a" + "/mp3-1-x"]
    for key in orphans:
        path = storage.local_path(key)
        assert path is not None
        file(path, age=ABANDONED_AFTER_SECONDS + 60)
    young = storage.local_path("originals/cd/" + 24 * "c")
    assert young is not None
    # Hours after it came, a slow store may still be reading it back.
    file(young, age=20 * 3600)
    assert sweep() == {**NOTHING, "orphaned objects": 2}
    assert list(storage.stored_keys()) == ["originals/cd/" + 24 * "c"]


def test_one_that_the_store_keeps_does_not_keep_the_others(
    doctor: User, add_visit: AddVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = add_visit(doctor), add_visit(doctor)
    Recording.objects.update(state=State.DELETING)
    remove = storage.remove

    def fail_for_one(key: str) -> None:
        if key == stuck.key:
            raise StorageFailed
        remove(key)

    with monkeypatch.context() as patched:
        patched.setattr(storage, "remove", fail_for_one)
        assert sweep() == {**NOTHING, "deletions finished": 1}
    assert list(Recording.objects.all()) == [stuck]
    assert list(storage.stored_keys()) == [stuck.key]
    assert other.key != stuck.key
    assert sweep() == {**NOTHING, "deletions finished": 1}
    assert not list(storage.stored_keys())
