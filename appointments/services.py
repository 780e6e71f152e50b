"""Every change to patients and appointments."""

from __future__ import annotations

from appointments.models import Appointment
from appointments.status import Event, Status, after


def advance(appointment: Appointment, event: Event) -> None:
    """Moves the appointment to the status that ``event`` leads to."""
    appointment.status = after(Status(appointment.status), event)
    appointment.save(update_fields=["status", "updated_at"])


def attach_recording(
    appointment: Appointment, *, recording_id: str, url: str, key: str
) -> None:
    """Notes which recording the appointment has; ``url`` is a path of ours."""
    appointment.recording_id = recording_id
    appointment.recording_url = url
    appointment.recording_key = key
    appointment.save(
        update_fields=["recording_id", "recording_url", "recording_key", "updated_at"]
    )


def detach_recording(appointment_id: str) -> None:
    """Clears what :func:`attach_recording` noted; the status stays."""
    Appointment.objects.filter(pk=appointment_id).update(
        recording_id="", recording_url="", recording_key=""
    )
