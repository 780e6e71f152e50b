"""A call's recording is found by whom the call was about, as long as it is so."""

from __future__ import annotations

from typing import Any

import pytest

from appointments.models import Appointment, Patient
from appointments.services import (
    add_and_link_patient,
    delete_appointment,
    update_appointment,
    update_patient,
)
from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from recordings.models import Recording
from recordings.search import RecordingFilters, recordings
from telephony.attaching import (
    attach_to_appointment,
    attach_to_patient,
    detach_call,
)
from telephony.models import Call
from tests.factories import AppointmentFactory, PatientFactory
from tests.telephony.factories import CallFactory, CallRecordingFactory

pytestmark = pytest.mark.django_db


def found(user: User, text: str) -> list[Recording]:
    return recordings(user, RecordingFilters(text=text)).rows


@pytest.fixture
def call(db: None) -> Call:
    return CallFactory.create()


@pytest.fixture
def recording(call: Call) -> Recording:
    return CallRecordingFactory.create(call=call).recording


@pytest.fixture
def patient(doctor: User) -> Patient:
    return PatientFactory.create(doctor=doctor, first_name="Ida", last_name="Brühl")


@pytest.fixture
def visit(doctor: User, patient: Patient) -> Appointment:
    return AppointmentFactory.create(doctor=doctor, patient=patient)


def test_of_a_patient(
    staff: User, doctor: User, call: Call, recording: Recording, patient: Patient
) -> None:
    assert found(staff, "bruhl") == []

    attach_to_patient(call, patient, actor=SYSTEM)
    assert found(doctor, f"ida bruhl {call.callee}") == [recording]
    assert found(staff, doctor.doctor_name) == [recording]

    update_patient(patient, actor=SYSTEM, changes={"last_name": "Falk"})
    assert found(doctor, "falk") == [recording]
    assert found(doctor, "bruhl") == []

    detach_call(call, actor=SYSTEM)
    assert found(staff, "falk") == found(staff, doctor.doctor_name) == []
    assert found(staff, call.callee) == [recording]


def test_of_an_appointments_patient(
    staff: User,
    doctor: User,
    other_doctor: User,
    call: Call,
    recording: Recording,
    patient: Patient,
    visit: Appointment,
) -> None:
    attach_to_appointment(call, visit, actor=SYSTEM)
    assert found(doctor, "ida bruhl") == [recording]

    update_patient(patient, actor=SYSTEM, changes={"first_name": "Ada"})
    assert found(doctor, "ada") == [recording]

    other = PatientFactory.create(doctor=doctor, last_name="Falk")
    update_appointment(visit, actor=SYSTEM, changes={"patient": other})
    assert found(doctor, "falk") == [recording]
    assert found(doctor, "ada") == []

    update_appointment(visit, actor=SYSTEM, changes={"doctor": other_doctor})
    assert found(other_doctor, f"falk {other_doctor.doctor_name}") == [recording]
    assert found(doctor, "falk") == []

    delete_appointment(visit, actor=SYSTEM)
    assert found(staff, "falk") == []


def test_of_a_patient_that_an_appointment_gets_later(
    doctor: User, call: Call, recording: Recording
) -> None:
    visit = AppointmentFactory.create(doctor=doctor)
    attach_to_appointment(call, visit, actor=SYSTEM)

    names = {"first_name": "Nora", "last_name": "Falk"}
    add_and_link_patient(doctor, appointment_id=visit.pk, actor=SYSTEM, **names)

    assert found(doctor, "nora falk") == [recording]


def test_of_a_patient_that_is_deleted(
    doctor: User,
    call: Call,
    recording: Recording,
    patient: Patient,
    visit: Appointment,
    django_capture_on_commit_callbacks: Any,
) -> None:
    attach_to_appointment(call, visit, actor=SYSTEM)

    with django_capture_on_commit_callbacks(execute=True):
        patient.delete()

    assert found(doctor, "bruhl") == []
    assert found(doctor, call.callee) == [recording]
