"""The MediSync dialect's transcriptions (contract medisync 7)."""

from __future__ import annotations

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.access import appointment_for
from appointments.errors import AppointmentIdInvalid, AppointmentNotFound
from medisync.http.native import (
    DONE,
    Data,
    Done,
    NativeView,
    success,
)
from medisync.http.openapi import operation
from notes import access, transcripts
from notes.api.native import wire
from notes.api.native.errors import ERRORS
from notes.errors import TranscriptionExists, TranscriptionNotFound

TEXT_MISSING = "Missing transcription"

_SENT = {"transcription": "Knee pain for two weeks, worse on stairs."}
_GOT = {
    "success": True,
    "data": {
        "_id": "66c0de11aa22bb33cc44ee03",
        "appointment_id": "66c0de11aa22bb33cc44dd01",
        **_SENT,
        "createdAt": "2026-05-04T09:44:10.000Z",
        "updatedAt": "2026-05-04T09:44:10.000Z",
    },
}


class TranscriptionView(NativeView):
    errors = ERRORS
    tag = "Transcriptions"

    def text(self) -> str:
        data = self.request.data
        sent = data.get("transcription") if isinstance(data, dict) else None
        if sent is None or (isinstance(sent, str) and not sent.strip()):
            raise ValidationError(TEXT_MISSING)
        return str(wire.present(wire.TranscriptionInput(data=data))["transcription"])


class AddTranscription(TranscriptionView):
    """POST /transcriptions/add/{appointmentId} (7.1)."""

    @operation(
        "Add the transcription of an appointment",
        "7.1",
        body=wire.TranscriptionInput,
        sent=_SENT,
        answers={201: Data[wire.TranscriptionObject]},
        got=_GOT,
        refusals=(
            ValidationError(TEXT_MISSING),
            AppointmentIdInvalid,
            AppointmentNotFound,
            TranscriptionExists,
        ),
    )
    def post(self, request: Request, appointment_id: str) -> Response:
        appointment = appointment_for(self.user, appointment_id)
        added = transcripts.add_transcription(
            appointment, self.text(), actor=self.actor
        )
        return success(wire.dump_transcription(added), 201)


class UpdateTranscription(TranscriptionView):
    """PUT /transcriptions/update/{appointmentId} (7.2)."""

    @operation(
        "Change the transcription of an appointment",
        "7.2",
        body=wire.TranscriptionInput,
        sent=_SENT,
        answers={200: Data[wire.TranscriptionObject]},
        got=_GOT,
        refusals=(
            ValidationError(TEXT_MISSING),
            AppointmentIdInvalid,
            TranscriptionNotFound,
        ),
    )
    def put(self, request: Request, appointment_id: str) -> Response:
        found = access.appointment_transcription(self.user, appointment_id)
        changed = transcripts.update_transcription(found, self.text(), actor=self.actor)
        return success(wire.dump_transcription(changed))


class OneTranscription(TranscriptionView):
    """GET and DELETE /transcriptions/{appointmentId} (7.3, 7.4)."""

    @operation(
        "Get the transcription of an appointment",
        "7.4",
        answers={200: Data[wire.TranscriptionObject]},
        got=_GOT,
        refusals=(AppointmentIdInvalid, TranscriptionNotFound),
    )
    def get(self, request: Request, appointment_id: str) -> Response:
        found = access.appointment_transcription(self.user, appointment_id)
        return success(wire.dump_transcription(found))

    @operation(
        "Delete the transcription of an appointment, for good",
        "7.3",
        answers={200: Done},
        got=DONE,
        refusals=(AppointmentIdInvalid, TranscriptionNotFound),
    )
    def delete(self, request: Request, appointment_id: str) -> Response:
        found = access.appointment_transcription(self.user, appointment_id)
        transcripts.delete_transcription(found, actor=self.actor)
        return Response({"success": True})
