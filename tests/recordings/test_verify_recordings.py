"""manage.py verify_recordings: what is lost, altered or left over, by its id."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from medisync.accounts.models import User
from recordings import storage, verification
from recordings.choices import Form
from recordings.errors import StorageFailed
from recordings.models import Recording
from recordings.renditions import stored_audio
from tests.recordings.conftest import AddVisit

ORPHAN = "originals/ab/" + 24 * "a"
WELL = (
    "{} recordings, 0 missing or altered\n"
    "{} renditions, 0 missing or altered\n"
    "0 documents, 0 missing or altered\n"
)


@pytest.fixture(autouse=True)
def _data_dir(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def verify(*options: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    out = StringIO()
    try:
        call_command("verify_recordings", *options, stdout=out, stderr=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def path_of(key: str) -> Path:
    path = storage.local_path(key)
    assert path is not None
    return path


def orphan() -> Path:
    path = path_of(ORPHAN)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"nobody's")
    os.utime(path, (time.time() - 25 * 3600,) * 2)
    return path


def test_all_is_well(doctor: User, add_visit: AddVisit) -> None:
    stored_audio(add_visit(doctor), Form.MP3)
    add_visit(doctor)
    assert verify() == (0, WELL.format(2, 1) + "0 orphaned objects\n")


def test_it_names_what_is_missing_and_what_is_altered(
    doctor: User, add_visit: AddVisit
) -> None:
    lost, altered, cached = sorted(
        (add_visit(doctor) for _ in range(3)), key=lambda recording: recording.pk
    )
    path_of(lost.key).unlink()
    with path_of(altered.key).open("r+b") as file:
        file.write(b"R1FF")
    path_of(stored_audio(cached, Form.MP3).key).write_bytes(b"")
    code, told = verify()
    assert code == 1
    assert told.splitlines() == [
        f"{lost.pk} missing",
        f"{altered.pk} altered",
        f"{cached.pk} mp3 altered",
        "3 recordings, 2 missing or altered",
        "1 renditions, 1 missing or altered",
        "0 documents, 0 missing or altered",
        "0 orphaned objects",
    ]


def test_objects_of_nobody_are_told_and_go_only_when_asked(
    doctor: User, add_visit: AddVisit
) -> None:
    kept = add_visit(doctor)
    left = orphan()
    told = f"orphan {ORPHAN}\n" + WELL.format(1, 0)
    assert verify() == (0, told + "1 orphaned objects\n")
    assert left.exists()
    assert verify("--fix") == (0, told + "1 orphaned objects, removed\n")
    assert list(storage.stored_keys()) == [kept.key]


def test_fix_touches_no_altered_original(doctor: User, add_visit: AddVisit) -> None:
    recording = add_visit(doctor)
    path_of(recording.key).write_bytes(b"altered")
    assert verify("--fix")[0] == 1
    assert path_of(recording.key).read_bytes() == b"altered"
    assert Recording.objects.get() == recording


@pytest.fixture
def _heeded() -> Iterator[None]:
    """A shell has what it starts in the background ignore Ctrl+C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_heeded")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped_and_continued(
    stop: signal.Signals,
    doctor: User,
    add_visit: AddVisit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recordings = sorted((add_visit(doctor) for _ in range(4)), key=lambda r: r.pk)
    path_of(recordings[0].key).unlink()
    hashed: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(storage, "file_hash", stopping_at(2, hashed, stop))
        code, told = verify()
    assert (code, told.splitlines()) == (
        130,
        [
            f"{recordings[0].pk} missing",
            "Stopped after 2 recordings; --continue goes on.",
        ],
    )
    hashed.clear()
    monkeypatch.setattr(storage, "file_hash", stopping_at(-1, hashed, stop))
    code, told = verify("--continue")
    # What was found before the stop counts, and is not looked at again.
    assert hashed == [recording.key for recording in recordings[2:]]
    assert (code, told.splitlines()[0]) == (1, "4 recordings, 1 missing or altered")
    hashed.clear()
    verify("--continue")
    assert len(hashed) == 4


def stopping_at(
    count: int, hashed: list[str], stop: signal.Signals
) -> Callable[..., str]:
    """Hashes, and has the process told to stop while it hashes a certain one."""
    real = storage.file_hash

    def file_hash(key: str, **options: str) -> str:
        hashed.append(key)
        if len(hashed) == count + 1:
            os.kill(os.getpid(), stop)
        return real(key, **options)

    return file_hash


def test_a_store_that_is_away_is_no_loss(
    doctor: User, add_visit: AddVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_visit(doctor)

    def away(*args: object, **options: object) -> Iterator[bytes]:
        raise StorageFailed

    monkeypatch.setattr(storage, "chunks", away)
    monkeypatch.setattr(storage, "is_stored", away)
    with pytest.raises(CommandError, match="--continue"):
        call_command("verify_recordings", stdout=StringIO())


def test_one_that_is_deleted_meanwhile_is_no_finding(
    doctor: User, add_visit: AddVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = add_visit(doctor)
    real = verification.condition_of

    def delete_first(key: str, **options: Any) -> verification.Condition:
        path_of(recording.key).unlink()
        Recording.objects.all().delete()
        return real(key, **options)

    monkeypatch.setattr(verification, "condition_of", delete_first)
    code, told = verify()
    assert (code, "missing\n" in told) == (0, False)
    assert not (Path(settings.DATA_DIR) / "verify_recordings.json").exists()
