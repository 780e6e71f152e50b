"""The MediSync dialect's recording object (contract medisync 6.1)."""

from __future__ import annotations

from typing import TypedDict

from django.http import HttpRequest

from medisync.lib.times import iso_milliseconds
from recordings.models import Recording


class RecordingObject(TypedDict):
    _id: str
    appointment_id: str
    recording_url: str
    recording_key: str
    createdAt: str
    updatedAt: str


def dump_recording(recording: Recording, request: HttpRequest) -> RecordingObject:
    appointment_id = str(recording.appointment_id)
    return {
        "_id": recording.pk,
        "appointment_id": appointment_id,
        "recording_url": request.build_absolute_uri(
            f"/api/recordings/get/{appointment_id}"
        ),
        "recording_key": f"{appointment_id}_{recording.file_name}",
        "createdAt": iso_milliseconds(recording.created_at),
        "updatedAt": iso_milliseconds(recording.updated_at),
    }
