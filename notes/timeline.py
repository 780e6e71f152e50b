"""What the notes tell of a patient's story (``appointments.timeline``)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from appointments.models import Patient
from appointments.timeline import Entry
from medisync.accounts.models import User
from notes.access import notes_for


def notes_told(
    user: User, patient: Patient, before: datetime | None, most: int
) -> list[Entry]:
    """The notes of the patient's appointments, when they were last written.

    Not what others saved under an appointment's id.
    """
    found = notes_for(user).filter(
        appointment__patient=patient, doctor=F("appointment__doctor")
    )
    if before is not None:
        found = found.filter(updated_at__lt=before)
    rows = found.select_related("appointment", "doctor").order_by("-updated_at", "-pk")
    return [Entry(note.updated_at, "notes/_told.html", note) for note in rows[:most]]
