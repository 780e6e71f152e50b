"""Every change to doctor letters."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from appointments.errors import AppointmentNotFound
from appointments.models import Appointment
from appointments.services import hold
from medisync.audit.trail import Actor, record
from notes.errors import LetterExists
from notes.models import DoctorLetter, LetterStatus
from notes.versions import revise


def add_letter(
    appointment: Appointment, markdown_content: str, *, actor: Actor
) -> DoctorLetter:
    """A letter that somebody writes by hand.

    Raises LetterExists, and AppointmentNotFound when the row is gone meanwhile.
    """
    try:
        with transaction.atomic():
            doctor = hold(appointment.pk)
            if doctor is None:
                raise AppointmentNotFound
            letter = DoctorLetter.objects.create(
                appointment=appointment,
                doctor=doctor,
                patient_id=appointment.patient_id,
                status=LetterStatus.EDITING,
            )
            text = {"markdown_content": markdown_content}
            letter = revise(letter, text, actor=actor)
            record("letter.add", letter, actor=actor, appointment=appointment.pk)
    except IntegrityError as error:
        raise LetterExists from error
    return letter


def edit_letter(
    letter: DoctorLetter, markdown_content: str | None, *, actor: Actor
) -> DoctorLetter:
    """Replaces the text, None keeps it; from now on it is a person's own.

    An earlier failure is forgotten (contract medisync 10). Raises LetterNotFound
    when it is gone meanwhile.
    """
    changes: dict[str, object] = {"status": LetterStatus.EDITING, "error": ""}
    if markdown_content is not None:
        changes["markdown_content"] = markdown_content
    with transaction.atomic():
        letter = revise(letter, changes, actor=actor)
        record("letter.update", letter, actor=actor, fields=sorted(changes))
    return letter
