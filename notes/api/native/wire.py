"""Clinical records as the MediSync dialect writes them (contract medisync 7 to 10)."""

from __future__ import annotations

import math
from typing import Any, NotRequired, TypedDict

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from medisync.http.fields import Text
from medisync.lib.times import iso_milliseconds
from notes.models import (
    ClinicalRecord,
    DoctorLetter,
    Document,
    Note,
    Transcription,
)

LONGEST_TEXT = 1_000_000


def optional_text(max_length: int) -> Text:
    """Null is as good as absent; empty text clears what is there."""
    return Text(
        max_length=max_length,
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
    )


def present(form: serializers.Serializer[Any]) -> dict[str, Any]:
    """What was sent, valid, without nulls. Raises ValidationError."""
    form.is_valid(raise_exception=True)
    return {
        name: value for name, value in form.validated_data.items() if value is not None
    }


class TranscriptionInput(serializers.Serializer[Any]):
    transcription = Text(max_length=LONGEST_TEXT, trim_whitespace=False)


class NotesInput(serializers.Serializer[Any]):
    notes = Text(max_length=LONGEST_TEXT, trim_whitespace=False)
    summary = optional_text(100_000)


class NotesChanges(serializers.Serializer[Any]):
    notes = Text(
        max_length=LONGEST_TEXT, trim_whitespace=False, required=False, allow_null=True
    )
    summary = optional_text(100_000)
    appointment_id = Text(max_length=100, required=False, allow_null=True)


@extend_schema_field({"type": "number"})
class Score(serializers.Field[Any, Any, Any, Any]):
    default_error_messages = {"number": "Must be a number"}

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            self.fail("number")
        try:
            value = float(data)
        except OverflowError:
            self.fail("number")
        if not math.isfinite(value):
            self.fail("number")
        return value


class FeedbackInput(serializers.Serializer[Any]):
    feedback_score = Score(required=False, allow_null=True)


class DiagnosisInput(serializers.Serializer[Any]):
    main_diagnosis = optional_text(10_000)
    icd_code = optional_text(100)
    reason = optional_text(100_000)


class LetterInput(serializers.Serializer[Any]):
    markdown_content = optional_text(LONGEST_TEXT)


class Record(TypedDict):
    _id: str
    appointment_id: str
    createdAt: str
    updatedAt: str


class TranscriptionObject(Record):
    transcription: str


class DiagnosisObject(TypedDict):
    status: str
    main_diagnosis: NotRequired[str]
    icd_code: NotRequired[str]
    reason: NotRequired[str]
    error: NotRequired[str | None]


class NoteObject(Record):
    notes: str
    summary: str
    feedback_score: NotRequired[float]
    diagnosis_prediction: NotRequired[DiagnosisObject]


class SummaryObject(TypedDict):
    summary: str


class FeedbackObject(TypedDict):
    feedback_score: float | None


class PredictionObject(TypedDict):
    diagnosis_prediction: DiagnosisObject | None


class LetterObject(Record):
    patient_id: str | None
    doctor_id: str
    status: str
    markdown_content: str
    generation_inputs: dict[str, Any]
    error: NotRequired[str]


class DocumentObject(Record):
    document_url: str
    document_key: str
    doctor_id: str


def _number(value: float) -> float:
    """``4`` for a whole number, as JavaScript would write it."""
    return int(value) if value.is_integer() else value


def _dump(record: ClinicalRecord) -> Record:
    return {
        "_id": record.pk,
        "appointment_id": record.appointment_id,
        "createdAt": iso_milliseconds(record.created_at),
        "updatedAt": iso_milliseconds(record.updated_at),
    }


def dump_transcription(transcription: Transcription) -> TranscriptionObject:
    return {**_dump(transcription), "transcription": transcription.transcription}


def dump_note(note: Note) -> NoteObject:
    body: NoteObject = {
        "_id": note.pk,
        "appointment_id": note.appointment_id,
        "createdAt": iso_milliseconds(note.created_at),
        "updatedAt": iso_milliseconds(note.updated_at),
        "notes": note.notes,
        "summary": note.summary,
    }
    if note.feedback_score is not None:
        body["feedback_score"] = _number(note.feedback_score)
    if note.diagnosis is not None:
        body["diagnosis_prediction"] = note.diagnosis
    return body


def dump_letter(letter: DoctorLetter) -> LetterObject:
    body: LetterObject = {
        "_id": letter.pk,
        "appointment_id": letter.appointment_id,
        "createdAt": iso_milliseconds(letter.created_at),
        "updatedAt": iso_milliseconds(letter.updated_at),
        "patient_id": letter.patient_id,
        "doctor_id": letter.doctor_id,
        "status": letter.status,
        "markdown_content": letter.markdown_content,
        "generation_inputs": letter.generation_inputs,
    }
    if letter.error:
        body["error"] = letter.error
    return body


def dump_document(document: Document, request: HttpRequest) -> DocumentObject:
    appointment_id = document.appointment_id
    url = request.build_absolute_uri(f"/api/documents/get/{appointment_id}")
    return {
        **_dump(document),
        "document_url": url,
        "document_key": f"{appointment_id}_{document.file_name}",
        "doctor_id": document.doctor_id,
    }
