"""The only way to clinical notes on behalf of a user."""

from __future__ import annotations

from medisync.accounts.models import User
from medisync.lib.objectid import is_object_id
from notes.models import Note, NoteQuerySet


def notes_for(user: User) -> NoteQuerySet:
    """A clinician's own, the clinic's for staff and superusers."""
    return Note.objects.visible_to(user)


def appointment_notes(user: User, appointment_id: str) -> NoteQuerySet:
    """The notes of an appointment; none for what is no id."""
    if not is_object_id(appointment_id):
        return Note.objects.none()
    return notes_for(user).filter(appointment_id=appointment_id.lower())
