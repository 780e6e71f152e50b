"""The demo clinic's patients and appointments."""

from __future__ import annotations

from typing import Any

from appointments.models import Appointment, Patient
from appointments.services import add_appointment, add_patient, update_appointment
from appointments.status import Status
from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from medisync.demo_clinic.story import Story


def load(story: Story, **signal: object) -> None:
    for patient in story.parts["patients"]:
        if patient_of(story, patient["key"]) is None:
            _add_patient(story, patient)
    for told in story.parts["appointments"]:
        if appointment_of(story, told) is None:
            _add_appointment(story, told)


def patient_of(story: Story, key: str) -> Patient | None:
    told = story.patient(key)
    return Patient.objects.filter(
        doctor__email=story.email(told["doctor"]),
        first_name=told["firstName"],
        last_name=told["lastName"],
    ).first()


def appointment_of(story: Story, told: dict[str, Any]) -> Appointment | None:
    """By doctor and name, on whichever day the story began."""
    return Appointment.objects.filter(
        doctor__email=story.email(told["doctor"]), name=told["name"]
    ).first()


def tell_status(appointment: Appointment, status: str) -> None:
    """Sets the story's status where the appointment has come to another."""
    if appointment.status != status:
        update_appointment(appointment, actor=SYSTEM, changes={"status": status})


def _doctor(story: Story, key: str) -> User:
    return User.objects.get(email=story.email(key))


def _add_patient(story: Story, told: dict[str, Any]) -> None:
    add_patient(
        _doctor(story, told["doctor"]),
        actor=SYSTEM,
        first_name=told["firstName"],
        last_name=told["lastName"],
        date_of_birth=told["dateOfBirth"],
        address=told["address"],
        insurance=told["insurance"],
        contact=told["contact"],
        medical_history=told["medicalHistory"],
        current_medications=told["currentMedications"],
    )


def _add_appointment(story: Story, told: dict[str, Any]) -> None:
    doctor = _doctor(story, told["doctor"])
    add_appointment(
        doctor,
        actor=SYSTEM,
        by=doctor,
        status=Status(told["status"]),
        name=told["name"],
        date=story.day(told["day"]),
        time=told["time"],
        patient=patient_of(story, told["patient"]),
        notes=told["appointment_notes"],
        language=told["language"],
    )
