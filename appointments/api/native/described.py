"""The examples of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_APPOINTMENT_ID = "66c0de11aa22bb33cc44dd01"
_DOCTOR_ID = "66c0de11aa22bb33cc44aa00"

PATIENT_SENT: Mapping[str, Any] = {
    "firstName": "Lena",
    "lastName": "Vogel",
    "dateOfBirth": "1984-03-09",
    "contact": {"phone": "+49 30 1234567"},
}
LINKED_SENT = {"appointment_id": _APPOINTMENT_ID, **PATIENT_SENT}
PATIENT: Mapping[str, Any] = {
    "_id": "66c0de11aa22bb33cc44bb02",
    "doctor_id": _DOCTOR_ID,
    **PATIENT_SENT,
    "address": {"city": "Berlin"},
    "insurance": {},
    "medicalHistory": "",
    "currentMedications": "",
}
APPOINTMENT_SENT: Mapping[str, Any] = {
    "name": "Knee check",
    "date": "2026-05-04",
    "time": "09:20",
    "status": "planned",
}
APPOINTMENT: Mapping[str, Any] = {
    "_id": _APPOINTMENT_ID,
    **APPOINTMENT_SENT,
    "recording_id": None,
    "recording_url": None,
    "recording_key": None,
    "doctor_id": _DOCTOR_ID,
    "patient_id": PATIENT["_id"],
    "notes": "",
    "language": "de",
    "notes_type": "soap_clinical_notes_de",
    "appointment_type": "in_person",
}
