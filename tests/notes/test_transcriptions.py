"""/api/transcriptions (contract medisync 7)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from appointments.models import Appointment
from appointments.services import delete_appointment, update_appointment
from appointments.status import Status
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.errors import TranscriptionExists
from notes.models import Transcription
from notes.transcripts import add_transcription
from tests.factories import AppointmentFactory
from tests.notes.conftest import Call

TEXT = "Knee pain for two weeks,\nworse on stairs. "
NOT_FOUND = {"success": False, "error": "Transcription not found"}


@pytest.fixture
def added(call: Call, visit: Appointment) -> dict[str, Any]:
    answer = call("POST", f"transcriptions/add/{visit.pk}", {"transcription": TEXT})
    data: dict[str, Any] = answer.json()["data"]
    return data


def status_of(visit: Appointment) -> str:
    return Appointment.objects.get(pk=visit.pk).status


@pytest.mark.contract("medisync", "7.1")
@pytest.mark.contract("medisync", "4.2")
@pytest.mark.parametrize("status", Status)
def test_it_is_added_and_notes_are_due(
    call: Call, visit: Appointment, doctor: User, status: Status
) -> None:
    Appointment.objects.update(status=status)

    answer = call("POST", f"transcriptions/add/{visit.pk}", {"transcription": TEXT})

    assert answer.status_code == 201
    assert answer.json()["success"] is True
    row = Transcription.objects.get()
    data = answer.json()["data"]
    created = data.pop("createdAt")
    assert created.endswith("Z")
    assert data.pop("updatedAt") == created
    assert data == {
        "_id": row.pk,
        "appointment_id": visit.pk,
        "transcription": TEXT,
    }
    assert status_of(visit) == Status.PROCESSING
    event = AuditEvent.objects.get()
    assert (event.action, event.object_id) == ("transcription.add", row.pk)
    assert event.actor_id == doctor.pk
    assert TEXT not in str(event.details)


@pytest.mark.contract("medisync", "7.1")
@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "Missing transcription"),
        ({"transcription": None}, "Missing transcription"),
        ({"transcription": ""}, "Missing transcription"),
        ({"transcription": " \n"}, "Missing transcription"),
        ([], "Missing transcription"),
        ({"transcription": 5}, "transcription: Not a valid string."),
        ({"transcription": "a\0"}, "transcription: Null characters are not allowed."),
        (
            {"transcription": "x" * 1_000_001},
            "transcription: Ensure this field has no more than 1000000 characters.",
        ),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_bad_input(call: Call, visit: Appointment, body: Any, error: str) -> None:
    answer = call("POST", f"transcriptions/add/{visit.pk}", body)

    assert (answer.status_code, answer.json()) == (
        400,
        {"success": False, "error": error},
    )
    assert not Transcription.objects.exists()
    assert status_of(visit) == Status.RECORDING


@pytest.mark.contract("medisync", "7.1")
def test_a_second_one_is_refused(
    call: Call, visit: Appointment, added: dict[str, Any]
) -> None:
    Appointment.objects.update(status=Status.FINISHED)

    answer = call("POST", f"transcriptions/add/{visit.pk}", {"transcription": "two"})

    assert (answer.status_code, answer.json()["error"]) == (
        409,
        "Transcription already exists for this appointment",
    )
    assert Transcription.objects.get().transcription == TEXT
    assert status_of(visit) == Status.FINISHED


@pytest.mark.contract("medisync", "7.1")
def test_unknown_appointments(
    call: Call, visit: Appointment, other_doctor: User
) -> None:
    body = {"transcription": TEXT}

    for path, by in ((("0" * 24), visit.doctor), (visit.pk, other_doctor)):
        answer = call("POST", f"transcriptions/add/{path}", body, by=by)
        assert (answer.status_code, answer.json()["error"]) == (
            404,
            "Appointment not found",
        )
    answer = call("POST", "transcriptions/add/x", body)
    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "Missing or invalid appointment ID",
    )


@pytest.mark.contract("medisync", "7.2")
@pytest.mark.contract("medisync", "4.2")
@pytest.mark.parametrize("status", Status)
def test_an_update_replaces_the_text(
    call: Call, visit: Appointment, added: dict[str, Any], status: Status
) -> None:
    Appointment.objects.update(status=status)

    answer = call(
        "PUT", f"transcriptions/update/{visit.pk.upper()}", {"transcription": "two"}
    )

    data = answer.json()["data"]
    assert answer.status_code == 200
    assert (data["_id"], data["transcription"]) == (added["_id"], "two")
    assert data["createdAt"] == added["createdAt"]
    assert data["updatedAt"] >= added["updatedAt"]
    moved = status == Status.TRANSCRIBING
    assert status_of(visit) == (Status.PROCESSING if moved else status)
    assert AuditEvent.objects.filter(action="transcription.update").count() == 1


@pytest.mark.contract("medisync", "7.4")
def test_it_is_read(call: Call, visit: Appointment, added: dict[str, Any]) -> None:
    answer = call("GET", f"transcriptions/{visit.pk}?uid=somebody")

    assert (answer.status_code, answer.json()) == (
        200,
        {"success": True, "data": added},
    )


@pytest.mark.contract("medisync", "7.3")
def test_it_is_deleted(call: Call, visit: Appointment, added: dict[str, Any]) -> None:
    answer = call("DELETE", f"transcriptions/{visit.pk}")

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert not Transcription.objects.exists()
    assert status_of(visit) == Status.PROCESSING
    assert AuditEvent.objects.filter(action="transcription.delete").count() == 1
    again = call("DELETE", f"transcriptions/{visit.pk}")
    assert (again.status_code, again.json()) == (404, NOT_FOUND)


@pytest.mark.contract("medisync", "7.3")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "transcriptions/{}"),
        ("PUT", "transcriptions/update/{}"),
        ("DELETE", "transcriptions/{}"),
    ],
)
def test_missing_ones(
    call: Call,
    visit: Appointment,
    added: dict[str, Any],
    other_doctor: User,
    staff: User,
    method: str,
    path: str,
) -> None:
    body = {"transcription": "x"}

    missing = call(method, path.format("0" * 24), body)
    theirs = call(method, path.format(visit.pk), body, by=other_doctor)
    malformed = call(method, path.format("g" * 24), body)

    assert missing.status_code == theirs.status_code == 404
    assert missing.json() == theirs.json() == NOT_FOUND
    assert (malformed.status_code, malformed.json()["error"]) == (
        400,
        "Missing or invalid appointment ID",
    )
    assert Transcription.objects.get().transcription == TEXT
    assert call(method, path.format(visit.pk), body, by=staff).status_code == 200


def test_it_follows_the_appointment_and_outlives_it(
    call: Call, visit: Appointment, added: dict[str, Any], other_doctor: User
) -> None:
    moved = update_appointment(visit, actor=SYSTEM, changes={"doctor": other_doctor})
    visit_id = visit.pk
    path = f"transcriptions/{visit_id}"
    assert call("GET", path).status_code == 404
    delete_appointment(moved, actor=SYSTEM)

    assert call("GET", path, by=other_doctor).json()["data"] == added
    changed = call(
        "PUT",
        f"transcriptions/update/{visit_id}",
        {"transcription": "x"},
        by=other_doctor,
    )
    assert changed.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_kept(doctor: User) -> None:
    visit = AppointmentFactory.create(doctor=doctor)
    gate = threading.Barrier(6)

    def add(number: int) -> bool:
        try:
            gate.wait()
            add_transcription(visit, str(number), actor=SYSTEM)
            return True
        except TranscriptionExists:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(add, range(6)))

    assert sum(done) == 1
    assert AuditEvent.objects.get().action == "transcription.add"
