"""DELETE /api/recordings/{appointmentId} (contract medisync 6.5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from recordings import storage
from recordings.models import Recording
from tests.conftest import Bearer
from tests.recordings.conftest import AddVisit

pytestmark = pytest.mark.contract("medisync", "6.5")

GONE = {"success": False, "error": "Recording not found for appointment"}


@pytest.fixture
def recording(doctor: User, add_visit: AddVisit) -> Recording:
    return add_visit(doctor)


@pytest.fixture
def url(recording: Recording) -> str:
    return f"/api/recordings/{recording.appointment_id}"


def test_it_is_answered_with_what_was_deleted(
    client: Client, bearer: Bearer, doctor: User, recording: Recording, url: str
) -> None:
    listed = client.get(url, headers=bearer(doctor)).json()["data"][0]

    answer = client.delete(url, headers=bearer(doctor))

    assert (answer.status_code, answer.json()) == (
        200,
        {"success": True, "data": listed},
    )
    assert not Recording.objects.exists()
    assert not list(storage.stored_keys())
    event = AuditEvent.objects.get(action="recording.delete")
    assert (event.actor_id, event.object_id) == (doctor.pk, recording.pk)
    again = client.delete(url, headers=bearer(doctor))
    assert (again.status_code, again.json()) == (404, GONE)
    assert client.get(url, headers=bearer(doctor)).json()["data"] == []


def test_anothers_is_as_a_missing_one(
    client: Client, bearer: Bearer, other_doctor: User, recording: Recording, url: str
) -> None:
    answer = client.delete(url, headers=bearer(other_doctor))

    assert (answer.status_code, answer.json()) == (404, GONE)
    assert Recording.objects.get() == recording
    assert list(storage.stored_keys())


def test_a_store_that_fails_is_told(
    client: Client,
    bearer: Bearer,
    doctor: User,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*arguments: Any) -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr(FileSystemStorage, "delete", fail)

    answer = client.delete(url, headers=bearer(doctor))

    assert (answer.status_code, answer.json()) == (
        500,
        {"success": False, "error": "Error deleting recording from storage"},
    )
    assert client.get(url, headers=bearer(doctor)).json()["data"] == []
