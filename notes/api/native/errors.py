"""The MediSync dialect's answers to what the notes app refuses."""

from __future__ import annotations

from appointments.api.native.errors import INVALID_IDS
from appointments.errors import AppointmentNotFound
from medisync.http.native import ErrorTable
from notes import errors

ERRORS: ErrorTable = {
    **INVALID_IDS,
    AppointmentNotFound: (404, "Appointment not found", ""),
    errors.NoteAppointmentMissing: (404, "Appointment not found", ""),
    errors.NotesNotFound: (404, "Notes not found", ""),
    errors.NotesIdInvalid: (400, "Missing or invalid notes ID", ""),
    # Whatever a database refuses is 400 on these pages (contract 1.6).
    errors.NotesExist: (400, "Notes already exist for this appointment", ""),
    errors.TranscriptionNotFound: (404, "Transcription not found", ""),
    errors.TranscriptionExists: (
        409,
        "Transcription already exists for this appointment",
        "",
    ),
    errors.LetterNotFound: (404, "Doctor letter not found", ""),
    errors.LetterIdInvalid: (400, "Missing or invalid letter ID", ""),
    errors.DocumentNotFound: (404, "Document not found", ""),
    # 400, where every other duplicate is 409 (contract 1.6).
    errors.DocumentExists: (400, "Document already exists for this appointment", ""),
    errors.NotPdf: (400, "Only PDF files are allowed", ""),
    errors.EngineMissing: (501, errors.EngineMissing.message, "NOT_IMPLEMENTED"),
    errors.NotOwnDocuments: (403, "Access denied", "FORBIDDEN"),
}
