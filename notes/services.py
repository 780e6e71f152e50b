"""Every change to clinical notes."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from appointments.access import appointment_for
from appointments.errors import AppointmentNotFound
from appointments.models import Appointment
from appointments.services import advance
from appointments.status import Event
from medisync.accounts.models import User
from medisync.audit.trail import Actor, record
from notes.errors import NoteAppointmentMissing
from notes.models import Note


def save_notes(
    user: User,
    *,
    appointment_id: str,
    notes: str,
    summary: str | None = None,
    actor: Actor,
) -> Note:
    """Creates or replaces an appointment's notes and finishes the appointment.

    ``summary`` None keeps the one that is there. Notes for an appointment that is
    missing, or another doctor's, are kept as the caller's own; then
    NoteAppointmentMissing is raised, after they are saved (contract medisync 8.2).
    """
    try:
        appointment = appointment_for(user, appointment_id)
    except AppointmentNotFound:
        _upsert(user, appointment_id.lower(), notes, summary, actor)
        raise NoteAppointmentMissing from None
    with transaction.atomic():
        note = _upsert(appointment.doctor, appointment.pk, notes, summary, actor)
        advance(appointment, Event.NOTES_SAVED)
    return note


def _upsert(
    doctor: User, appointment_id: str, notes: str, summary: str | None, actor: Actor
) -> Note:
    with transaction.atomic():
        note, created = Note.objects.get_or_create(
            appointment_id=appointment_id,
            doctor=doctor,
            defaults={"notes": notes, "summary": summary or ""},
        )
        if not created:
            note.notes = notes
            if summary is not None:
                note.summary = summary
            note.updated_at = timezone.now()
            note.save(update_fields=["notes", "summary", "updated_at"])
        record("notes.add" if created else "notes.update", note, actor=actor)
    return note


def follow_appointment(appointment: Appointment, **signal: object) -> None:
    """Notes belong to the doctor their appointment belongs to.

    The new doctor may have saved notes under this id before it was theirs. Those
    were never the appointment's, and give way.
    """
    notes = Note.objects.filter(appointment=appointment)
    moving = notes.exclude(doctor=appointment.doctor).order_by("created_at").first()
    if moving is not None:
        notes.filter(doctor=appointment.doctor).delete()
        notes.filter(pk=moving.pk).update(doctor=appointment.doctor)
