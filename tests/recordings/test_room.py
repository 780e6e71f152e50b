"""What comes in leaves the disk its free space, whichever way it comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from notes.models import Document
from recordings.errors import StorageFull
from recordings.models import Recording
from recordings.room import require_room
from telephony.models import CallRecording
from telephony.services import ImportStatus, import_call_recording
from tests.conftest import Bearer
from tests.factories import AppointmentFactory
from tests.recordings.conftest import Disk, left_behind
from tests.telephony import speech

pytestmark = pytest.mark.django_db

MB = 1024 * 1024
Samples = Callable[[str], Path]


def test_so_much_stays_free(disk: Disk, settings: Any) -> None:
    disk.free = 1124 * MB
    require_room(100 * MB)
    with pytest.raises(StorageFull):
        require_room(100 * MB + 1)
    settings.MIN_FREE_BYTES = 0
    require_room(2000 * MB)


def test_a_tenth_of_a_small_disk_is_enough(disk: Disk) -> None:
    disk.total, disk.free = 200 * MB, 30 * MB
    require_room(10 * MB)
    with pytest.raises(StorageFull):
        require_room(11 * MB)


@pytest.fixture(params=["before", "meanwhile"])
def filled(request: pytest.FixtureRequest, disk: Disk) -> Disk:
    """Full before something is sent, or as soon as its body comes."""
    disk.full_after = 0 if request.param == "before" else 1
    return disk


def test_a_recording_without_room_is_refused(
    filled: Disk, client: Client, bearer: Bearer, doctor: User, samples: Samples
) -> None:
    visit = AppointmentFactory.create(doctor=doctor)

    def send() -> Any:
        file = SimpleUploadedFile("visit.wav", samples("pcm-16.wav").read_bytes())
        url = f"/api/recordings/add/{visit.pk}"
        return client.post(url, {"audio": file}, headers=bearer(doctor))

    answer = send()
    assert answer.status_code == 500
    assert answer.json() == {"success": False, "error": "Error storing recording"}
    assert left_behind() == []
    assert not Recording.objects.exists()
    filled.full_after = 10**9
    assert send().status_code == 201


def test_a_document_without_room_is_refused(
    filled: Disk, client: Client, bearer: Bearer, doctor: User
) -> None:
    visit = AppointmentFactory.create(doctor=doctor)
    file = SimpleUploadedFile("report.pdf", b"%PDF-1.7\n")
    url = f"/api/documents/add/{visit.pk}"
    answer = client.post(url, {"document": file}, headers=bearer(doctor))
    assert answer.status_code == 500
    assert answer.json() == {"success": False, "error": "Error storing document"}
    assert left_behind() == []
    assert not Document.objects.exists()


def test_an_import_without_room_is_rejected(disk: Disk) -> None:
    def imported() -> Any:
        name = speech.CALL_NAME
        return import_call_recording(
            speech.PROMPT, file_name=name, account=None, actor=SYSTEM
        )

    disk.full_after = 0
    result = imported()
    assert result.status == ImportStatus.REJECTED
    assert result.reason == StorageFull.message
    assert left_behind() == []
    assert not CallRecording.objects.exists()
    disk.full_after = 10**9
    assert imported().status == ImportStatus.IMPORTED
