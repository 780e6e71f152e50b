"""The only way to clinical notes on behalf of a user."""

from __future__ import annotations

from appointments.access import appointments_for
from appointments.errors import AppointmentIdInvalid
from medisync.accounts.models import User
from medisync.lib.objectid import is_object_id
from notes.models import Note, NoteQuerySet


def notes_for(user: User) -> NoteQuerySet:
    """A clinician's own, the clinic's for staff and superusers."""
    return Note.objects.visible_to(user)


def appointment_notes(user: User, appointment_id: str) -> NoteQuerySet:
    """The notes of an appointment, in practice none or one.

    What others saved under the id of an appointment that is not theirs is left
    out. Raises AppointmentIdInvalid.
    """
    if not is_object_id(appointment_id):
        raise AppointmentIdInvalid
    found = notes_for(user).filter(appointment_id=appointment_id.lower())
    appointment = appointments_for(user).filter(pk=appointment_id.lower()).first()
    return found.filter(doctor=appointment.doctor_id) if appointment else found
