"""Transcriptions, letters, documents and API keys in the admin."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from appointments.models import Appointment
from appointments.status import Status
from medisync.accounts.models import ApiKey, User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from medisync.lib.hashing import secret_hash
from notes.documents import add_document
from notes.models import DoctorLetter, Document, LetterStatus, Transcription
from recordings import storage
from recordings.intake import incoming_file
from tests.factories import AppointmentFactory
from tests.notes.pdf import pdf
from tests.pages.conftest import SignedIn
from tests.pages.test_admin_changes import at, save, trail

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(doctor: User) -> Appointment:
    return AppointmentFactory.create(doctor=doctor)


@pytest.fixture
def desk(signed_in: SignedIn, doctor: User) -> Client:
    return signed_in(doctor)


def test_a_transcription(desk: Client, visit: Appointment, doctor: User) -> None:
    new = at("notes_transcription", "add")
    save(desk, new, appointment=visit.pk, transcription="Knee pain.")
    row = Transcription.objects.get()
    visit.refresh_from_db()
    assert (row.doctor, visit.status) == (doctor, Status.PROCESSING)

    again = desk.post(new, {"appointment": visit.pk, "transcription": "Two"})
    assert "already has a transcription" in again.content.decode()
    save(
        desk,
        at("notes_transcription", "change", row.pk),
        transcription="Knee pain, two weeks.",
    )
    row.refresh_from_db()
    assert row.transcription == "Knee pain, two weeks."
    save(desk, at("notes_transcription", "delete", row.pk), post="yes")
    assert not Transcription.objects.exists()
    assert [action for action, _ in trail(doctor)] == [
        *("transcription.add", "transcription.update", "transcription.delete")
    ]


def test_a_letter(desk: Client, visit: Appointment, doctor: User) -> None:
    new = at("notes_doctorletter", "add")
    save(desk, new, appointment=visit.pk, markdown_content="# Dear colleague")
    letter = DoctorLetter.objects.get()
    assert (letter.doctor, letter.status) == (doctor, LetterStatus.EDITING)

    save(
        desk,
        at("notes_doctorletter", "change", letter.pk),
        markdown_content="# Dear Dr. Brandt",
    )

    letter.refresh_from_db()
    assert letter.markdown_content == "# Dear Dr. Brandt"
    assert [action for action, _ in trail(doctor)] == ["letter.add", "letter.update"]


def test_anothers_appointment_is_no_choice(desk: Client, other_doctor: User) -> None:
    theirs = AppointmentFactory.create(doctor=other_doctor)

    for model, field in (
        ("notes_transcription", "transcription"),
        ("notes_doctorletter", "markdown_content"),
    ):
        answer = desk.post(at(model, "add"), {"appointment": theirs.pk, field: "x"})
        assert "not one of the available choices" in answer.content.decode()
    assert not Transcription.objects.exists()
    assert not DoctorLetter.objects.exists()


def test_a_document_is_fetched_and_deleted(
    desk: Client, visit: Appointment, doctor: User, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf())
    with incoming_file(path, file_name="a.pdf") as incoming:
        document = add_document(visit, incoming, actor=SYSTEM)
    page = desk.get(at("notes_document", "change", document.pk)).content.decode()
    link = re.search(r'href="(/api/documents/get/\w+)"', page)
    assert link
    answer = desk.get(link[1])
    assert b"".join(answer.streaming_content) == pdf()  # type: ignore[attr-defined]

    save(desk, at("notes_document", "delete", document.pk), post="yes")

    assert not Document.objects.exists()
    assert not list(storage.stored_keys())
    assert [action for action, _ in trail(doctor)] == [
        *("document.read", "document.delete")
    ]


def test_a_key_is_shown_once(desk: Client, doctor: User) -> None:
    answer = desk.post(at("accounts_apikey", "add"), {"name": "Tablet", "type": "live"})
    found = re.search(r'id="token">([^<]+)<', answer.content.decode())
    assert found
    key = ApiKey.objects.get()
    assert (key.user, key.key_hash) == (doctor, secret_hash(found[1]))
    page = at("accounts_apikey", "change", key.pk)
    assert found[1] not in desk.get(page).content.decode()
    kept = [*LogEntry.objects.values_list("change_message", flat=True)]
    kept += [str(details) for details in AuditEvent.objects.values_list("details")]
    assert found[1] not in "".join(kept)

    save(desk, page, paused="on")
    key.refresh_from_db()
    assert key.paused
    save(desk, page)
    save(desk, at("accounts_apikey", "delete", key.pk), post="yes")

    assert not ApiKey.objects.exists()
    assert [action for action, _ in trail(doctor)] == [
        *("api_key.add", "api_key.pause", "api_key.resume", "api_key.delete")
    ]
