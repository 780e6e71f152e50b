"""/api/doctor-letters (contract medisync 10)."""

from __future__ import annotations

from typing import Any

import pytest

from appointments.models import Appointment
from appointments.services import update_appointment
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.models import DoctorLetter, LetterStatus
from tests.notes.conftest import Call


@pytest.fixture
def letter(visit: Appointment) -> DoctorLetter:
    return DoctorLetter.objects.create(
        appointment=visit,
        doctor=visit.doctor,
        status=LetterStatus.FAILED,
        markdown_content="# Dear colleague",
        generation_inputs={"current_date": "2026-05-04"},
        error="No answer",
    )


@pytest.mark.contract("medisync", "10", "GET /doctor-letters/{id}")
def test_none_is_null(call: Call, visit: Appointment) -> None:
    for path in (visit.pk, "0" * 24):
        answer = call("GET", f"doctor-letters/{path}")

        assert (answer.status_code, answer.json()) == (
            200,
            {"success": True, "data": None},
        )


@pytest.mark.contract("medisync", "10", "GET /doctor-letters/{id}")
def test_it_is_read(call: Call, visit: Appointment, letter: DoctorLetter) -> None:
    data = call("GET", f"doctor-letters/{visit.pk.upper()}").json()["data"]

    assert data.pop("createdAt").endswith("Z")
    assert data.pop("updatedAt").endswith("Z")
    assert data == {
        "_id": letter.pk,
        "appointment_id": visit.pk,
        "patient_id": None,
        "doctor_id": visit.doctor_id,
        "status": "failed",
        "markdown_content": "# Dear colleague",
        "generation_inputs": {"current_date": "2026-05-04"},
        "error": "No answer",
    }


@pytest.mark.contract("medisync", "10", "PUT /doctor-letters/{id}")
@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"markdown_content": "# Hello"}, "# Hello"),
        ({"markdown_content": ""}, ""),
        ({"markdown_content": None}, "# Dear colleague"),
        ({}, "# Dear colleague"),
    ],
)
def test_it_is_edited_by_its_own_id(
    call: Call, letter: DoctorLetter, body: dict[str, Any], text: str
) -> None:
    answer = call("PUT", f"doctor-letters/{letter.pk}", body)

    data = answer.json()["data"]
    assert answer.status_code == 200
    assert (data["status"], data["markdown_content"]) == ("editing", text)
    assert "error" not in data
    letter.refresh_from_db()
    assert (letter.status, letter.markdown_content) == (LetterStatus.EDITING, text)
    assert AuditEvent.objects.get().action == "letter.update"


@pytest.mark.contract(
    "medisync", "10", "GET /doctor-letters/{id}", "PUT /doctor-letters/{id}"
)
def test_missing_ones(
    call: Call, visit: Appointment, letter: DoctorLetter, other_doctor: User
) -> None:
    def put(record_id: str, body: Any, **by: User) -> tuple[int, str]:
        answer = call("PUT", f"doctor-letters/{record_id}", body, **by)
        return answer.status_code, answer.json()["error"]

    assert put("x", {}) == (400, "Missing or invalid letter ID")
    assert put(visit.pk, {}) == (404, "Doctor letter not found")
    assert put(letter.pk, {}, by=other_doctor) == (404, "Doctor letter not found")
    assert put(letter.pk, {"markdown_content": 5})[0] == 400
    assert call("GET", "doctor-letters/x").status_code == 400
    theirs = call("GET", f"doctor-letters/{visit.pk}", by=other_doctor)
    assert theirs.json()["data"] is None
    letter.refresh_from_db()
    assert letter.status == LetterStatus.FAILED


def test_it_follows_the_appointment(
    call: Call, visit: Appointment, letter: DoctorLetter, other_doctor: User
) -> None:
    update_appointment(visit, actor=SYSTEM, changes={"doctor": other_doctor})

    own = call("GET", f"doctor-letters/{visit.pk}", by=other_doctor)

    assert own.json()["data"]["doctor_id"] == other_doctor.pk
    assert call("PUT", f"doctor-letters/{letter.pk}", {}).status_code == 404
