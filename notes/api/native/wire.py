"""The MediSync dialect's notes object (contract medisync 8.1)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from medisync.http.fields import Text
from medisync.lib.times import iso_milliseconds
from notes.models import Note


class NotesInput(serializers.Serializer[Any]):
    notes = Text(max_length=1_000_000, trim_whitespace=False)
    # Null and absent keep the summary that is there; empty text clears it.
    summary = Text(
        max_length=100_000,
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
    )


def dump_note(note: Note) -> dict[str, Any]:
    body: dict[str, Any] = {
        "_id": note.pk,
        "appointment_id": note.appointment_id,
        "notes": note.notes,
        "summary": note.summary,
        "createdAt": iso_milliseconds(note.created_at),
        "updatedAt": iso_milliseconds(note.updated_at),
    }
    if note.feedback_score is not None:
        body["feedback_score"] = note.feedback_score
    return body
