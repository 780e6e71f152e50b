from __future__ import annotations

from medisync.lib.errors import DomainError


class NoteAppointmentMissing(DomainError):
    """The notes are saved, but there is no such appointment (contract 8.2)."""

    code = "appointment_missing"
    message = "The notes were saved, but there is no such appointment."
