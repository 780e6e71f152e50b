"""A recording is the doctor's whose appointment it is, whenever that changed."""

from __future__ import annotations

from appointments.models import Appointment
from appointments.services import update_appointment
from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from recordings.access import recordings_for
from tests.factories import AppointmentFactory
from tests.recordings.conftest import AddVisit


def test_an_appointment_given_away_while_the_bytes_came(
    doctor: User, other_doctor: User, add_visit: AddVisit
) -> None:
    appointment = AppointmentFactory.create(doctor=doctor)
    as_the_upload_began = Appointment.objects.get(pk=appointment.pk)
    update_appointment(appointment, actor=SYSTEM, changes={"doctor": other_doctor})
    recording = add_visit(doctor, appointment=as_the_upload_began)
    assert recording.doctor == other_doctor
    assert list(recordings_for(other_doctor)) == [recording]
    assert not recordings_for(doctor).exists()


def test_an_appointment_given_away_later(
    doctor: User, other_doctor: User, add_visit: AddVisit
) -> None:
    appointment = AppointmentFactory.create(doctor=doctor)
    recording = add_visit(doctor, appointment=appointment)
    update_appointment(appointment, actor=SYSTEM, changes={"doctor": other_doctor})
    assert list(recordings_for(other_doctor)) == [recording]
    assert not recordings_for(doctor).exists()


def test_an_appointment_deleted_while_the_bytes_came(
    doctor: User, add_visit: AddVisit
) -> None:
    appointment = AppointmentFactory.create(doctor=doctor)
    as_the_upload_began = Appointment.objects.get(pk=appointment.pk)
    appointment.delete()
    recording = add_visit(doctor, appointment=as_the_upload_began)
    assert list(recordings_for(doctor)) == [recording]
