"""The MediSync dialect's transcriptions (contract medisync 7)."""

from __future__ import annotations

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.access import appointment_for
from medisync.http.native import NativeView, success
from notes import access, transcripts
from notes.api.native import wire
from notes.api.native.errors import ERRORS


class TranscriptionView(NativeView):
    errors = ERRORS

    def text(self) -> str:
        data = self.request.data
        sent = data.get("transcription") if isinstance(data, dict) else None
        if sent is None or (isinstance(sent, str) and not sent.strip()):
            raise ValidationError("Missing transcription")
        return str(wire.present(wire.TranscriptionInput(data=data))["transcription"])


class AddTranscription(TranscriptionView):
    """POST /transcriptions/add/{appointmentId} (7.1)."""

    def post(self, request: Request, appointment_id: str) -> Response:
        appointment = appointment_for(self.user, appointment_id)
        added = transcripts.add_transcription(
            appointment, self.text(), actor=self.actor
        )
        return success(wire.dump_transcription(added), 201)


class UpdateTranscription(TranscriptionView):
    """PUT /transcriptions/update/{appointmentId} (7.2)."""

    def put(self, request: Request, appointment_id: str) -> Response:
        found = access.appointment_transcription(self.user, appointment_id)
        changed = transcripts.update_transcription(found, self.text(), actor=self.actor)
        return success(wire.dump_transcription(changed))


class OneTranscription(TranscriptionView):
    """GET and DELETE /transcriptions/{appointmentId} (7.3, 7.4)."""

    def get(self, request: Request, appointment_id: str) -> Response:
        found = access.appointment_transcription(self.user, appointment_id)
        return success(wire.dump_transcription(found))

    def delete(self, request: Request, appointment_id: str) -> Response:
        found = access.appointment_transcription(self.user, appointment_id)
        transcripts.delete_transcription(found, actor=self.actor)
        return Response({"success": True})
