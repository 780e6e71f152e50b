"""POST /api/patients/add_and_link (contract medisync 5.3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from appointments import access, services
from appointments.errors import PatientAlreadyLinked
from appointments.models import Appointment, Patient
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from tests.conftest import Bearer
from tests.factories import AppointmentFactory, PatientFactory

pytestmark = pytest.mark.contract("medisync", "5.3")

NAMES = {"firstName": "Lena", "lastName": "Vogel"}
NO_NAMES = "Missing required patient fields (firstName, lastName)"
NO_ID = "Missing appointment_id"
BAD_ID = "Missing or invalid appointment ID"


class Caller:
    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    def link(self, body: Any) -> Any:
        return self.client.post(
            "/api/patients/add_and_link",
            body,
            content_type="application/json",
            headers=self.headers,
        )


@pytest.fixture
def caller(client: Client, bearer: Bearer, doctor: User) -> Caller:
    return Caller(client, bearer(doctor))


@pytest.fixture
def visit(doctor: User) -> Appointment:
    return AppointmentFactory.create(doctor=doctor)


def check(answer: Any, status: int, error: str) -> None:
    assert (answer.status_code, answer.json()) == (
        status,
        {"success": False, "error": error},
    )


def test_it_makes_and_links(caller: Caller, visit: Appointment, doctor: User) -> None:
    contact = {"phone": "+49 221 1"}

    answer = caller.link(NAMES | {"appointment_id": visit.pk, "contact": contact})

    patient = Patient.objects.get()
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert (data["_id"], data["doctor_id"]) == (patient.pk, doctor.pk)
    assert data["contact"] == contact
    visit.refresh_from_db()
    assert visit.patient == patient
    assert list(AuditEvent.objects.order_by("at").values_list("action", flat=True)) == [
        "patient.add",
        "appointment.update",
    ]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, NO_ID),
        (NAMES, NO_ID),
        (NAMES | {"appointment_id": None}, NO_ID),
        (NAMES | {"appointment_id": ""}, NO_ID),
        (NAMES | {"appointment_id": " "}, NO_ID),
        (NAMES | {"appointment_id": 5}, NO_ID),
        (NAMES | {"appointment_id": ["x"]}, NO_ID),
        ({"appointment_id": "0" * 24}, NO_NAMES),
        ({"appointment_id": "0" * 24, "firstName": "Lena"}, NO_NAMES),
        ({"appointment_id": "x", "firstName": "Lena"}, NO_NAMES),
        (NAMES | {"appointment_id": "apt_abc123"}, BAD_ID),
        (NAMES | {"appointment_id": "a\0"}, BAD_ID),
        (NAMES | {"appointment_id": "\ud800" * 24}, BAD_ID),
    ],
)
def test_bad_input_makes_nothing(
    caller: Caller, visit: Appointment, body: dict[str, Any], error: str
) -> None:
    check(caller.link(body), 400, error)
    assert not Patient.objects.exists()


def test_without_the_appointment_the_patient_stays(
    caller: Caller, doctor: User
) -> None:
    answer = caller.link(NAMES | {"appointment_id": "0" * 24})

    check(answer, 404, "Appointment not found (patient created but not linked)")
    assert Patient.objects.get().doctor == doctor
    assert AuditEvent.objects.get().action == "patient.add"


def test_one_that_has_a_patient(
    caller: Caller, visit: Appointment, doctor: User
) -> None:
    visit.patient = PatientFactory.create(doctor=doctor)
    visit.save()

    answer = caller.link(NAMES | {"appointment_id": visit.pk})

    check(answer, 409, "Appointment already linked to a patient")
    assert Patient.objects.count() == 1


@pytest.mark.parametrize("linked", [False, True])
def test_another_doctors(
    client: Client,
    bearer: Bearer,
    visit: Appointment,
    doctor: User,
    other_doctor: User,
    linked: bool,
) -> None:
    """The one place where another's record is told from a missing one."""
    if linked:
        visit.patient = PatientFactory.create(doctor=doctor)
        visit.save()

    answer = Caller(client, bearer(other_doctor)).link(
        NAMES | {"appointment_id": visit.pk}
    )

    check(answer, 403, "Doctor does not own this appointment")
    assert not Patient.objects.filter(doctor=other_doctor).exists()


def test_staff_link_the_doctors_patient(
    client: Client, bearer: Bearer, visit: Appointment, doctor: User, staff: User
) -> None:
    answer = Caller(client, bearer(staff)).link(
        NAMES | {"appointment_id": visit.pk.upper()}
    )

    assert answer.status_code == 201
    # Else the doctor could not see who comes.
    assert answer.json()["data"]["doctor_id"] == doctor.pk


def test_the_second_of_two_at_once_makes_nothing(
    visit: Appointment, doctor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = access.appointment_for(doctor, visit.pk)
    monkeypatch.setattr(services, "appointment_for", lambda *_: stale)
    facts = {"first_name": "Lena", "last_name": "Vogel"}
    services.add_and_link_patient(
        doctor, appointment_id=visit.pk, actor=SYSTEM, **facts
    )

    with pytest.raises(PatientAlreadyLinked):
        services.add_and_link_patient(
            doctor, appointment_id=visit.pk, actor=SYSTEM, **facts
        )
    assert Patient.objects.count() == 1
    assert AuditEvent.objects.count() == 2
