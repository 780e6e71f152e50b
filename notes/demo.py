"""The demo clinic's notes."""

from __future__ import annotations

from appointments.demo import appointment_of, tell_status
from medisync.audit.trail import SYSTEM
from medisync.demo_clinic.story import Story
from notes.models import Note
from notes.services import save_notes


def load(story: Story, **signal: object) -> None:
    for told in story.parts["appointments"]:
        appointment = appointment_of(story, told)
        assert appointment is not None
        if "notes" not in told or Note.objects.filter(appointment=appointment).exists():
            continue
        written = told["notes"]
        # Where there is a draft, the notes have a history.
        for text in filter(None, [written.get("draft"), written["notes"]]):
            save_notes(
                appointment.doctor,
                appointment_id=appointment.pk,
                notes=text,
                summary=written["summary"],
                actor=SYSTEM,
            )
        appointment.refresh_from_db()
        tell_status(appointment, told["status"])
