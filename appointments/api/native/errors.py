"""The MediSync dialect's answers to what the appointments app refuses."""

from __future__ import annotations

from appointments import errors
from medisync.http.native import ErrorTable

INVALID_IDS: ErrorTable = {
    errors.AppointmentIdInvalid: (400, "Missing or invalid appointment ID", ""),
    errors.PatientIdInvalid: (400, "Missing or invalid patient ID", ""),
    errors.DoctorIdInvalid: (400, "Missing or invalid doctor ID", ""),
}

ERRORS: ErrorTable = {
    **INVALID_IDS,
    errors.AppointmentNotFound: (404, "Appointment not found", ""),
    errors.PatientNotFound: (404, "Patient not found", ""),
    errors.DoctorNotFound: (404, "Doctor not found", ""),
    errors.AppointmentNotLinked: (
        404,
        "Appointment not found (patient created but not linked)",
        "",
    ),
    errors.PatientAlreadyLinked: (409, "Appointment already linked to a patient", ""),
    errors.NotOwnAppointment: (403, "Doctor does not own this appointment", ""),
}
