"""What needs an engine: 501, and before it whatever else is refused."""

from __future__ import annotations

import logging

import pytest

from appointments.models import Appointment
from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from notes.models import Note
from notes.transcripts import add_transcription
from tests.notes.conftest import Call

MISSING = {
    "success": False,
    "error": "This server has no speech or language engine.",
    "code": "NOT_IMPLEMENTED",
}
SUBSCRIPTION = {
    "success": False,
    "error": "Active subscription required",
    "code": "SUBSCRIPTION_REQUIRED",
}
PATHS = [
    pytest.param(
        path,
        error,
        marks=pytest.mark.contract("medisync", clause, f"POST /{path}".format("{id}")),
    )
    for path, error, clause in (
        ("notes/diagnosis/{}", "Notes not found", "8.8"),
        ("notes/regenerate-notes/{}", "Appointment not found", "8.9"),
        ("doctor-letters/generate/{}", "Appointment not found", "10"),
    )
]


@pytest.fixture
def visit(visit: Appointment) -> Appointment:
    add_transcription(visit, "Knee pain.", actor=SYSTEM)
    Note.objects.create(appointment=visit, doctor=visit.doctor, notes="S: pain")
    return visit


@pytest.mark.parametrize(("path", "error"), PATHS)
def test_there_is_none(
    call: Call,
    visit: Appointment,
    caplog: pytest.LogCaptureFixture,
    path: str,
    error: str,
) -> None:
    before = Appointment.objects.values().get()

    for body in (None, {"language": "de", "notes_template_type": "soap_note"}):
        answer = call("POST", path.format(visit.pk), body)
        assert (answer.status_code, answer.json()) == (501, MISSING)
    assert Appointment.objects.values().get() == before
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


@pytest.mark.contract("medisync", "1.8")
@pytest.mark.parametrize(("path", "error"), PATHS)
def test_a_subscription_is_needed(
    call: Call, visit: Appointment, doctor: User, path: str, error: str
) -> None:
    doctor.subscription_until = None
    doctor.save(update_fields=["subscription_until"])

    for appointment_id in (visit.pk, "0" * 24, "x"):
        answer = call("POST", path.format(appointment_id))
        assert (answer.status_code, answer.json()) == (403, SUBSCRIPTION)


@pytest.mark.parametrize(("path", "error"), PATHS)
def test_anothers_appointment_is_missing(
    call: Call, visit: Appointment, other_doctor: User, path: str, error: str
) -> None:
    theirs = call("POST", path.format(visit.pk), by=other_doctor)
    missing = call("POST", path.format("0" * 24))
    malformed = call("POST", path.format("x"))

    assert theirs.json() == missing.json() == {"success": False, "error": error}
    assert theirs.status_code == missing.status_code == 404
    assert malformed.status_code == 400


@pytest.mark.contract("medisync", "8.9")
def test_notes_are_regenerated_from_a_transcription(
    call: Call, visit: Appointment
) -> None:
    call("DELETE", f"transcriptions/{visit.pk}")

    answer = call("POST", f"notes/regenerate-notes/{visit.pk}")

    assert (answer.status_code, answer.json()["error"]) == (
        404,
        "Transcription not found",
    )
