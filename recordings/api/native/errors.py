"""The MediSync dialect's answers to what the recordings app refuses."""

from __future__ import annotations

from appointments.errors import AppointmentIdInvalid, AppointmentNotFound
from medisync.http.native import ErrorTable
from recordings.errors import (
    NoFile,
    RecordingExists,
    RecordingNotFound,
    RenditionFailed,
    StorageFailed,
    UploadTooLarge,
)

ERRORS: ErrorTable = {
    AppointmentIdInvalid: (400, "Missing or invalid appointment ID", ""),
    AppointmentNotFound: (404, "Appointment not found", ""),
    NoFile: (400, "No file uploaded", ""),
    UploadTooLarge: (400, "File is too large", ""),
    RecordingExists: (409, "Recording already exists for this appointment", ""),
    RecordingNotFound: (404, "Recording not found for appointment", ""),
    StorageFailed: (500, "Error storing recording", ""),
    RenditionFailed: (500, "Internal server error", ""),
}
