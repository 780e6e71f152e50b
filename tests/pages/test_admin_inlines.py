"""What hangs on a record in the admin is shown to those whose it is."""

from __future__ import annotations

import pytest
from django.test import Client

from appointments.models import Appointment, Patient
from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from notes.errors import NoteAppointmentMissing
from notes.services import save_notes
from tests.factories import AppointmentFactory, PatientFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(doctor: User) -> Patient:
    return PatientFactory.create(doctor=doctor)


@pytest.fixture
def appointment(doctor: User, patient: Patient) -> Appointment:
    return AppointmentFactory.create(doctor=doctor, patient=patient, name="Own visit")


def page(client: Client, user: User, record: Patient | Appointment) -> str:
    client.force_login(user)
    model = record._meta.model_name
    answer = client.get(f"/admin/appointments/{model}/{record.pk}/change/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_another_doctors_visit_of_the_same_patient_is_not_shown(
    client: Client,
    doctor: User,
    other_doctor: User,
    staff: User,
    patient: Patient,
    appointment: Appointment,
) -> None:
    AppointmentFactory.create(doctor=other_doctor, patient=patient, name="Their visit")
    shown = page(client, doctor, patient)
    assert "Own visit" in shown
    assert "Their visit" not in shown
    assert "Their visit" in page(client, staff, patient)


def test_notes_that_another_doctor_saved_under_its_id_are_not_shown(
    client: Client,
    doctor: User,
    other_doctor: User,
    staff: User,
    appointment: Appointment,
) -> None:
    save_notes(doctor, appointment_id=appointment.pk, notes="Own text", actor=SYSTEM)
    with pytest.raises(NoteAppointmentMissing):
        save_notes(
            other_doctor, appointment_id=appointment.pk, notes="Stray", actor=SYSTEM
        )
    for reader in (doctor, staff):
        shown = page(client, reader, appointment)
        assert "Own text" in shown
        assert "Stray" not in shown
