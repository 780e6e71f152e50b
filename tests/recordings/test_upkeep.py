"""Renditions follow their recipe and their store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from medisync.accounts.models import User
from recordings import storage
from recordings.choices import Form
from recordings.models import Rendition
from recordings.recipes import RECIPES, _recipe
from recordings.renditions import stored_audio
from recordings.upkeep import sweep_renditions
from tests.recordings.conftest import AddVisit

pytestmark = pytest.mark.django_db(transaction=True)

NOTHING = {"outdated renditions": 0, "lost renditions": 0, "finished tasks": 0}


def test_another_parameter_is_another_recipe() -> None:
    one = _recipe(Form.MP3, ("-b:a", "64k"), print, "audio/mpeg")
    other = _recipe(Form.MP3, ("-b:a", "96k"), print, "audio/mpeg")
    assert one.name != other.name
    assert one.name == _recipe(Form.MP3, ("-b:a", "64k"), print, "audio/mpeg").name


def test_a_changed_recipe_makes_a_new_one_and_the_sweep_removes_the_old(
    doctor: User, add_visit: AddVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = add_visit(doctor)
    old = stored_audio(recording, Form.MP3)
    assert sweep_renditions() == NOTHING
    changed = replace(RECIPES[Form.MP3], name="mp3-changed")
    monkeypatch.setitem(RECIPES, Form.MP3, changed)
    new = stored_audio(recording, Form.MP3)
    assert new.key != old.key
    assert sweep_renditions() == {**NOTHING, "outdated renditions": 1}
    assert set(storage.stored_keys()) == {recording.key, new.key}
    assert Rendition.objects.get().recipe == "mp3-changed"


@pytest.mark.parametrize("left", [None, b"half"])
def test_what_the_store_lost_is_made_again(
    doctor: User, add_visit: AddVisit, left: bytes | None
) -> None:
    recording = add_visit(doctor)
    call_command("background_worker", "--batch")
    path = storage.local_path(stored_audio(recording, Form.MP3).key)
    assert path is not None
    whole = path.read_bytes()
    path.unlink() if left is None else path.write_bytes(left)
    assert sweep_renditions() == {**NOTHING, "lost renditions": 1}
    call_command("background_worker", "--batch")
    made = Rendition.objects.get(form=Form.MP3)
    assert b"".join(storage.chunks(made.key)) == whole


def test_old_tasks_go(doctor: User, add_visit: AddVisit) -> None:
    add_visit(doctor)
    call_command("background_worker", "--batch")
    assert sweep_renditions() == NOTHING
    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(days=2))
    assert sweep_renditions() == {**NOTHING, "finished tasks": 1}
