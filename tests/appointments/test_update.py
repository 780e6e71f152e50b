"""POST /api/appointments/update/{id} (contract medisync 4.7)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from appointments import services
from appointments.errors import AppointmentNotFound
from appointments.models import Appointment
from appointments.status import Status
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.models import Note
from tests.conftest import Bearer
from tests.factories import AppointmentFactory, PatientFactory, UserFactory

pytestmark = pytest.mark.contract("medisync", "4.7")

NOT_FOUND = {"success": False, "error": "Appointment not found"}


@pytest.fixture
def visit(doctor: User) -> Appointment:
    return AppointmentFactory.create(doctor=doctor, notes="first visit")


class Caller:
    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    def get(self, appointment_id: str) -> dict[str, Any]:
        url = f"/api/appointments/get/{appointment_id}"
        data: dict[str, Any] = self.client.get(url, headers=self.headers).json()["data"]
        return data

    def update(self, appointment_id: str, body: Any) -> Any:
        return self.client.post(
            f"/api/appointments/update/{appointment_id}",
            body,
            content_type="application/json",
            headers=self.headers,
        )


@pytest.fixture
def caller(client: Client, bearer: Bearer, doctor: User) -> Caller:
    return Caller(client, bearer(doctor))


CHANGES: dict[str, Any] = {
    "name": "Hip check",
    "date": "2026-06-01",
    "time": "10:00",
    "recording_id": "rec_123",
    "recording_url": "https://files.example.net/1.wav",
    "recording_key": "1.wav",
    "status": "error",
    "notes": "second visit",
    "language": "en",
    "notes_type": "progress_note",
    "appointment_type": "video",
}


@pytest.mark.parametrize("field", CHANGES)
def test_one_field_changes_and_the_others_stay(
    caller: Caller, visit: Appointment, field: str
) -> None:
    before = caller.get(visit.pk)

    answer = caller.update(visit.pk, {field: CHANGES[field]})

    assert answer.status_code == 200
    assert answer.json() == {"success": True, "data": before | {field: CHANGES[field]}}
    assert caller.get(visit.pk) == answer.json()["data"]
    event = AuditEvent.objects.get(action="appointment.update")
    assert (event.object_id, event.details) == (visit.pk, {"fields": [field]})


def test_all_at_once_or_none(caller: Caller, visit: Appointment) -> None:
    before = caller.get(visit.pk)

    assert caller.update(visit.pk, {}).json()["data"] == before
    assert caller.update(visit.pk, CHANGES).json()["data"] == before | CHANGES


def test_what_was_got_can_be_sent_back(
    caller: Caller, visit: Appointment, doctor: User
) -> None:
    visit.patient = PatientFactory.create(doctor=doctor)
    visit.save()
    services.attach_recording(
        visit, recording_id="1", url=f"/api/recordings/get/{visit.pk}", key="k"
    )
    before = caller.get(visit.pk)

    answer = caller.update(visit.pk, before)

    assert answer.json()["data"] == before
    visit.refresh_from_db()
    assert visit.recording_url == f"/api/recordings/get/{visit.pk}"


@pytest.mark.parametrize("status", Status.values)
def test_any_status_may_be_set(caller: Caller, visit: Appointment, status: str) -> None:
    data = caller.update(visit.pk, {"status": status}).json()["data"]

    assert data["status"] == status


@pytest.mark.parametrize(
    "status", ["done", "", None, "PLANNED", 5, ["planned"], {}, True, "\ud800", "a\0"]
)
def test_a_status_of_no_meaning(
    caller: Caller, visit: Appointment, status: Any
) -> None:
    answer = caller.update(visit.pk, {"status": status, "name": "x"})

    assert answer.status_code == 400
    assert "status" in answer.json()["error"]
    assert caller.get(visit.pk)["name"] == "Knee check"


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": None},
        {"name": 5},
        {"name": "x" * 301},
        {"date": "tomorrow"},
        {"time": "25:00"},
        {"notes": ["x"]},
        {"patient_id": "x"},
        {"patient_id": 5},
        {"doctor_id": "x"},
        {"doctor_id": None},
        {"doctor_id": ["x"]},
        {"recording_key": "x" * 1001},
        [],
        "text",
        "null",
    ],
)
def test_bad_input(caller: Caller, visit: Appointment, body: Any) -> None:
    before = caller.get(visit.pk)

    answer = caller.update(visit.pk, body)

    assert answer.status_code == 400
    assert caller.get(visit.pk) == before
    assert not AuditEvent.objects.filter(action="appointment.update").exists()


class TestPatient:
    def test_it_is_linked_and_cleared(
        self, caller: Caller, visit: Appointment, doctor: User
    ) -> None:
        patient = PatientFactory.create(doctor=doctor)

        linked = caller.update(visit.pk, {"patient_id": patient.pk}).json()["data"]
        kept = caller.update(visit.pk, {"name": "x"}).json()["data"]
        cleared = caller.update(visit.pk, {"patient_id": None}).json()["data"]

        assert [one["patient_id"] for one in (linked, kept, cleared)] == [
            patient.pk,
            patient.pk,
            None,
        ]

    def test_anothers_is_as_a_missing_one(
        self, caller: Caller, visit: Appointment, other_doctor: User
    ) -> None:
        theirs = PatientFactory.create(doctor=other_doctor)

        for patient_id in ("0" * 24, theirs.pk):
            answer = caller.update(visit.pk, {"patient_id": patient_id})

            assert (answer.status_code, answer.json()["error"]) == (
                404,
                "Patient not found",
            )


class TestDoctor:
    def test_what_hangs_on_it_goes_along(
        self, caller: Caller, visit: Appointment, doctor: User, other_doctor: User
    ) -> None:
        Note.objects.create(appointment=visit, doctor=doctor, notes="S: pain")

        answer = caller.update(visit.pk, {"doctor_id": other_doctor.pk})

        assert answer.status_code == 200
        assert answer.json()["data"]["doctor_id"] == other_doctor.pk
        assert Note.objects.get().doctor == other_doctor
        gone = caller.update(visit.pk, {"name": "x"})
        assert (gone.status_code, gone.json()) == (404, NOT_FOUND)

    def test_the_new_doctor_may_keep_a_patient_they_cannot_see(
        self,
        client: Client,
        bearer: Bearer,
        caller: Caller,
        visit: Appointment,
        doctor: User,
        other_doctor: User,
    ) -> None:
        patient = PatientFactory.create(doctor=doctor)
        caller.update(visit.pk, {"patient_id": patient.pk})
        caller.update(visit.pk, {"doctor_id": other_doctor.pk})
        other = Caller(client, bearer(other_doctor))

        answer = other.update(visit.pk, other.get(visit.pk) | {"name": "Second look"})

        assert answer.status_code == 200
        assert answer.json()["data"]["patient_id"] == patient.pk

    @pytest.mark.parametrize("who", ["nobody", "inactive", "staff"])
    def test_only_to_a_clinician(
        self, caller: Caller, visit: Appointment, staff: User, who: str
    ) -> None:
        doctor_id = {
            "nobody": "0" * 24,
            "inactive": UserFactory.create(is_active=False).pk,
            "staff": staff.pk,
        }[who]

        answer = caller.update(visit.pk, {"doctor_id": doctor_id})

        assert (answer.status_code, answer.json()["error"]) == (404, "Doctor not found")
        visit.refresh_from_db()
        assert visit.doctor_id != doctor_id

    def test_staff_may_keep_their_own(
        self, client: Client, bearer: Bearer, staff: User
    ) -> None:
        visit = AppointmentFactory.create(doctor=staff)

        answer = Caller(client, bearer(staff)).update(
            visit.pk, {"doctor_id": staff.pk, "name": "x"}
        )

        assert answer.status_code == 200


def test_who_may(
    client: Client,
    bearer: Bearer,
    visit: Appointment,
    doctor: User,
    other_doctor: User,
    staff: User,
    superuser: User,
) -> None:
    for user, status in (
        (doctor, 200),
        (staff, 200),
        (superuser, 200),
        (other_doctor, 404),
    ):
        answer = Caller(client, bearer(user)).update(visit.pk, {"name": "x"})

        assert answer.status_code == status
    assert answer.json() == NOT_FOUND
    missing = Caller(client, bearer(doctor)).update("0" * 24, {"name": "x"})
    assert (missing.status_code, missing.json()) == (404, NOT_FOUND)
    malformed = Caller(client, bearer(doctor)).update("x", {"name": "x"})
    assert malformed.status_code == 400


def test_it_is_post_and_not_put(
    client: Client, bearer: Bearer, visit: Appointment, doctor: User
) -> None:
    url = f"/api/appointments/update/{visit.pk}"

    answer = client.put(url, {}, "application/json", headers=bearer(doctor))

    assert answer.status_code == 405


def test_one_that_is_deleted_meanwhile(visit: Appointment) -> None:
    Appointment.objects.all().delete()

    with pytest.raises(AppointmentNotFound):
        services.update_appointment(visit, actor=SYSTEM, changes={"name": "x"})
    assert not AuditEvent.objects.exists()
