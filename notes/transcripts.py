"""Every change to transcriptions."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from appointments.errors import AppointmentNotFound
from appointments.models import Appointment
from appointments.services import advance, hold
from appointments.status import Event
from medisync.audit.trail import Actor, record
from notes.errors import TranscriptionExists, TranscriptionNotFound
from notes.models import Transcription
from notes.versions import forget, revise


def add_transcription(
    appointment: Appointment, text: str, *, actor: Actor
) -> Transcription:
    """The one transcription of an appointment; its notes are due next.

    Raises TranscriptionExists, and AppointmentNotFound when the row is gone
    meanwhile.
    """
    with transaction.atomic():
        doctor = hold(appointment.pk)
        if doctor is None:
            raise AppointmentNotFound
        row = Transcription(appointment=appointment, doctor=doctor)
        _save(row)
        row = revise(row, {"transcription": text}, actor=actor)
        advance(appointment, Event.TRANSCRIPTION_ADDED)
        record("transcription.add", row, actor=actor, appointment=appointment.pk)
    return row


def _save(row: Transcription) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise TranscriptionExists from error


def update_transcription(
    transcription: Transcription, text: str, *, actor: Actor
) -> Transcription:
    """Replaces the text. Raises TranscriptionNotFound when it is gone meanwhile."""
    appointment_id = transcription.appointment_id or ""
    with transaction.atomic():
        # Before the transcription, as everywhere: two who lock them in different
        # orders would wait for each other.
        hold(appointment_id)
        transcription = revise(transcription, {"transcription": text}, actor=actor)
        for appointment in Appointment.objects.filter(pk=appointment_id):
            advance(appointment, Event.TRANSCRIPTION_UPDATED)
        record(
            "transcription.update",
            transcription,
            actor=actor,
            appointment=appointment_id,
        )
    return transcription


def delete_transcription(transcription: Transcription, *, actor: Actor) -> None:
    """Removes it for good; the appointment stays as it is (contract medisync 4.2).

    Raises TranscriptionNotFound when somebody else was faster.
    """
    with transaction.atomic():
        deleted, _ = Transcription.objects.filter(pk=transcription.pk).delete()
        if not deleted:
            raise TranscriptionNotFound
        forget(transcription)
        record(
            "transcription.delete",
            transcription,
            actor=actor,
            appointment=transcription.appointment_id or "",
        )
