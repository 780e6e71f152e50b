"""What could not be made: by whose fault, how often it is tried, and who says so."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from recordings import making, renditions, storage
from recordings.choices import Form, RenditionState
from recordings.errors import RenditionFailed, StorageFailed
from recordings.media.probe import UnusableAudio
from recordings.media.transcode import TranscodeError
from recordings.models import Recording, Rendition
from recordings.recipes import RECIPES
from recordings.services import delete_recording
from tests.recordings.conftest import AddVisit

# As in life: the worker begins and ends transactions of its own.
pytestmark = pytest.mark.django_db(transaction=True)

Failing = Callable[[Exception | None], None]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Failing:
    """Makes every MP3 fail, or succeed again."""
    recipe = RECIPES[Form.MP3]

    def fail(error: Exception | None) -> None:
        def make(*paths: Any, **options: Any) -> None:
            if error is not None:
                raise error
            recipe.make(*paths, **options)

        monkeypatch.setitem(RECIPES, Form.MP3, replace(recipe, make=make))

    return fail


def mp3() -> Rendition:
    return Rendition.objects.get(form=Form.MP3)


def work() -> None:
    call_command("background_worker", "--batch")


def as_if_due() -> None:
    now = timezone.now() - timedelta(seconds=1)
    Rendition.objects.filter(retry_at__isnull=False).update(retry_at=now)
    DBTaskResult.objects.filter(run_after__gt=now, run_after__year__lt=9999).update(
        run_after=now
    )


def test_a_failing_encoder_is_tried_less_and_less_often_and_then_no_more(
    doctor: User, add_visit: AddVisit, failing: Failing
) -> None:
    recording = add_visit(doctor)
    failing(TranscodeError("clinic-secret /path"))
    pauses = []
    for attempt in range(1, making.MOST_ATTEMPTS + 1):
        work()
        work()  # Not again before it is due.
        assert (mp3().state, mp3().attempts) == (RenditionState.FAILED, attempt)
        assert mp3().error == making.ENCODER_FAULT
        with pytest.raises(RenditionFailed):
            renditions.stored_audio(recording, Form.MP3)
        again = mp3().retry_at
        pauses.append(again and round((again - mp3().updated_at).total_seconds()))
        as_if_due()
    assert pauses == [60, 240, 960, 3600, None]
    work()
    assert mp3().attempts == making.MOST_ATTEMPTS
    # One that cannot be made keeps no other from being made.
    assert Rendition.objects.get(form=Form.PEAKS).state == RenditionState.READY


def test_one_that_fails_once_is_made_when_it_is_due(
    doctor: User, add_visit: AddVisit, failing: Failing
) -> None:
    add_visit(doctor)
    failing(TranscodeError())
    work()
    failing(None)
    as_if_due()
    work()
    assert (mp3().state, mp3().error) == (RenditionState.READY, "")


def test_damaged_audio_is_final(
    doctor: User, add_visit: AddVisit, failing: Failing
) -> None:
    add_visit(doctor)
    failing(UnusableAudio("damaged"))
    work()
    assert (mp3().state, mp3().retry_at) == (RenditionState.FAILED, None)
    assert mp3().error == "The audio is damaged and cannot be read to its end."


def test_a_full_disk_is_no_fault_of_the_recording(
    doctor: User, add_visit: AddVisit, failing: Failing
) -> None:
    recording = add_visit(doctor)
    failing(OSError(errno.ENOSPC, "full"))
    work()
    assert (mp3().state, mp3().error) == (RenditionState.WAITING, making.DISK_FAULT)
    failing(None)
    # Whoever asks need not wait for the worker's next attempt.
    assert renditions.stored_audio(recording, Form.MP3).size > 0


def test_a_lost_or_altered_original_can_come_back(
    doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)
    path = storage.local_path(recording.key)
    assert path is not None
    whole = path.read_bytes()
    for altered in (None, whole[:-1], b"x" * len(whole)):
        path.unlink() if altered is None else path.write_bytes(altered)
        with pytest.raises(StorageFailed):
            renditions.stored_audio(recording, Form.MP3)
        assert mp3().state == RenditionState.WAITING
        assert mp3().error == making.STORE_AWAY
    path.write_bytes(whole)
    assert renditions.stored_audio(recording, Form.MP3).size > 0


def test_the_task_of_a_vanished_recording_ends_quietly(
    doctor: User, add_visit: AddVisit
) -> None:
    delete_recording(add_visit(doctor), actor=SYSTEM)
    work()
    assert [task.status for task in DBTaskResult.objects.all()] == ["SUCCESSFUL"]
    assert not Rendition.objects.exists()


def test_what_a_dead_worker_left_is_taken_up(doctor: User, add_visit: AddVisit) -> None:
    recording = add_visit(doctor, "free.flac")
    # Killed with the task in its hands: the queue alone would never return to it.
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now())
    Rendition.objects.create(
        recording=recording,
        form=Form.MP3,
        recipe=RECIPES[Form.MP3].name,
        lease="dead",
        leased_until=timezone.now() - timedelta(seconds=1),
    )
    work()
    made = Rendition.objects.filter(state=RenditionState.READY)
    assert {rendition.form for rendition in made} == set(Form)
    assert not list(storage.incoming_dir().iterdir())
    assert Recording.objects.count() == 1
