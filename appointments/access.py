"""The only way to a patient or an appointment on behalf of a user.

A clinician reaches their own, staff and superusers the clinic's. Another's record
is answered as one that does not exist.
"""

from __future__ import annotations

from appointments.errors import AppointmentNotFound, PatientNotFound
from appointments.models import (
    Appointment,
    AppointmentQuerySet,
    Patient,
    PatientQuerySet,
)
from medisync.accounts.models import User
from medisync.lib.objectid import is_object_id


def patients_for(user: User) -> PatientQuerySet:
    return Patient.objects.visible_to(user)


def appointments_for(user: User) -> AppointmentQuerySet:
    return Appointment.objects.visible_to(user)


def patient_for(user: User, patient_id: str) -> Patient:
    """Raises PatientNotFound."""
    found = None
    if is_object_id(patient_id):
        found = patients_for(user).filter(pk=patient_id.lower()).first()
    if found is None:
        raise PatientNotFound
    return found


def appointment_for(user: User, appointment_id: str) -> Appointment:
    """Raises AppointmentNotFound."""
    found = None
    if is_object_id(appointment_id):
        found = (
            appointments_for(user)
            .filter(pk=appointment_id.lower())
            .select_related("doctor")
            .first()
        )
    if found is None:
        raise AppointmentNotFound
    return found
