"""The only way to a patient or an appointment on behalf of a user.

A clinician reaches their own, staff and superusers the clinic's. Another's record
is answered as one that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

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
    NameWord,
    Patient,
    PatientQuerySet,
    words_of,
)
from medisync.accounts.models import Role, User
from medisync.lib.objectid import is_object_id
from medisync.lib.text import folded, storable

# A search of more words would be an expression deeper than SQLite takes.
_MOST_WORDS = 20
_MOST_TWINS = 5
_FEW_PATIENTS, _FEW_APPOINTMENTS = 8, 3


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
        .select_related("doctor", "patient")
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


def patients_found(user: User, text: str) -> PatientQuerySet:
    """``user``'s patients of whom every word of ``text`` begins a name."""
    found = patients_for(user).select_related("doctor")
    if not storable(text):
        return found.none()
    for word in islice(words_of(text), _MOST_WORDS):
        found = found.filter(pk__in=NameWord.objects.patients_of(word))
    return found


def twins(
    user: User, *, first_name: str, last_name: str, date_of_birth: str
) -> list[Patient]:
    """``user``'s patients who may be the same person as the one that is described.

    The same whole name, or the same last name and date of birth.
    """
    name = f"{first_name} {last_name}"
    found = [*patients_found(user, name).filter(search_name=folded(name))[:_MOST_TWINS]]
    if date_of_birth:
        last = folded(f" {last_name}")
        near = patients_for(user).filter(date_of_birth=date_of_birth)
        found += near.filter(search_name__endswith=last)[:_MOST_TWINS]
    return [*dict.fromkeys(found)][:_MOST_TWINS]


@dataclass(frozen=True)
class PatientToChoose:
    """A patient and their latest appointments, for somebody to pick from."""

    patient: Patient
    appointments: list[Appointment]


def patients_to_choose(user: User, term: str) -> list[PatientToChoose]:
    """A few of :func:`patients_found`: for another one, more is typed of the name."""
    found = patients_found(user, term)
    patients = list(found.order_by("last_name", "first_name", "id")[:_FEW_PATIENTS])
    latest: dict[str | None, list[Appointment]] = {row.pk: [] for row in patients}
    of_them = appointments_for(user).filter(patient__in=patients)
    for appointment in of_them.order_by("-date", "-time", "-id"):
        few = latest[appointment.patient_id]
        if len(few) < _FEW_APPOINTMENTS:
            few.append(appointment)
    return [PatientToChoose(patient, latest[patient.pk]) for patient in patients]


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
