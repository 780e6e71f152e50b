"""GET /api/notes/{id} (contract medisync 8.3)."""

from __future__ import annotations

import pytest
from django.test import Client

from appointments.models import Appointment
from medisync.accounts.models import User
from notes.models import Note
from tests.conftest import Bearer
from tests.factories import AppointmentFactory

pytestmark = pytest.mark.contract("medisync", "8.3")


@pytest.fixture
def visit(doctor: User) -> Appointment:
    return AppointmentFactory.create(doctor=doctor)


def test_an_array_of_one(
    client: Client, bearer: Bearer, visit: Appointment, doctor: User
) -> None:
    note = Note.objects.create(
        appointment=visit, doctor=doctor, notes="S: pain", feedback_score=4.5
    )

    for path in (visit.pk, visit.pk.upper(), f"{visit.pk}?uid=x"):
        answer = client.get(f"/api/notes/{path}", headers=bearer(doctor))

        assert answer.status_code == 200
        (data,) = answer.json()["data"]
        assert data["_id"] == note.pk
        assert (data["notes"], data["summary"]) == ("S: pain", "")
        assert data["feedback_score"] == 4.5
        assert set(data) == {
            *("_id", "appointment_id", "notes", "summary", "feedback_score"),
            *("createdAt", "updatedAt"),
        }


def test_none_is_an_empty_array(
    client: Client, bearer: Bearer, visit: Appointment, doctor: User
) -> None:
    for appointment_id in (visit.pk, "0" * 24):
        answer = client.get(f"/api/notes/{appointment_id}", headers=bearer(doctor))

        assert (answer.status_code, answer.json()) == (
            200,
            {"success": True, "data": []},
        )


def test_who_may(
    client: Client,
    bearer: Bearer,
    visit: Appointment,
    doctor: User,
    other_doctor: User,
    staff: User,
    superuser: User,
) -> None:
    Note.objects.create(appointment=visit, doctor=doctor, notes="S: pain")

    for user, count in ((doctor, 1), (staff, 1), (superuser, 1), (other_doctor, 0)):
        answer = client.get(f"/api/notes/{visit.pk}", headers=bearer(user))

        assert answer.status_code == 200
        assert len(answer.json()["data"]) == count


def test_staff_read_what_a_deleted_appointment_left(
    client: Client, bearer: Bearer, visit: Appointment, doctor: User, staff: User
) -> None:
    Note.objects.create(appointment=visit, doctor=doctor, notes="S: pain")
    visit_id = visit.pk
    Appointment.objects.all().delete()

    for user in (doctor, staff):
        answer = client.get(f"/api/notes/{visit_id}", headers=bearer(user))

        assert len(answer.json()["data"]) == 1


@pytest.mark.parametrize("malformed", ["x", "g" * 24, "0" * 25, "%0A"])
def test_a_malformed_id(
    client: Client, bearer: Bearer, doctor: User, malformed: str
) -> None:
    answer = client.get(f"/api/notes/{malformed}", headers=bearer(doctor))

    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "Missing or invalid appointment ID",
    )


def test_other_methods(
    client: Client, bearer: Bearer, visit: Appointment, doctor: User
) -> None:
    for method, path in (
        ("GET", f"/api/notes/add/{visit.pk}"),
        ("PUT", f"/api/notes/add/{visit.pk}"),
        ("POST", f"/api/notes/{visit.pk}"),
    ):
        answer = client.generic(method, path, headers=bearer(doctor))

        assert answer.status_code == 405
