"""Every change to clinical notes."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from appointments.access import appointments_for
from appointments.errors import AppointmentIdInvalid
from appointments.models import Appointment
from appointments.services import advance
from appointments.status import Event
from medisync.accounts.models import User
from medisync.audit.trail import Actor, record
from medisync.lib.objectid import is_object_id
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

    They are the notes of the appointment's doctor, whoever writes them.
    ``summary`` None keeps the one that is there. Notes for an appointment that is
    missing, or another doctor's, are kept as the caller's own; then
    NoteAppointmentMissing is raised, after they are saved (contract medisync 8.2).
    Raises AppointmentIdInvalid, too.
    """
    if not is_object_id(appointment_id):
        raise AppointmentIdInvalid
    appointment_id = appointment_id.lower()
    with transaction.atomic():
        # Held until the notes are saved, so that they cannot miss a new doctor.
        own = appointments_for(user).select_for_update(of=("self",))
        appointment = own.filter(pk=appointment_id).select_related("doctor").first()
        doctor = appointment.doctor if appointment else user
        note = _upsert(doctor, appointment_id, notes, summary, actor)
        if appointment is not None:
            advance(appointment, Event.NOTES_SAVED)
    if appointment is None:
        raise NoteAppointmentMissing
    return note


def _upsert(
    doctor: User, appointment_id: str, notes: str, summary: str | None, actor: Actor
) -> Note:
    """One statement, so that of two at once none fails and none is doubled."""
    new = Note(
        appointment_id=appointment_id,
        doctor=doctor,
        notes=notes,
        summary=summary or "",
        updated_at=timezone.now(),
    )
    kept = [] if summary is None else ["summary"]
    Note.objects.bulk_create(
        [new],
        update_conflicts=True,
        unique_fields=["appointment", "doctor"],
        update_fields=["notes", "updated_at", *kept],
    )
    note = Note.objects.get(appointment_id=appointment_id, doctor=doctor)
    action = "notes.add" if note.pk == new.pk else "notes.update"
    record(action, note, actor=actor, appointment=appointment_id)
    return note


def follow_appointment(
    appointment: Appointment, previous: User, **signal: object
) -> None:
    """Notes belong to the doctor their appointment belongs to.

    The new doctor may have saved notes under this id before it was theirs: they
    are put below those of the appointment, so that neither text is lost.
    """
    notes = Note.objects.select_for_update().filter(appointment=appointment)
    moving = notes.filter(doctor=previous).first()
    if moving is None:
        return
    stray = notes.filter(doctor=appointment.doctor).first()
    if stray is not None:
        moving.notes = f"{moving.notes}\n\n{stray.notes}"
        stray.delete()
    moving.doctor = appointment.doctor
    moving.save(update_fields=["notes", "doctor"])
