"""manage.py move_storage: every byte from one store to the other, and checked."""

from __future__ import annotations

import os
import signal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from medisync.accounts.models import User
from recordings import storage
from recordings.choices import Form
from recordings.models import Recording
from recordings.renditions import stored_audio
from tests.recordings.conftest import AddVisit
from tests.s3 import Bucket


@pytest.fixture(autouse=True)
def _data_dir(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def move(*options: str) -> tuple[int, list[str]]:
    """The exit code and the lines that were printed."""
    out = StringIO()
    try:
        call_command("move_storage", *options, stdout=out, stderr=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def in_bucket(bucket: Bucket, key: str) -> bytes:
    found: bytes = bucket.client.get_object(Bucket=bucket.name, Key=key)["Body"].read()
    return found


def path_of(key: str) -> Path:
    path = storage.local_path(key, store="files")
    assert path is not None
    return path


def use(settings: Any, store: str) -> None:
    settings.STORAGES = {**settings.STORAGES, "recordings": settings.STORAGES[store]}


def test_all_audio_goes_to_the_bucket_and_back(
    s3_store: Bucket, settings: Any, doctor: User, add_visit: AddVisit
) -> None:
    recordings = [add_visit(doctor), add_visit(doctor, "opus.webm")]
    keys = {recording.key for recording in recordings}
    keys.add(stored_audio(recordings[1], Form.MP3).key)
    sounds = {key: path_of(key).read_bytes() for key in keys}

    code, told = move("--to", "s3")
    assert (code, told[0][:8], "MEDISYNC_STORAGE=s3" in told[1]) == (
        0,
        "3 copied",
        True,
    )
    assert s3_store.keys() == keys
    assert {key: in_bucket(s3_store, key) for key in keys} == sounds
    assert {key: path_of(key).read_bytes() for key in keys} == sounds

    use(settings, "s3")
    for key in keys:
        path_of(key).unlink()
    assert move("--to", "files")[0] == 0
    assert {key: path_of(key).read_bytes() for key in keys} == sounds
    assert path_of(recordings[0].key).stat().st_mode & 0o777 == 0o600
    assert not list(storage.incoming_dir().iterdir())
    assert s3_store.keys() == keys


def test_it_can_be_stopped_and_continued(
    s3_store: Bucket,
    doctor: User,
    add_visit: AddVisit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recordings = sorted((add_visit(doctor) for _ in range(5)), key=lambda r: r.pk)
    keep, kept = storage.keep, list[str]()

    def stop_at_the_third(path: Path, key: str, **options: str) -> None:
        if "store" in options:  # And not one that is just being added.
            kept.append(key)
        if len(kept) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        keep(path, key, **options)

    monkeypatch.setattr(storage, "keep", stop_at_the_third)
    code, told = move("--to", "s3")
    assert (code, told[0][:8], told[1][:7]) == (130, "2 copied", "Stopped")
    assert s3_store.uploads() == set()
    code, told = move("--to", "s3", "--continue")
    assert (code, told[0][:8]) == (0, "3 copied")
    assert s3_store.keys() == {recording.key for recording in recordings}
    # Each once, and the one at which it was stopped again.
    assert kept == [r.key for r in [*recordings[:3], *recordings[2:]]]

    # Afterwards, only what is new.
    late = add_visit(doctor)
    assert move("--to", "s3", "--continue")[0] == 0
    assert kept[-1] == late.key
    assert len(kept) == 7


def test_what_is_wrong_on_the_other_side_is_put_right(
    s3_store: Bucket, doctor: User, add_visit: AddVisit
) -> None:
    recording, right = add_visit(doctor), add_visit(doctor)
    put = s3_store.client.put_object
    put(Bucket=s3_store.name, Key=recording.key, Body=b"something else")
    put(Bucket=s3_store.name, Key=right.key, Body=path_of(right.key).read_bytes())
    code, told = move("--to", "s3")
    assert (code, told[0][:8]) == (0, "1 copied")
    assert in_bucket(s3_store, recording.key) == path_of(recording.key).read_bytes()


def test_what_is_lost_or_altered_here_is_named_and_not_copied(
    s3_store: Bucket, doctor: User, add_visit: AddVisit
) -> None:
    lost, altered, well = sorted(
        (add_visit(doctor) for _ in range(3)), key=lambda recording: recording.pk
    )
    path_of(lost.key).unlink()
    path_of(altered.key).write_bytes(b"something else")
    code, told = move("--to", "s3")
    assert code == 1
    assert told[:2] == [f"{lost.key} missing", f"{altered.key} altered"]
    assert s3_store.keys() == {well.key}
    assert move("--to", "s3", "--continue")[0] == 1


def test_what_comes_while_it_runs_comes_along_and_what_goes_does_not(
    s3_store: Bucket,
    doctor: User,
    add_visit: AddVisit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = add_visit(doctor)
    keep, added = storage.keep, list[Recording]()

    def meanwhile(path: Path, key: str, **options: str) -> None:
        keep(path, key, **options)
        if key == first.key and options.get("store") == "s3":
            added.append(add_visit(doctor))
            Recording.objects.filter(pk=first.pk).delete()

    monkeypatch.setattr(storage, "keep", meanwhile)
    assert move("--to", "s3")[0] == 0
    assert s3_store.keys() == {added[0].key}


def test_the_source_is_emptied_only_when_asked_and_no_longer_used(
    s3_store: Bucket, settings: Any, doctor: User, add_visit: AddVisit
) -> None:
    recording, lost = add_visit(doctor), add_visit(doctor)
    with pytest.raises(CommandError, match="still uses"):
        move("--to", "s3", "--remove-source")
    move("--to", "s3")
    use(settings, "s3")
    code, told = move("--to", "s3", "--remove-source")
    assert (code, told[-1]) == (0, "2 removed from files, 0 left there")
    assert list(storage.stored_keys(store="files")) == []
    assert s3_store.keys() == {recording.key, lost.key}


def test_there_must_be_a_bucket(db: None) -> None:
    with pytest.raises(CommandError, match="MEDISYNC_S3_BUCKET"):
        move("--to", "s3")
