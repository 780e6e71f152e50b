from __future__ import annotations

from django.utils.translation import gettext_noop as _

from medisync.lib.errors import DomainError


class PatientNotFound(DomainError):
    code = "patient_not_found"
    message = _("There is no such patient.")


class PatientIdInvalid(PatientNotFound):
    """What was given for an id cannot be one; some dialects tell that apart."""

    code = "patient_id_invalid"


class AppointmentNotFound(DomainError):
    code = "appointment_not_found"
    message = _("There is no such appointment.")


class AppointmentIdInvalid(AppointmentNotFound):
    """As :class:`PatientIdInvalid`."""

    code = "appointment_id_invalid"


class AppointmentNotLinked(DomainError):
    """The patient was created, but there is no such appointment to link."""

    code = "appointment_not_linked"
    message = _("The patient was created, but there is no such appointment.")


class PatientAlreadyLinked(DomainError):
    code = "patient_already_linked"
    message = _("This appointment already has a patient.")


class MoveNotAllowed(DomainError):
    """A person may not set this status now; somebody else was faster, perhaps."""

    code = "move_not_allowed"
    message = _("The appointment cannot be given this status now.")


class NotOwnAppointment(DomainError):
    code = "not_own_appointment"
    message = _("This appointment belongs to another doctor.")


class DoctorNotFound(DomainError):
    code = "doctor_not_found"
    message = _("There is no such doctor.")


class DoctorIdInvalid(DoctorNotFound):
    """As :class:`PatientIdInvalid`."""

    code = "doctor_id_invalid"
