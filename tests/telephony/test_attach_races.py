"""A call that is attached anew while what it was about changes hands."""

from __future__ import annotations

import pytest
from django.db import transaction

from appointments.services import delete_appointment, update_appointment, update_patient
from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from telephony.attaching import attach_to_appointment, attach_to_patient
from telephony.models import Call, CallRecording
from tests.factories import AppointmentFactory, PatientFactory
from tests.locks import meanwhile
from tests.telephony import speech

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.row_locks]


@pytest.fixture
def recording(transactional_db: None) -> CallRecording:
    return speech.imported()


@pytest.fixture
def call(recording: CallRecording) -> Call:
    assert recording.call is not None
    return recording.call


@pytest.mark.parametrize("ends", ["given", "deleted"])
def test_a_call_taken_from_an_appointment_stays_where_it_went(
    call: Call, recording: CallRecording, doctor: User, other_doctor: User, ends: str
) -> None:
    visit = AppointmentFactory.create(doctor=doctor)
    patient = PatientFactory.create(doctor=doctor)
    attach_to_appointment(call, visit, actor=SYSTEM)

    def end() -> None:
        if ends == "deleted":
            delete_appointment(visit, actor=SYSTEM)
        else:
            update_appointment(visit, actor=SYSTEM, changes={"doctor": other_doctor})

    with transaction.atomic():
        attach_to_patient(call, patient, actor=SYSTEM)
        ending = meanwhile(end)
        assert not ending.done()
    ending.result(60)

    call.refresh_from_db()
    assert (call.patient, call.appointment) == (patient, None)
    recording.recording.refresh_from_db()
    assert call.doctor == recording.recording.doctor == doctor


def test_a_call_taken_from_a_patient_stays_where_it_went(
    call: Call, recording: CallRecording, doctor: User, other_doctor: User
) -> None:
    patient = PatientFactory.create(doctor=doctor)
    visit = AppointmentFactory.create(doctor=doctor)
    attach_to_patient(call, patient, actor=SYSTEM)

    def give() -> None:
        update_patient(patient, actor=SYSTEM, changes={"doctor": other_doctor})

    with transaction.atomic():
        attach_to_appointment(call, visit, actor=SYSTEM)
        giving = meanwhile(give)
        assert not giving.done()
    giving.result(60)

    call.refresh_from_db()
    assert (call.patient, call.appointment) == (None, visit)
    recording.recording.refresh_from_db()
    assert call.doctor == recording.recording.doctor == doctor
