"""The MediSync dialect's clinical notes (contract medisync 8)."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from appointments.access import appointment_for
from medisync.accounts.services import require_subscription
from medisync.http.native import NativeView, success
from medisync.http.pagination import listing
from notes import access, services
from notes.api.native import wire
from notes.api.native.errors import ERRORS
from notes.errors import EngineMissing
from notes.models import Note


class NotesView(NativeView):
    errors = ERRORS

    def save(self, note: Note, changes: dict[str, Any]) -> Note:
        if not changes:
            return note
        return services.update_notes(note, actor=self.actor, changes=changes)


class AddNotes(NotesView):
    """POST /notes/add/{id}: 200 whether they are new or replaced (8.2)."""

    def post(self, request: Request, appointment_id: str) -> Response:
        form = wire.NotesInput(data=request.data)
        form.is_valid(raise_exception=True)
        note = services.save_notes(
            self.user,
            appointment_id=appointment_id,
            actor=self.actor,
            **form.validated_data,
        )
        return success(wire.dump_note(note))


class NotesList(NotesView):
    """GET /notes: the caller's own (8.4)."""

    def get(self, request: Request) -> Response:
        found = access.notes_for(self.user)
        return listing(request.query_params, found, wire.dump_note)


class AppointmentNotes(NotesView):
    """GET and PUT by the appointment's id, DELETE by the notes' own (8.3, 8.5, 8.6)."""

    def get(self, request: Request, record_id: str) -> Response:
        """An array, empty when there are none."""
        found = access.appointment_notes(self.user, record_id)
        return listing(request.query_params, found, wire.dump_note)

    def put(self, request: Request, record_id: str) -> Response:
        appointment_for(self.user, record_id)
        note = access.first_notes(self.user, record_id)
        changes = wire.present(wire.NotesChanges(data=request.data))
        target = changes.pop("appointment_id", record_id)
        if target.lower() != record_id.lower():
            changes["appointment"] = appointment_for(self.user, target)
        return success(wire.dump_note(self.save(note, changes)))

    def delete(self, request: Request, record_id: str) -> Response:
        note = access.notes_by_id(self.user, record_id)
        services.delete_notes(note, actor=self.actor)
        return Response({"success": True})


class Summary(NotesView):
    """GET /notes/summary/{id} (8.7)."""

    def get(self, request: Request, appointment_id: str) -> Response:
        note = access.first_notes(self.user, appointment_id)
        return success({"summary": note.summary})


class Feedback(NotesView):
    """GET and PUT /notes/feedback/{id} (8.7)."""

    def get(self, request: Request, appointment_id: str) -> Response:
        note = access.first_notes(self.user, appointment_id)
        return success({"feedback_score": wire.number(note.feedback_score)})

    def put(self, request: Request, appointment_id: str) -> Response:
        note = access.first_notes(self.user, appointment_id)
        changes = wire.present(wire.FeedbackInput(data=request.data))
        return success(wire.dump_note(self.save(note, changes)))


class Diagnosis(NotesView):
    """GET, PUT and POST /notes/diagnosis/{id} (8.8); POST needs an engine."""

    def post(self, request: Request, appointment_id: str) -> Response:
        require_subscription(self.user)
        access.first_notes(self.user, appointment_id)
        raise EngineMissing

    def get(self, request: Request, appointment_id: str) -> Response:
        note = access.first_notes(self.user, appointment_id)
        return success({"diagnosis_prediction": note.diagnosis})

    def put(self, request: Request, appointment_id: str) -> Response:
        note = access.first_notes(self.user, appointment_id)
        changes = wire.present(wire.DiagnosisInput(data=request.data))
        note = services.correct_diagnosis(note, actor=self.actor, changes=changes)
        return success({"diagnosis_prediction": note.diagnosis})


class RegenerateNotes(NotesView):
    """POST /notes/regenerate-notes/{id}: needs an engine (8.9)."""

    def post(self, request: Request, appointment_id: str) -> Response:
        require_subscription(self.user)
        appointment_for(self.user, appointment_id)
        access.appointment_transcription(self.user, appointment_id)
        raise EngineMissing
