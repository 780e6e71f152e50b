"""The only way to a patient or an appointment on behalf of a user.

A clinician reaches their own, staff and superusers the clinic's. Another's record
is answered as one that does not exist.
"""

from __future__ import annotations

from django.db.models import QuerySet

from appointments.errors import (
    AppointmentIdInvalid,
    AppointmentNotFound,
    DoctorIdInvalid,
    DoctorNotFound,
    PatientIdInvalid,
    PatientNotFound,
)
from appointments.models import (
    Appointment,
    AppointmentQuerySet,
    Patient,
    PatientQuerySet,
)
from medisync.accounts.models import Role, User
from medisync.lib.objectid import is_object_id
from medisync.lib.text import folded, storable


def patients_for(user: User) -> PatientQuerySet:
    return Patient.objects.visible_to(user)


def appointments_for(user: User) -> AppointmentQuerySet:
    return Appointment.objects.visible_to(user)


def patient_for(user: User, patient_id: str) -> Patient:
    """Raises PatientNotFound; PatientIdInvalid for what is no id."""
    if not is_object_id(patient_id):
        raise PatientIdInvalid
    found = patients_for(user).filter(pk=patient_id.lower()).first()
    if found is None:
        raise PatientNotFound
    return found


def appointment_for(user: User, appointment_id: str) -> Appointment:
    """Raises AppointmentNotFound; AppointmentIdInvalid for what is no id."""
    if not is_object_id(appointment_id):
        raise AppointmentIdInvalid
    found = (
        appointments_for(user)
        .filter(pk=appointment_id.lower())
        .select_related("doctor")
        .first()
    )
    if found is None:
        raise AppointmentNotFound
    return found


def appointments_of_patient(user: User, patient_id: str) -> AppointmentQuerySet:
    """``user``'s appointments with a patient; none for what is no id."""
    if not is_object_id(patient_id):
        return Appointment.objects.none()
    return appointments_for(user).filter(patient_id=patient_id.lower())


def patients_named(user: User, term: str) -> PatientQuerySet:
    """``user``'s patients whose name contains ``term``, in any case."""
    if not storable(term):
        return Patient.objects.none()
    return patients_for(user).filter(search_name__contains=folded(term.strip()))


def doctor_for(user: User, doctor_id: object) -> User:
    """Whose a new record of ``user``'s is: their own, unless staff name a doctor."""
    if not doctor_id or not user.sees_clinic or doctor_id == user.pk:
        return user
    return clinician(doctor_id)


def clinicians() -> QuerySet[User]:
    """The doctors whom appointments and dictations can be given to."""
    return User.objects.filter(is_active=True, role=Role.CLINICIAN)


def clinician(doctor_id: object) -> User:
    """The doctor an appointment can be given to.

    Raises DoctorNotFound; DoctorIdInvalid for what is no id.
    """
    if not is_object_id(doctor_id):
        raise DoctorIdInvalid
    found = clinicians().filter(pk=str(doctor_id).lower()).first()
    if found is None:
        raise DoctorNotFound
    return found
