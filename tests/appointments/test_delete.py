"""DELETE /api/appointments/{id} (contract medisync 4.8)."""

from __future__ import annotations

import pytest
from django.test import Client

from appointments import services
from appointments.errors import AppointmentNotFound
from appointments.models import Appointment, Patient
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.models import Note
from tests.conftest import Bearer
from tests.factories import AppointmentFactory, PatientFactory

pytestmark = pytest.mark.contract("medisync", "4.8")


@pytest.fixture
def visit(doctor: User) -> Appointment:
    return AppointmentFactory.create(
        doctor=doctor, patient=PatientFactory.create(doctor=doctor)
    )


@pytest.mark.parametrize("who", ["doctor", "staff", "superuser"])
def test_it_goes_for_good(
    client: Client,
    bearer: Bearer,
    visit: Appointment,
    request: pytest.FixtureRequest,
    who: str,
) -> None:
    user = request.getfixturevalue(who)
    url = f"/api/appointments/{visit.pk}"

    answer = client.delete(f"{url}?uid=x", headers=bearer(user))

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert not Appointment.objects.exists()
    event = AuditEvent.objects.get(action="appointment.delete")
    assert (event.object_id, event.actor_id) == (visit.pk, user.pk)
    again = client.delete(url, headers=bearer(user))
    assert (again.status_code, again.json()["error"]) == (404, "Appointment not found")


def test_what_belongs_to_it_stays(
    client: Client, bearer: Bearer, visit: Appointment, doctor: User
) -> None:
    Note.objects.create(appointment=visit, doctor=doctor, notes="S: pain")

    client.delete(f"/api/appointments/{visit.pk}", headers=bearer(doctor))

    assert Patient.objects.count() == 1
    notes = client.get(f"/api/notes/{visit.pk}", headers=bearer(doctor))
    assert [note["notes"] for note in notes.json()["data"]] == ["S: pain"]


@pytest.mark.parametrize(("appointment_id", "status"), [("0" * 24, 404), ("x", 400)])
def test_a_missing_one(
    client: Client, bearer: Bearer, doctor: User, appointment_id: str, status: int
) -> None:
    answer = client.delete(
        f"/api/appointments/{appointment_id}", headers=bearer(doctor)
    )

    assert answer.status_code == status


def test_anothers(
    client: Client, bearer: Bearer, visit: Appointment, other_doctor: User
) -> None:
    answer = client.delete(
        f"/api/appointments/{visit.pk}", headers=bearer(other_doctor)
    )

    assert answer.status_code == 404
    assert Appointment.objects.filter(pk=visit.pk).exists()
    assert not AuditEvent.objects.filter(action="appointment.delete").exists()


def test_two_at_once(visit: Appointment) -> None:
    services.delete_appointment(visit, actor=SYSTEM)

    with pytest.raises(AppointmentNotFound):
        services.delete_appointment(visit, actor=SYSTEM)
    assert AuditEvent.objects.count() == 1
