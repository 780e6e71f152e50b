"""Summary, feedback and diagnosis of notes (contract medisync 8.7 and 8.8)."""

from __future__ import annotations

from typing import Any

import pytest

from appointments.models import Appointment
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from notes.models import Note
from tests.notes.conftest import Call

GENERATED = {
    "status": "generated",
    "main_diagnosis": "Patellar tendinopathy",
    "icd_code": "M76.5",
    "reason": "Load-dependent pain below the patella",
}
PARTS = [("GET", "summary"), ("GET", "feedback"), ("GET", "diagnosis")]
PARTS += [("PUT", "feedback"), ("PUT", "diagnosis")]


@pytest.fixture
def note(visit: Appointment) -> Note:
    return Note.objects.create(appointment=visit, doctor=visit.doctor, notes="S: pain")


def data_of(answer: Any) -> Any:
    assert answer.status_code == 200
    return answer.json()["data"]


@pytest.mark.contract("medisync", "8.7", "GET /notes/summary/{id}")
def test_the_summary(call: Call, visit: Appointment, note: Note) -> None:
    assert data_of(call("GET", f"notes/summary/{visit.pk}")) == {"summary": ""}

    Note.objects.update(summary="Knee")

    assert data_of(call("GET", f"notes/summary/{visit.pk}")) == {"summary": "Knee"}


@pytest.mark.contract(
    "medisync", "8.7", "GET /notes/feedback/{id}", "PUT /notes/feedback/{id}"
)
def test_feedback_is_null_until_it_is_given(
    call: Call, visit: Appointment, note: Note
) -> None:
    path = f"notes/feedback/{visit.pk}"
    assert data_of(call("GET", path)) == {"feedback_score": None}

    for score in (4, 4.5, 0, -1.25):
        changed = data_of(call("PUT", path, {"feedback_score": score}))
        assert (changed["_id"], changed["feedback_score"]) == (note.pk, score)
        assert data_of(call("GET", path)) == {"feedback_score": score}
    for keeping in ({}, {"feedback_score": None}):
        assert data_of(call("PUT", path, keeping))["feedback_score"] == -1.25
    assert AuditEvent.objects.filter(action="notes.update").count() == 6


@pytest.mark.contract("medisync", "8.7", "PUT /notes/feedback/{id}")
@pytest.mark.parametrize(
    "score", ["4", True, [4], {}, "1e999", 10**400], ids=lambda one: repr(one)[:9]
)
def test_feedback_is_a_number(
    call: Call, visit: Appointment, note: Note, score: Any
) -> None:
    answer = call("PUT", f"notes/feedback/{visit.pk}", {"feedback_score": score})

    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "feedback_score: Must be a number",
    )


@pytest.mark.contract("medisync", "8.8", "GET /notes/diagnosis/{id}")
def test_a_diagnosis_is_null_until_there_is_one(
    call: Call, visit: Appointment, note: Note
) -> None:
    path = f"notes/diagnosis/{visit.pk}"
    assert data_of(call("GET", path)) == {"diagnosis_prediction": None}

    Note.objects.update(diagnosis=GENERATED)

    assert data_of(call("GET", path)) == {"diagnosis_prediction": GENERATED}
    (whole,) = data_of(call("GET", f"notes/{visit.pk}"))
    assert whole["diagnosis_prediction"] == GENERATED


@pytest.mark.contract("medisync", "8.8", "PUT /notes/diagnosis/{id}")
@pytest.mark.parametrize("before", [None, GENERATED, {"status": "failed"}])
def test_a_diagnosis_is_corrected(
    call: Call, visit: Appointment, note: Note, before: Any
) -> None:
    Note.objects.update(diagnosis=before)

    data = data_of(
        call("PUT", f"notes/diagnosis/{visit.pk}", {"icd_code": "M23", "reason": None})
    )

    old = before or {}
    expected = {**old, "icd_code": "M23", "status": "generated", "error": None}
    found = data["diagnosis_prediction"]
    assert {name: found[name] for name in expected} == expected
    note.refresh_from_db()
    assert note.diagnosis == found
    assert AuditEvent.objects.get().details == {"fields": ["diagnosis"]}


@pytest.mark.contract("medisync", "8.8", "PUT /notes/diagnosis/{id}")
@pytest.mark.parametrize("body", [{"icd_code": 5}, {"reason": "a\0"}, []], ids=repr)
def test_a_bad_correction(
    call: Call, visit: Appointment, note: Note, body: Any
) -> None:
    answer = call("PUT", f"notes/diagnosis/{visit.pk}", body)

    assert answer.status_code == 400
    note.refresh_from_db()
    assert note.diagnosis is None


@pytest.mark.contract("medisync", "8.7")
@pytest.mark.contract(
    "medisync", "8.8", "GET /notes/diagnosis/{id}", "PUT /notes/diagnosis/{id}"
)
@pytest.mark.parametrize(("method", "part"), PARTS)
def test_without_notes(
    call: Call,
    visit: Appointment,
    note: Note,
    other_doctor: User,
    method: str,
    part: str,
) -> None:
    def error(record_id: str, **by: User) -> tuple[int, str]:
        answer = call(method, f"notes/{part}/{record_id}", {}, **by)
        return answer.status_code, answer.json()["error"]

    assert error("x") == (400, "Missing or invalid appointment ID")
    assert error("0" * 24) == (404, "Notes not found")
    assert error(visit.pk, by=other_doctor) == (404, "Notes not found")
