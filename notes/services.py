"""Every change to clinical notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from appointments.access import appointments_for
from appointments.errors import AppointmentIdInvalid, AppointmentNotFound
from appointments.models import Appointment
from appointments.services import advance, hold
from appointments.status import Event
from medisync.accounts.models import User
from medisync.audit.trail import Actor, record
from medisync.lib.objectid import is_object_id
from notes.errors import NoteAppointmentMissing, NotesExist, NotesNotFound
from notes.models import DoctorLetter, Document, Note, Transcription, Version
from notes.versions import Draft, forget, revise

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
        texts = {"notes": notes} | ({} if summary is None else {"summary": summary})
        note = _write(doctor, appointment_id, texts, actor=actor)
        if appointment is not None:
            advance(appointment, Event.NOTES_SAVED)
    if appointment is None:
        raise NoteAppointmentMissing
    return note


def edit_notes(
    appointment: Appointment,
    *,
    texts: Mapping[str, str],
    draft: Draft,
    actor: Actor,
    restored: int | None = None,
) -> Note:
    """What somebody writes beside the appointment, whose status stays as it is.

    ``draft`` names version 0 where there were no notes yet. Raises
    VersionConflict when the notes have changed since, and AppointmentNotFound.
    """
    with transaction.atomic():
        doctor = hold(appointment.pk)
        if doctor is None:
            raise AppointmentNotFound
        return _write(
            doctor, appointment.pk, texts, actor=actor, draft=draft, restored=restored
        )


def restore_notes(
    appointment: Appointment, version: Version, *, base: int, actor: Actor
) -> Note:
    """Writes an earlier text as the next version. Raises as :func:`edit_notes`."""
    texts = {name: version.texts[name] for name in ("notes", "summary")}
    return edit_notes(
        appointment,
        texts=texts,
        draft=Draft(base),
        actor=actor,
        restored=version.number,
    )


def _write(
    doctor: User,
    appointment_id: str,
    texts: Mapping[str, str],
    *,
    actor: Actor,
    draft: Draft | None = None,
    restored: int | None = None,
) -> Note:
    """Writes the notes, which are made first where there are none.

    Of two at once none fails and none is doubled.
    """
    new = Note(appointment_id=appointment_id, doctor=doctor)
    Note.objects.bulk_create([new], ignore_conflicts=True)
    note: Note = Note.objects.get(appointment_id=appointment_id, doctor=doctor)
    action = "notes.add" if note.pk == new.pk else "notes.update"
    details: dict[str, Any] = {} if restored is None else {"restored": restored}
    note = revise(note, texts, actor=actor, draft=draft)
    record(action, note, actor=actor, appointment=appointment_id, **details)
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
            changed = revise(note, values, actor=actor)
            record("notes.update", changed, actor=actor, fields=sorted(changes))
    except IntegrityError as error:
        raise NotesExist from error
    return changed


def correct_diagnosis(note: Note, *, actor: Actor, changes: Mapping[str, str]) -> Note:
    """A person's own words in place of a prediction (contract medisync 8.8).

    What is not named is kept; the outcome is ``generated`` and no error, whatever
    it was. Raises NotesNotFound when the row is gone meanwhile.
    """
    with transaction.atomic():
        locked = _locked(note)
        kept = locked.diagnosis or dict.fromkeys(_DIAGNOSIS, "")
        words = {**kept, **changes, "status": "generated", "error": None}
        changed = revise(locked, {"diagnosis": words}, actor=actor)
        record("notes.update", changed, actor=actor, fields=["diagnosis"])
    return changed


def delete_notes(note: Note, *, actor: Actor) -> None:
    """Removes them for good. Raises NotesNotFound when somebody else was faster."""
    with transaction.atomic():
        deleted, _ = Note.objects.filter(pk=note.pk).delete()
        if not deleted:
            raise NotesNotFound
        forget(note)
        record("notes.delete", note, actor=actor, appointment=note.appointment_id or "")


def _locked(note: Note) -> Note:
    """The row as it is now, until the caller's transaction ends."""
    found: Note | None = Note.objects.select_for_update().filter(pk=note.pk).first()
    if found is None:
        raise NotesNotFound
    return found


def follow_appointment(
    appointment: Appointment, previous: User, actor: Actor, **signal: object
) -> None:
    """What hangs on an appointment belongs to the appointment's doctor."""
    for kind in (Transcription, Document, DoctorLetter):
        kind.objects.filter(appointment=appointment).update(doctor=appointment.doctor)
    _merge_notes(appointment, previous, actor)


def _merge_notes(appointment: Appointment, previous: User, actor: Actor) -> None:
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
        stray.delete()
        forget(stray)
        both = f"{moving.notes}\n\n{stray.notes}"
        revise(moving, {"notes": both}, actor=actor)
    notes.filter(pk=moving.pk).update(doctor=appointment.doctor)
