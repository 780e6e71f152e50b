"""Bytes and the row that names them, of whichever app: together or not at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from appointments.models import Appointment
from medisync.accounts.models import User
from recordings import storage
from recordings.kept import KINDS
from tests.audio import wav
from tests.conftest import Bearer
from tests.factories import AppointmentFactory
from tests.notes.pdf import pdf

Upload = tuple[str, dict[str, Any], str]


@pytest.fixture
def visit(doctor: User) -> Appointment:
    return AppointmentFactory.create(doctor=doctor)


@pytest.fixture(params=["originals", "documents"])
def upload(request: pytest.FixtureRequest, visit: Appointment) -> Upload:
    """Where to, what, and the folder of the store it is kept in."""
    if request.param == "originals":
        file = {"audio": SimpleUploadedFile("visit.wav", wav(bytes(32_000)))}
        return f"/api/recordings/add/{visit.pk}", file, request.param
    file = {"document": SimpleUploadedFile("letter.pdf", pdf())}
    return f"/api/documents/add/{visit.pk}", file, request.param


def test_what_is_kept_is_dated_by_when_it_can_be_seen(
    client: Client,
    bearer: Bearer,
    doctor: User,
    upload: Upload,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, file, folder = upload
    keep, kept = storage.keep, list[datetime]()

    def note(*arguments: Any, **options: Any) -> None:
        keep(*arguments, **options)
        kept.append(timezone.now())

    monkeypatch.setattr(storage, "keep", note)

    assert client.post(url, file, headers=bearer(doctor)).status_code == 201

    row = KINDS[folder].rows().get()
    assert row.created_at >= kept[0]
    assert row.updated_at == row.created_at


def test_bytes_whose_row_is_not_kept_are_removed(
    client: Client,
    bearer: Bearer,
    doctor: User,
    upload: Upload,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, file, folder = upload

    def fail(*arguments: Any, **options: Any) -> None:
        assert list(storage.stored_keys())
        raise DatabaseError

    monkeypatch.setattr("medisync.audit.models.AuditEvent.save", fail)

    assert client.post(url, file, headers=bearer(doctor)).status_code == 500

    assert not KINDS[folder].rows().exists()
    assert not list(storage.stored_keys())
