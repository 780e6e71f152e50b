"""The MediSync dialect's clinical notes (contract medisync 8.2 and 8.3)."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.native.errors import INVALID_IDS
from medisync.http.native import ErrorTable, NativeView, success
from notes import access, services
from notes.api.native.wire import NotesInput, dump_note
from notes.errors import NoteAppointmentMissing

ERRORS: ErrorTable = {
    **INVALID_IDS,
    NoteAppointmentMissing: (404, "Appointment not found", ""),
}


class NotesView(NativeView):
    errors = ERRORS


class AddNotes(NotesView):
    """POST /notes/add/{id}: 200 whether they are new or replaced (8.2)."""

    def post(self, request: Request, appointment_id: str) -> Response:
        form = NotesInput(data=request.data)
        form.is_valid(raise_exception=True)
        note = services.save_notes(
            self.user,
            appointment_id=appointment_id,
            actor=self.actor,
            **form.validated_data,
        )
        return success(dump_note(note))


class AppointmentNotes(NotesView):
    """GET /notes/{id}: an array, empty when there are none (8.3)."""

    def get(self, request: Request, appointment_id: str) -> Response:
        found = access.appointment_notes(self.user, appointment_id)
        return success([dump_note(note) for note in found])
