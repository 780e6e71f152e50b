"""Patients and appointments as the MediSync dialect writes them (contract 4, 5)."""

from __future__ import annotations

import json
import math
import re
from datetime import date
from typing import Any, NotRequired, TypedDict

from django.core.validators import RegexValidator
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from appointments.models import Appointment, Patient
from appointments.status import Status, initial
from medisync.http.fields import Text
from medisync.lib.text import storable

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LANGUAGE = RegexValidator(
    r"\A[A-Za-z0-9]+([-_][A-Za-z0-9]+)*\Z", "Must be a language tag such as de or en-GB"
)
_LONGEST_TEXT = 100_000
_LONGEST_OBJECT = 20_000  # characters, as JSON


def optional_text(max_length: int, **options: Any) -> Text:
    """Null and empty text are alike: clients send back what a GET gave them."""
    return Text(
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        max_length=max_length,
        **options,
    )


@extend_schema_field({"type": "string", "format": "date"})
class Day(Text):
    default_error_messages = {"day": "Must be a date written YYYY-MM-DD"}

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        try:
            if date.fromisoformat(value).isoformat() != value:
                self.fail("day")
        except ValueError:
            self.fail("day")
        return value


@extend_schema_field({"type": "string", "pattern": f"^{_TIME.pattern}$"})
class TimeOfDay(Text):
    default_error_messages = {"time": "Must be a time written HH:MM"}

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if not _TIME.fullmatch(value):
            self.fail("time")
        return value


@extend_schema_field({"type": "object", "additionalProperties": True})
class NestedObject(serializers.DictField):
    """A small nested object that is kept with keys of the client's own.

    What it is merged into stays small, too.
    """

    default_error_messages = {"content": "Must be a small object of plain values"}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        kept = getattr(self.parent.instance, self.field_name or "", {})
        if not _storable(data, depth=4) or _length({**kept, **data}) > _LONGEST_OBJECT:
            self.fail("content")
        return data


def _length(value: dict[str, Any]) -> int:
    return len(json.dumps(value))


def _storable(value: Any, *, depth: int) -> bool:
    """Whether both databases keep it: no NUL, finite numbers, shallow."""
    if depth == 0:
        return False
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return all(
            storable(key) and _storable(item, depth=depth - 1)
            for key, item in value.items()
        )
    if isinstance(value, list):
        return all(_storable(item, depth=depth - 1) for item in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) < 2**63


@extend_schema_field({"type": "string"})
class Anything(serializers.Field[Any, Any, Any, Any]):
    """A value that is looked at elsewhere."""

    def to_internal_value(self, data: Any) -> Any:
        return data


class PatientFields(serializers.Serializer[Any]):
    firstName = Text(max_length=200, source="first_name")
    lastName = Text(max_length=200, source="last_name")
    dateOfBirth = Day(
        source="date_of_birth", required=False, allow_null=True, allow_blank=True
    )
    address = NestedObject(required=False, allow_null=True)
    insurance = NestedObject(required=False, allow_null=True)
    contact = NestedObject(required=False, allow_null=True)
    medicalHistory = optional_text(_LONGEST_TEXT, source="medical_history")
    currentMedications = optional_text(_LONGEST_TEXT, source="current_medications")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for field in ("address", "insurance", "contact"):
            if field in attrs:
                attrs[field] = attrs[field] or {}
        for field in ("date_of_birth", "medical_history", "current_medications"):
            if field in attrs:
                attrs[field] = attrs[field] or ""
        return attrs


class LinkedPatientFields(PatientFields):
    appointment_id = Text(max_length=100)


class AppointmentFields(serializers.Serializer[Any]):
    name = Text(max_length=300)
    date = Day()
    time = TimeOfDay()
    patient_id = optional_text(100)
    recording_id = optional_text(100)
    recording_url = optional_text(2000)
    recording_key = optional_text(1000)
    status = Anything(required=False, allow_null=True)
    notes = optional_text(_LONGEST_TEXT)
    language = optional_text(35, validators=[_LANGUAGE])
    notes_type = optional_text(100)
    appointment_type = optional_text(100)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for field in ("recording_id", "recording_url", "recording_key", "notes"):
            if field in attrs:
                attrs[field] = attrs[field] or ""
        # An appointment always has these: nothing sent, nothing changed.
        for field in ("language", "notes_type", "appointment_type"):
            if not attrs.get(field):
                attrs.pop(field, None)
        if "status" in attrs:
            attrs["status"] = self.status_of(attrs["status"])
        return attrs

    def status_of(self, value: Any) -> Status:
        return initial(value)


class AppointmentChanges(AppointmentFields):
    """Any of the fields; a status is one of the six, and the doctor may change."""

    doctor_id = Anything(required=False)

    def status_of(self, value: Any) -> Status:
        if not isinstance(value, str) or value not in Status.values:
            allowed = ", ".join(Status.values)
            raise serializers.ValidationError({"status": f"Must be one of {allowed}"})
        return Status(value)


class PatientObject(TypedDict):
    _id: str
    doctor_id: str
    firstName: str
    lastName: str
    dateOfBirth: str
    address: dict[str, Any]
    insurance: dict[str, Any]
    medicalHistory: str
    currentMedications: str
    contact: dict[str, Any]


def dump_patient(patient: Patient) -> PatientObject:
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


class AppointmentObject(TypedDict):
    _id: str
    name: str
    date: str
    time: str
    recording_id: str | None
    recording_url: str | None
    recording_key: str | None
    status: str
    doctor_id: str
    patient_id: str | None
    notes: str
    language: str
    notes_type: str
    appointment_type: str
    document_id: NotRequired[str]


def dump_appointment(
    appointment: Appointment, request: HttpRequest
) -> AppointmentObject:
    body: AppointmentObject = {
        "_id": appointment.pk,
        "name": appointment.name,
        "date": appointment.date,
        "time": appointment.time,
        "recording_id": appointment.recording_id or None,
        "recording_url": absolute_url(appointment.recording_url, request) or None,
        "recording_key": appointment.recording_key or None,
        "status": appointment.status,
        "doctor_id": appointment.doctor_id,
        "patient_id": appointment.patient_id,
        "notes": appointment.notes,
        "language": appointment.language,
        "notes_type": appointment.notes_type,
        "appointment_type": appointment.appointment_type,
    }
    if appointment.document_id:
        body["document_id"] = appointment.document_id
    return body


def absolute_url(url: str, request: HttpRequest) -> str:
    """A path of ours with the host that the client reached."""
    return _host(request) + url if url.startswith("/") else url


def kept_url(url: str, request: HttpRequest) -> str:
    """A URL of ours as its path again, so that it outlives a change of host."""
    host = _host(request)
    return url.removeprefix(host) if url.startswith(f"{host}/") else url


def _host(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"
