"""Notes listed, changed and deleted (contract medisync 8.4 to 8.6)."""

from __future__ import annotations

from typing import Any

import pytest

from appointments.models import Appointment
from appointments.status import Status
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from notes.models import Note
from tests.factories import AppointmentFactory
from tests.notes.conftest import Call


@pytest.fixture
def note(visit: Appointment) -> Note:
    return Note.objects.create(
        appointment=visit,
        doctor=visit.doctor,
        notes="S: pain",
        summary="Knee",
        version=1,
    )


def kept(note: Note) -> tuple[str, str]:
    note.refresh_from_db()
    return note.notes, note.summary


@pytest.mark.contract("medisync", "8.4")
def test_the_list_has_ones_own_newest_first(
    call: Call, note: Note, doctor: User, other_doctor: User, staff: User
) -> None:
    second = AppointmentFactory.create(doctor=doctor)
    newer = Note.objects.create(appointment=second, doctor=doctor, notes="two")
    Note.objects.create(appointment=second, doctor=other_doctor, notes="stray")

    mine = call("GET", "notes?uid=x").json()

    assert [one["_id"] for one in mine["data"]] == [newer.pk, note.pk]
    assert set(mine) == {"success", "data"}
    assert len(call("GET", "notes", by=staff).json()["data"]) == 3


@pytest.mark.contract("medisync", "8.4")
def test_an_empty_list(call: Call) -> None:
    answer = call("GET", "notes")

    assert (answer.status_code, answer.json()) == (200, {"success": True, "data": []})


@pytest.mark.contract("medisync", "1.5")
def test_a_list_in_pages(call: Call, note: Note, visit: Appointment) -> None:
    for path in ("notes", f"notes/{visit.pk}"):
        page = call("GET", f"{path}?limit=1").json()
        assert [one["_id"] for one in page["data"]] == [note.pk]
        assert page["pagination"] == {"page": 1, "limit": 1, "total": 1, "pages": 1}
        assert call("GET", f"{path}?page=2").json()["data"] == []


@pytest.mark.contract("medisync", "8.5")
@pytest.mark.parametrize(
    ("body", "after"),
    [
        ({}, ("S: pain", "Knee")),
        ({"notes": "two"}, ("two", "Knee")),
        ({"summary": "new"}, ("S: pain", "new")),
        ({"summary": ""}, ("S: pain", "")),
        ({"notes": None, "summary": None}, ("S: pain", "Knee")),
        ({"notes": "two", "summary": "new", "other": 1}, ("two", "new")),
    ],
)
def test_an_update(
    call: Call,
    visit: Appointment,
    note: Note,
    body: dict[str, Any],
    after: tuple[str, str],
) -> None:
    Appointment.objects.update(status=Status.TRANSCRIBING)
    changed = note.updated_at

    answer = call("PUT", f"notes/{visit.pk}", body)

    data = answer.json()["data"]
    assert answer.status_code == 200
    assert (data["_id"], data["notes"], data["summary"]) == (note.pk, *after)
    assert kept(note) == after
    assert note.updated_at > changed
    visit.refresh_from_db()
    assert visit.status == Status.TRANSCRIBING
    sent = {name for name in ("notes", "summary") if body.get(name) is not None}
    event = AuditEvent.objects.get(action="notes.update")
    assert event.details == {"fields": sorted(sent)}


@pytest.mark.contract("medisync", "8.5")
@pytest.mark.parametrize(
    "body",
    [
        {"notes": ""},
        {"notes": 5},
        {"notes": "a\0"},
        {"summary": ["x"]},
        {"appointment_id": "x"},
        {"appointment_id": 5},
        [],
    ],
    ids=repr,
)
def test_bad_input(call: Call, visit: Appointment, note: Note, body: Any) -> None:
    answer = call("PUT", f"notes/{visit.pk}", body)

    assert (answer.status_code, answer.json()["success"]) == (400, False)
    assert kept(note) == ("S: pain", "Knee")


@pytest.mark.contract("medisync", "8.5")
def test_they_move_to_another_appointment(
    call: Call, visit: Appointment, note: Note, doctor: User
) -> None:
    target = AppointmentFactory.create(doctor=doctor)

    moved = call("PUT", f"notes/{visit.pk}", {"appointment_id": target.pk.upper()})

    assert moved.json()["data"]["appointment_id"] == target.pk
    assert call("GET", f"notes/{visit.pk}").json()["data"] == []
    assert len(call("GET", f"notes/{target.pk}").json()["data"]) == 1


@pytest.mark.contract("medisync", "8.5")
def test_they_do_not_move_onto_others(
    call: Call, visit: Appointment, note: Note, doctor: User, other_doctor: User
) -> None:
    taken = AppointmentFactory.create(doctor=doctor)
    Note.objects.create(appointment=taken, doctor=doctor, notes="two")
    theirs = AppointmentFactory.create(doctor=other_doctor)

    refused = call("PUT", f"notes/{visit.pk}", {"appointment_id": taken.pk})
    missing = call("PUT", f"notes/{visit.pk}", {"appointment_id": theirs.pk})

    assert (refused.status_code, refused.json()["error"]) == (
        400,
        "Notes already exist for this appointment",
    )
    assert (missing.status_code, missing.json()["error"]) == (
        404,
        "Appointment not found",
    )
    note.refresh_from_db()
    assert note.appointment_id == visit.pk


@pytest.mark.contract("medisync", "8.5")
def test_the_appointment_is_looked_up_before_the_notes(
    call: Call, visit: Appointment, other_doctor: User
) -> None:
    answers = [
        call("PUT", "notes/x", {}),
        call("PUT", f"notes/{'0' * 24}", {}),
        call("PUT", f"notes/{visit.pk}", {}, by=other_doctor),
        call("PUT", f"notes/{visit.pk}", {}),
    ]

    assert [(one.status_code, one.json()["error"]) for one in answers] == [
        (400, "Missing or invalid appointment ID"),
        (404, "Appointment not found"),
        (404, "Appointment not found"),
        (404, "Notes not found"),
    ]


@pytest.mark.contract("medisync", "8.6")
def test_they_are_deleted_by_their_own_id(
    call: Call, visit: Appointment, note: Note, other_doctor: User
) -> None:
    path = f"notes/{note.pk}"
    refused = [
        (call("DELETE", "notes/x"), 400, "Missing or invalid notes ID"),
        (call("DELETE", f"notes/{visit.pk}"), 404, "Notes not found"),
        (call("DELETE", path, by=other_doctor), 404, "Notes not found"),
    ]
    for answer, status, error in refused:
        assert (answer.status_code, answer.json()["error"]) == (status, error)

    answer = call("DELETE", path)

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert not Note.objects.exists()
    assert Appointment.objects.filter(pk=visit.pk).exists()
    event = AuditEvent.objects.get(action="notes.delete")
    assert event.object_id == note.pk
    assert call("DELETE", path).status_code == 404
