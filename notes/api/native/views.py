"""The MediSync dialect's clinical notes (contract medisync 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from appointments.access import appointment_for
from appointments.errors import AppointmentIdInvalid, AppointmentNotFound
from medisync.accounts.errors import SubscriptionRequired
from medisync.accounts.services import require_subscription
from medisync.http.native import (
    DONE,
    PAGE_INVALID,
    PAGE_PARAMETERS,
    Data,
    Done,
    Listing,
    NativeView,
    enveloped,
    success,
)
from medisync.http.openapi import Parameter, operation
from medisync.http.pagination import listing
from notes import access, services
from notes.api.native import wire
from notes.api.native.errors import ERRORS
from notes.errors import (
    EngineMissing,
    NoteAppointmentMissing,
    NotesExist,
    NotesIdInvalid,
    NotesNotFound,
    TranscriptionNotFound,
)
from notes.models import Note

_NOTE = {
    "_id": "66c0de11aa22bb33cc44ee04",
    "appointment_id": "66c0de11aa22bb33cc44dd01",
    "notes": "S: knee pain. P: physiotherapy.",
    "summary": "Knee pain, physiotherapy",
    "createdAt": "2026-05-04T09:50:00.000Z",
    "updatedAt": "2026-05-04T09:50:00.000Z",
}
_DIAGNOSIS = {
    "main_diagnosis": "Patellar tendinopathy",
    "icd_code": "M76.5",
    "reason": "Load-dependent pain below the patella",
}
_PREDICTION = {
    "success": True,
    "data": {
        "diagnosis_prediction": {"status": "generated", **_DIAGNOSIS, "error": None}
    },
}


class NotesView(NativeView):
    errors = ERRORS
    tag = "Notes"

    def save(self, note: Note, changes: dict[str, Any]) -> Response:
        note = services.update_notes(note, actor=self.actor, changes=changes)
        return success(wire.dump_note(note))


class AddNotes(NotesView):
    """POST /notes/add/{id}: 200 whether they are new or replaced (8.2)."""

    @operation(
        "Save the notes of an appointment",
        "8.2",
        description="Where there is no such appointment the answer is 404, and the"
        " notes are kept all the same.",
        body=wire.NotesInput,
        sent={"notes": _NOTE["notes"], "summary": _NOTE["summary"]},
        answers={200: Data[wire.NoteObject]},
        got=enveloped(_NOTE),
        refusals=(AppointmentIdInvalid, NoteAppointmentMissing),
    )
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

    @operation(
        "List the caller's notes",
        "8.4",
        parameters=PAGE_PARAMETERS,
        answers={200: Listing[wire.NoteObject]},
        got=enveloped([_NOTE]),
        refusals=(PAGE_INVALID,),
    )
    def get(self, request: Request) -> Response:
        found = access.notes_for(self.user)
        return listing(request.query_params, found, wire.dump_note)


class AppointmentNotes(NotesView):
    """GET and PUT by the appointment's id, DELETE by the notes' own (8.3, 8.5, 8.6)."""

    path_parameters: ClassVar[Mapping[str, Parameter]] = {
        **NativeView.path_parameters,
        "record_id": Parameter(
            "record_id",
            "The appointment's id; to delete, the notes' own.",
            "path",
            example=_NOTE["appointment_id"],
        ),
    }

    @operation(
        "List the notes of an appointment",
        "8.3",
        parameters=PAGE_PARAMETERS,
        answers={200: Listing[wire.NoteObject]},
        got=enveloped([_NOTE]),
        refusals=(AppointmentIdInvalid, PAGE_INVALID),
    )
    def get(self, request: Request, record_id: str) -> Response:
        """An array, empty when there are none."""
        found = access.appointment_notes(self.user, record_id)
        return listing(request.query_params, found, wire.dump_note)

    @operation(
        "Change the notes of an appointment",
        "8.5",
        body=wire.NotesChanges,
        sent={"summary": _NOTE["summary"]},
        answers={200: Data[wire.NoteObject]},
        got=enveloped(_NOTE),
        refusals=(
            AppointmentIdInvalid,
            AppointmentNotFound,
            NotesNotFound,
            NotesExist,
        ),
    )
    def put(self, request: Request, record_id: str) -> Response:
        appointment_for(self.user, record_id)
        note = access.first_notes(self.user, record_id)
        changes = wire.present(wire.NotesChanges(data=request.data))
        target = changes.pop("appointment_id", record_id)
        if target.lower() != record_id.lower():
            changes["appointment"] = appointment_for(self.user, target)
        return self.save(note, changes)

    @operation(
        "Delete notes by their own id, for good",
        "8.6",
        answers={200: Done},
        got=DONE,
        refusals=(NotesIdInvalid, NotesNotFound),
    )
    def delete(self, request: Request, record_id: str) -> Response:
        note = access.notes_by_id(self.user, record_id)
        services.delete_notes(note, actor=self.actor)
        return Response({"success": True})


class Summary(NotesView):
    """GET /notes/summary/{id} (8.7)."""

    @operation(
        "Get the summary of an appointment's notes",
        "8.7",
        answers={200: Data[wire.SummaryObject]},
        got=enveloped({"summary": _NOTE["summary"]}),
        refusals=(AppointmentIdInvalid, NotesNotFound),
    )
    def get(self, request: Request, appointment_id: str) -> Response:
        note = access.first_notes(self.user, appointment_id)
        return success({"summary": note.summary})


class Feedback(NotesView):
    """GET and PUT /notes/feedback/{id} (8.7)."""

    @operation(
        "Get how good the notes are said to be",
        "8.7",
        answers={200: Data[wire.FeedbackObject]},
        got=enveloped({"feedback_score": 4}),
        refusals=(AppointmentIdInvalid, NotesNotFound),
    )
    def get(self, request: Request, appointment_id: str) -> Response:
        note = access.first_notes(self.user, appointment_id)
        score = wire.dump_note(note).get("feedback_score")
        return success({"feedback_score": score})

    @operation(
        "Say how good the notes are",
        "8.7",
        body=wire.FeedbackInput,
        sent={"feedback_score": 4.5},
        answers={200: Data[wire.NoteObject]},
        got=enveloped(_NOTE | {"feedback_score": 4.5}),
        refusals=(AppointmentIdInvalid, NotesNotFound),
    )
    def put(self, request: Request, appointment_id: str) -> Response:
        note = access.first_notes(self.user, appointment_id)
        changes = wire.present(wire.FeedbackInput(data=request.data))
        return self.save(note, changes)


class Diagnosis(NotesView):
    """GET, PUT and POST /notes/diagnosis/{id} (8.8); POST needs an engine."""

    @operation(
        "Have a diagnosis predicted",
        "8.8",
        description="This server has no engine that could.",
        answers={},
        refusals=(
            SubscriptionRequired,
            AppointmentIdInvalid,
            NotesNotFound,
            EngineMissing,
        ),
    )
    def post(self, request: Request, appointment_id: str) -> Response:
        require_subscription(self.user)
        access.first_notes(self.user, appointment_id)
        raise EngineMissing

    @operation(
        "Get the diagnosis of an appointment's notes",
        "8.8",
        answers={200: Data[wire.PredictionObject]},
        got=_PREDICTION,
        refusals=(AppointmentIdInvalid, NotesNotFound),
    )
    def get(self, request: Request, appointment_id: str) -> Response:
        note = access.first_notes(self.user, appointment_id)
        return success({"diagnosis_prediction": note.diagnosis})

    @operation(
        "Correct the diagnosis of an appointment's notes",
        "8.8",
        body=wire.DiagnosisInput,
        sent=_DIAGNOSIS,
        answers={200: Data[wire.PredictionObject]},
        got=_PREDICTION,
        refusals=(AppointmentIdInvalid, NotesNotFound),
    )
    def put(self, request: Request, appointment_id: str) -> Response:
        note = access.first_notes(self.user, appointment_id)
        changes = wire.present(wire.DiagnosisInput(data=request.data))
        note = services.correct_diagnosis(note, actor=self.actor, changes=changes)
        return success({"diagnosis_prediction": note.diagnosis})


class RegenerateNotes(NotesView):
    """POST /notes/regenerate-notes/{id}: needs an engine (8.9)."""

    @operation(
        "Have the notes of an appointment written anew",
        "8.9",
        description="This server has no engine that could.",
        answers={},
        refusals=(
            SubscriptionRequired,
            AppointmentIdInvalid,
            AppointmentNotFound,
            TranscriptionNotFound,
            EngineMissing,
        ),
    )
    def post(self, request: Request, appointment_id: str) -> Response:
        require_subscription(self.user)
        appointment_for(self.user, appointment_id)
        access.appointment_transcription(self.user, appointment_id)
        raise EngineMissing
