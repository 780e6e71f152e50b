"""Patients and appointments as the MediSync dialect writes them (contract 4, 5)."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

from django.http import HttpRequest
from rest_framework import serializers

from appointments.models import Appointment, Patient
from appointments.status import Status
from medisync.lib.objectid import is_object_id
from medisync.lib.text import storable

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class ObjectId(serializers.CharField):
    default_error_messages = {"id": "Missing or invalid ID"}

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if not is_object_id(value):
            self.fail("id")
        return value.lower()


class AppointmentId(ObjectId):
    default_error_messages = {"id": "Missing or invalid appointment ID"}


class PatientId(ObjectId):
    default_error_messages = {"id": "Missing or invalid patient ID"}


class DayField(serializers.CharField):
    default_error_messages = {"day": "Must be a date written YYYY-MM-DD"}

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        try:
            if date.fromisoformat(value).isoformat() == value:
                return value
        except ValueError:
            pass
        raise self.fail("day")


class TimeField(serializers.CharField):
    default_error_messages = {"time": "Must be a time written HH:MM"}

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if not _TIME.fullmatch(value):
            self.fail("time")
        return value


class ObjectField(serializers.DictField):
    """A small nested object that is kept with keys of the client's own."""

    default_error_messages = {"text": "Must hold storable text"}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        value: dict[str, Any] = super().to_internal_value(data)
        if not _storable_json(value, depth=4):
            self.fail("text")
        return value


def _storable_json(value: Any, *, depth: int) -> bool:
    """Whether any database keeps it: no NUL, finite numbers, no endless nesting."""
    if depth == 0:
        return False
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return all(
            storable(key) and _storable_json(item, depth=depth - 1)
            for key, item in value.items()
        )
    if isinstance(value, list):
        return all(_storable_json(item, depth=depth - 1) for item in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) < 2**63


class PatientFields(serializers.Serializer[Any]):
    """Every field optional, for an update."""

    firstName = serializers.CharField(max_length=200, source="first_name")
    lastName = serializers.CharField(max_length=200, source="last_name")
    dateOfBirth = DayField(source="date_of_birth", required=False, allow_blank=True)
    address = ObjectField(required=False)
    insurance = ObjectField(required=False)
    contact = ObjectField(required=False)
    medicalHistory = serializers.CharField(
        source="medical_history", required=False, allow_blank=True, max_length=100_000
    )
    currentMedications = serializers.CharField(
        source="current_medications",
        required=False,
        allow_blank=True,
        max_length=100_000,
    )


class AppointmentFields(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=300)
    date = DayField()
    time = TimeField()
    patient_id = PatientId(required=False, allow_null=True)
    recording_id = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=100
    )
    recording_url = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=2000
    )
    recording_key = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=1000
    )
    status = serializers.CharField(required=False, max_length=100)
    notes = serializers.CharField(required=False, allow_blank=True, max_length=100_000)
    language = serializers.RegexField(
        r"^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$", required=False, max_length=35
    )
    notes_type = serializers.CharField(required=False, max_length=100)
    appointment_type = serializers.CharField(required=False, max_length=100)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        # "No recording" is empty text inside and null on the wire.
        for field in ("recording_id", "recording_url", "recording_key"):
            if field in attrs:
                attrs[field] = attrs[field] or ""
        return attrs


class AppointmentChanges(AppointmentFields):
    """Any of the fields; a status is one of the six, and a doctor may change."""

    status = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Status.choices, required=False
    )
    doctor_id = ObjectId(required=False)


class LinkInput(serializers.Serializer[Any]):
    appointment_id = serializers.CharField(max_length=100)


def dump_patient(patient: Patient) -> dict[str, Any]:
    return {
        "_id": patient.pk,
        "doctor_id": patient.doctor_id,
        "firstName": patient.first_name,
        "lastName": patient.last_name,
        "dateOfBirth": patient.date_of_birth,
        "address": patient.address,
        "insurance": patient.insurance,
        "medicalHistory": patient.medical_history,
        "currentMedications": patient.current_medications,
        "contact": patient.contact,
    }


def dump_appointment(appointment: Appointment, request: HttpRequest) -> dict[str, Any]:
    url = appointment.recording_url
    if url.startswith("/"):  # A path of ours, noted by the recordings app.
        url = request.build_absolute_uri(url)
    return {
        "_id": appointment.pk,
        "name": appointment.name,
        "date": appointment.date,
        "time": appointment.time,
        "recording_id": appointment.recording_id or None,
        "recording_url": url or None,
        "recording_key": appointment.recording_key or None,
        "status": appointment.status,
        "doctor_id": appointment.doctor_id,
        "patient_id": appointment.patient_id,
        "notes": appointment.notes,
        "language": appointment.language,
        "notes_type": appointment.notes_type,
        "appointment_type": appointment.appointment_type,
    }
