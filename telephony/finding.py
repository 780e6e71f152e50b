"""What a call's recording is found by, beside what the recording itself tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction

from appointments.models import Appointment, Patient
from recordings.indexing import index
from telephony.models import Call, CallRecording

# Shorter ends of a number say little.
_SHORTEST = 3


_NUMBERS = ("call__caller", "call__callee", "call__did_number")
# A call is about a patient or about an appointment, which may have one.
_PATIENTS = ("patient", "appointment__patient")
_NAMES = [
    f"call__{patient}__{name}"
    for patient in _PATIENTS
    for name in ("first_name", "last_name")
]


def words_of_calls(ids: Sequence[str], **signal: object) -> dict[str, str]:
    """By recording: the file name, both parties as the phone system has them, and
    the patient that the call was about, if somebody has said so."""
    rows = CallRecording.objects.filter(recording__in=ids).values(
        "recording", "file_name", *_NUMBERS, *_NAMES
    )
    return {row["recording"]: " ".join(_words(row)) for row in rows}


def _words(row: Mapping[str, Any]) -> list[str]:
    numbers = [_number(row[name] or "") for name in _NUMBERS]
    return [row["file_name"], *numbers, *(row[name] or "" for name in _NAMES)]


def _number(number: str) -> str:
    """The number as it is, its digits together, and every end of these.

    People leave out a country's digits, or remember the last ones only.
    """
    digits = "".join(char for char in number if char.isdecimal())
    ends = [digits[start:] for start in range(len(digits) - _SHORTEST + 1)]
    return " ".join([number, digits, *ends])


def call_recording_saved(instance: CallRecording, **signal: Any) -> None:
    index([instance.recording_id])


def call_saved(instance: Call, created: bool, **signal: Any) -> None:
    if not created:
        index(instance.recordings.values_list("recording", flat=True))


def appointment_changed(
    instance: Appointment, created: bool = False, **signal: object
) -> None:
    """It has another patient. One that is deleted lets its calls go, and saves them."""
    if not created:
        index(_recordings(appointment=instance))


def patient_saved(instance: Patient, created: bool, **signal: object) -> None:
    if not created:
        index(_recordings_about(instance))


def patient_going(instance: Patient, **signal: object) -> None:
    # Known only now, and without the name only afterwards.
    transaction.on_commit(partial(index, _recordings_about(instance)))


def _recordings_about(patient: Patient) -> list[str]:
    # One after the other: of both at once, no index would find any.
    return [pk for way in _PATIENTS for pk in _recordings(**{way: patient})]


def _recordings(**about: Any) -> list[str]:
    found = CallRecording.objects.filter(**{f"call__{k}": v for k, v in about.items()})
    return list(found.values_list("recording", flat=True))
