"""Forms of a recording: made once, kept, gone with it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from recordings import following, renditions, storage
from recordings.choices import Form, RenditionState, State
from recordings.errors import RenditionFailed, StorageFailed
from recordings.models import Recording, Rendition
from recordings.recipes import RECIPES
from recordings.services import delete_recording
from tests.audio import decoded
from tests.recordings.conftest import AddVisit

NAMES = ["mu-law.wav", "stereo.wav", "six.wav", "float.wav", "free.flac"]


@pytest.mark.parametrize("form", [Form.WAV, Form.MP3])
@pytest.mark.parametrize("name", NAMES)
def test_a_rendition_lasts_as_long_as_the_original(
    doctor: User, add_visit: AddVisit, tmp_path: Path, name: str, form: Form
) -> None:
    recording = add_visit(doctor, name)
    audio = renditions.stored_audio(recording, form)
    copy = tmp_path / "copy"
    copy.write_bytes(b"".join(storage.chunks(audio.key)))
    assert copy.stat().st_size == audio.size
    assert abs(decoded(copy)[1] - recording.duration_ms) <= 50


def test_an_original_that_has_the_form_is_served_itself(
    doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor, "mu-law.wav")
    assert renditions.stored_audio(recording, Form.WAV).key == recording.key
    assert not Rendition.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_requests_at_once_make_one(
    doctor: User, add_visit: AddVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = add_visit(doctor)
    made: list[str] = []
    recipe = RECIPES[Form.MP3]

    def counted(*paths: Path, **options: Any) -> None:
        made.append(recipe.name)
        recipe.make(*paths, **options)

    monkeypatch.setitem(RECIPES, Form.MP3, replace(recipe, make=counted))
    keys: list[str] = []

    def ask() -> None:
        try:
            keys.append(renditions.stored_audio(recording, Form.MP3).key)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert (len(keys), len(set(keys))) == (12, 1)


def test_a_dead_makers_work_is_taken_over(doctor: User, add_visit: AddVisit) -> None:
    recording = add_visit(doctor)
    Rendition.objects.create(
        recording=recording,
        form=Form.MP3,
        recipe=RECIPES[Form.MP3].name,
        lease="dead",
        leased_until=timezone.now() - timedelta(seconds=1),
    )
    assert renditions.stored_audio(recording, Form.MP3).size > 0
    assert Rendition.objects.get().state == RenditionState.READY


def test_a_failed_rendition_says_so_and_leaves_no_file(
    doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)
    path = storage.local_path(recording.key)
    assert path is not None
    # As it would be if the decoder came to know more about a damage.
    path.write_bytes(b"not audio any more")
    Recording.objects.update(size=18, sha256=sha256(b"not audio any more").hexdigest())
    recording.refresh_from_db()
    with pytest.raises(RenditionFailed):
        renditions.stored_audio(recording, Form.MP3)
    rendition = Rendition.objects.get()
    assert (rendition.state, rendition.key) == (RenditionState.FAILED, "")
    assert not list(storage.incoming_dir().iterdir())
    assert list(storage.stored_keys()) == [recording.key]


def test_nothing_outlives_a_deleted_recording(
    doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor, "free.flac")
    for form in Form:
        renditions.stored_audio(recording, form)
    assert len(list(storage.stored_keys())) == 1 + len(Form)
    delete_recording(recording, actor=SYSTEM)
    assert not list(storage.stored_keys())
    assert not Rendition.objects.exists()


def test_a_rendition_finished_after_the_deletion_is_thrown_away(
    doctor: User, add_visit: AddVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = add_visit(doctor)
    recipe = RECIPES[Form.MP3]

    def delete_meanwhile(source: Path, target: Path, **options: Any) -> None:
        recipe.make(source, target, **options)
        delete_recording(Recording.objects.get(), actor=SYSTEM)

    changed = replace(recipe, make=delete_meanwhile)
    monkeypatch.setitem(RECIPES, Form.MP3, changed)
    with pytest.raises(RenditionFailed):
        renditions.stored_audio(recording, Form.MP3)
    assert not list(storage.stored_keys())


def test_what_the_store_refused_is_tried_again_at_once(
    doctor: User, add_visit: AddVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = add_visit(doctor)

    def refuse(*args: object, **options: object) -> None:
        raise StorageFailed

    with monkeypatch.context() as patched:
        patched.setattr(storage, "keep", refuse)
        with pytest.raises(StorageFailed):
            renditions.stored_audio(recording, Form.MP3)
    monkeypatch.setattr(following, "time", None)  # Nobody sleeps.
    assert renditions.stored_audio(recording, Form.MP3).size > 0


def test_a_recording_deleted_before_its_rendition_is_begun(
    doctor: User, add_visit: AddVisit, transactional_db: None
) -> None:
    recording = add_visit(doctor)
    gone = Recording.objects.get()
    delete_recording(recording, actor=SYSTEM)
    with pytest.raises(RenditionFailed):
        renditions.stored_audio(gone, Form.MP3)


def test_nobody_waits_for_a_form_of_what_is_being_deleted(
    doctor: User, add_visit: AddVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = add_visit(doctor)
    storage.remove(recording.key)
    Recording.objects.update(state=State.DELETING)
    monkeypatch.setattr(following, "time", None)  # Nobody sleeps.
    with pytest.raises(StorageFailed):
        renditions.stored_audio(recording, Form.MP3)
