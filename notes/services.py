"""Every change to clinical notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from appointments.access import appointments_for
from appointments.errors import AppointmentIdInvalid, AppointmentNotFound
from appointments.models import Appointment
from appointments.services import advance, hold
from appointments.status import Event
from medisync.accounts.models import User
from medisync.audit.trail import Actor, record
from medisync.lib.objectid import is_object_id
from notes.errors import NoteAppointmentMissing, NotesExist, NotesNotFound
from notes.models import DoctorLetter, Document, Note, Transcription

_DIAGNOSIS = ("main_diagnosis", "icd_code", "reason")


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


def update_notes(note: Note, *, actor: Actor, changes: Mapping[str, Any]) -> Note:
    """Replaces the named fields. The appointment's status stays as it is.

    Notes that are given another ``appointment`` become those of its doctor.
    Raises NotesExist when it has some, and NotesNotFound or AppointmentNotFound when
    the row is gone meanwhile.
    """
    values = dict(changes)
    try:
        with transaction.atomic():
            if "appointment" in values:
                values["doctor"] = hold(values["appointment"].pk)
                if values["doctor"] is None:
                    raise AppointmentNotFound
            locked = _locked(note)
            for field, value in values.items():
                setattr(locked, field, value)
            locked.updated_at = timezone.now()
            locked.save(update_fields=[*values, "updated_at"])
            record("notes.update", locked, actor=actor, fields=sorted(changes))
    except IntegrityError as error:
        raise NotesExist from error
    return locked


def correct_diagnosis(note: Note, *, actor: Actor, changes: Mapping[str, str]) -> Note:
    """A person's own words in place of a prediction (contract medisync 8.8).

    What is not named is kept; the outcome is ``generated`` and no error, whatever
    it was. Raises NotesNotFound when the row is gone meanwhile.
    """
    with transaction.atomic():
        locked = _locked(note)
        kept = locked.diagnosis or dict.fromkeys(_DIAGNOSIS, "")
        locked.diagnosis = {**kept, **changes, "status": "generated", "error": None}
        locked.updated_at = timezone.now()
        locked.save(update_fields=["diagnosis", "updated_at"])
        record("notes.update", locked, actor=actor, fields=["diagnosis"])
    return locked


def delete_notes(note: Note, *, actor: Actor) -> None:
    """Removes them for good. Raises NotesNotFound when somebody else was faster."""
    with transaction.atomic():
        deleted, _ = Note.objects.filter(pk=note.pk).delete()
        if not deleted:
            raise NotesNotFound
        record("notes.delete", note, actor=actor, appointment=note.appointment_id or "")


def _locked(note: Note) -> Note:
    """The row as it is now, until the caller's transaction ends."""
    found: Note | None = Note.objects.select_for_update().filter(pk=note.pk).first()
    if found is None:
        raise NotesNotFound
    return found


def follow_appointment(
    appointment: Appointment, previous: User, **signal: object
) -> None:
    """What hangs on an appointment belongs to the appointment's doctor."""
    for kind in (Transcription, Document, DoctorLetter):
        kind.objects.filter(appointment=appointment).update(doctor=appointment.doctor)
    _merge_notes(appointment, previous)


def _merge_notes(appointment: Appointment, previous: User) -> None:
    """Gives the notes to the new doctor, and loses no text over it.

    The new doctor may have saved notes under this id before it was theirs: they
    are put below those of the appointment.
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
