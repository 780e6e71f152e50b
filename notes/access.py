"""The only way to clinical records on behalf of a user.

A clinician reaches their own, staff and superusers the clinic's. Another's record
is answered as one that does not exist.
"""

from __future__ import annotations

from typing import TypeVar

from django.db import models

from appointments.access import appointments_for
from appointments.errors import AppointmentIdInvalid, DoctorIdInvalid
from appointments.models import Appointment
from medisync.accounts.models import User
from medisync.audit.models import Outcome
from medisync.audit.trail import Actor, record
from medisync.lib.objectid import is_object_id
from notes.errors import (
    DocumentNotFound,
    LetterIdInvalid,
    LetterNotFound,
    NotesIdInvalid,
    NotesNotFound,
    NotOwnDocuments,
    TranscriptionNotFound,
    VersionNotFound,
)
from notes.models import DoctorLetter, Document, Note, Transcription, Version
from notes.versions import history

Row = TypeVar("Row", bound=models.Model)


def notes_for(user: User) -> models.QuerySet[Note]:
    return Note.objects.visible_to(user)


def appointment_notes(user: User, appointment_id: str) -> models.QuerySet[Note]:
    """The notes of an appointment, in practice none or one.

    What others saved under the id of an appointment that is not theirs is left
    out. Raises AppointmentIdInvalid.
    """
    found = _of_appointment(notes_for(user), appointment_id)
    appointment = appointments_for(user).filter(pk=appointment_id.lower()).first()
    return found.filter(doctor=appointment.doctor_id) if appointment else found


def notes_beside(appointment: Appointment) -> Note:
    """The notes of an appointment that the caller reaches.

    Not saved, and of version 0, where there are none yet.
    """
    doctor = appointment.doctor
    own = Note.objects.filter(appointment=appointment, doctor=doctor)
    return own.first() or Note(appointment=appointment, doctor=doctor)


def transcription_beside(appointment: Appointment) -> Transcription | None:
    """What was said at an appointment that the caller reaches."""
    found: Transcription | None = Transcription.objects.filter(
        appointment=appointment, doctor=appointment.doctor
    ).first()
    return found


def version_beside(appointment: Appointment, number: int) -> Version:
    """A version of an appointment's notes. Raises VersionNotFound."""
    found = history(notes_beside(appointment)).filter(number=number).first()
    if found is None:
        raise VersionNotFound
    return found


def first_notes(user: User, appointment_id: str) -> Note:
    """Raises AppointmentIdInvalid, NotesNotFound."""
    found = appointment_notes(user, appointment_id).first()
    if found is None:
        raise NotesNotFound
    return found


def notes_by_id(user: User, notes_id: str) -> Note:
    """Raises NotesNotFound; NotesIdInvalid for what is no id."""
    if not is_object_id(notes_id):
        raise NotesIdInvalid
    found = notes_for(user).filter(pk=notes_id.lower()).first()
    if found is None:
        raise NotesNotFound
    return found


def appointment_transcription(user: User, appointment_id: str) -> Transcription:
    """Raises AppointmentIdInvalid, TranscriptionNotFound."""
    rows: models.QuerySet[Transcription] = Transcription.objects.visible_to(user)
    found = _of_appointment(rows, appointment_id).first()
    if found is None:
        raise TranscriptionNotFound
    return found


def appointment_letter(user: User, appointment_id: str) -> DoctorLetter | None:
    """Raises AppointmentIdInvalid."""
    rows = DoctorLetter.objects.visible_to(user)
    return _of_appointment(rows, appointment_id).first()


def letter_by_id(user: User, letter_id: str) -> DoctorLetter:
    """Raises LetterNotFound; LetterIdInvalid for what is no id."""
    if not is_object_id(letter_id):
        raise LetterIdInvalid
    rows: models.QuerySet[DoctorLetter] = DoctorLetter.objects.visible_to(user)
    found = rows.filter(pk=letter_id.lower()).first()
    if found is None:
        raise LetterNotFound
    return found


def documents_of(user: User, appointment_id: str) -> models.QuerySet[Document]:
    """The documents of an appointment: none or one. Raises AppointmentIdInvalid."""
    return _of_appointment(Document.objects.visible_to(user), appointment_id)


def doctor_documents(user: User, doctor_id: str) -> models.QuerySet[Document]:
    """A doctor's documents; staff may name any doctor.

    Raises DoctorIdInvalid, and NotOwnDocuments for anybody else's id.
    """
    if not is_object_id(doctor_id):
        raise DoctorIdInvalid
    if not user.sees_clinic and doctor_id.lower() != user.pk:
        raise NotOwnDocuments
    rows: models.QuerySet[Document] = Document.objects.visible_to(user)
    return rows.filter(doctor_id=doctor_id.lower())


def appointment_document(user: User, appointment_id: str, *, actor: Actor) -> Document:
    """Raises AppointmentIdInvalid, DocumentNotFound.

    An attempt to reach another doctor's is on the audit trail.
    """
    found = documents_of(user, appointment_id).first()
    if found is None:
        everyones = _of_appointment(Document.objects.ready(), appointment_id)
        hidden = everyones.first()
        if hidden is not None:
            record("document.read", hidden, actor=actor, outcome=Outcome.REFUSED)
        raise DocumentNotFound
    return found


def _of_appointment(
    rows: models.QuerySet[Row], appointment_id: str
) -> models.QuerySet[Row]:
    if not is_object_id(appointment_id):
        raise AppointmentIdInvalid
    return rows.filter(appointment_id=appointment_id.lower())
