"""What a call was about: a patient, or one of their appointments.

Whoever's patient it is may hear the call's recordings from then on, by the same
rule as all others: they are given to the doctor (``Recording.doctor``).

Whoever changes several rows takes them in this order, so that no two wait for each
other: the patient or appointment, the call, its recordings.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from appointments.errors import AppointmentNotFound, PatientNotFound
from appointments.models import Appointment, Patient
from appointments.services import hold, hold_patient
from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM, Actor, record
from recordings.models import Recording
from recordings.services import give_recordings
from telephony.models import Call


def attach_to_patient(call: Call, patient: Patient, *, actor: Actor) -> None:
    """In place of what it was attached to before. Raises PatientNotFound."""
    with transaction.atomic():
        # Their doctor as of now, and until this is done.
        doctor = hold_patient(patient.pk)
        if doctor is None:
            raise PatientNotFound
        _attach(call, doctor, actor, patient=patient)


def attach_to_appointment(
    call: Call, appointment: Appointment, *, actor: Actor
) -> None:
    """As :func:`attach_to_patient`. Raises AppointmentNotFound when it is gone."""
    with transaction.atomic():
        doctor = hold(appointment.pk)
        if doctor is None:
            raise AppointmentNotFound
        _attach(call, doctor, actor, appointment=appointment)


def detach_call(call: Call, *, actor: Actor) -> None:
    """The call is the clinic's again: no doctor hears its recordings."""
    with transaction.atomic():
        _attach(call, None, actor)


def give_to_doctor_of(call: Call, *, actor: Actor) -> None:
    """A call's recording that comes in later belongs to whom the others do."""
    locked = Call.objects.select_for_update(of=("self",)).filter(pk=call.pk)
    for same in locked.exclude(doctor=None).select_related("doctor"):
        _give(same, same.doctor, actor)


def follow_appointment(appointment: Appointment, **signal: object) -> None:
    """The calls about an appointment belong to the doctor it belongs to."""
    for call in _taken(appointment=appointment):
        _attach(call, appointment.doctor, SYSTEM, appointment=appointment)


def follow_patient(patient: Patient, actor: Actor, **signal: object) -> None:
    """The calls about a patient belong to the doctor whose patient that is."""
    for call in _taken(patient=patient):
        _attach(call, patient.doctor, actor, patient=patient)


def let_go(appointment: Appointment, **signal: object) -> None:
    """The calls about an appointment that is being deleted are the clinic's again."""
    for call in _taken(appointment=appointment):
        _attach(call, None, SYSTEM)


def _taken(**about: Appointment | Patient) -> QuerySet[Call]:
    """The calls about what the caller holds, locked, and of no one else by then.

    One that is being attached to something else just now is waited for, and is not
    among them any more: what was said last stays.
    """
    return Call.objects.select_for_update().filter(**about).order_by("pk")


def _attach(
    call: Call,
    doctor: User | None,
    actor: Actor,
    *,
    patient: Patient | None = None,
    appointment: Appointment | None = None,
) -> None:
    call.patient, call.appointment, call.doctor = patient, appointment, doctor
    call.save(update_fields=["patient", "appointment", "doctor"])
    record(
        "call.attach" if doctor else "call.detach",
        call,
        actor=actor,
        patient=patient.pk if patient else "",
        appointment=appointment.pk if appointment else "",
    )
    _give(call, doctor, actor)


def _give(call: Call, doctor: User | None, actor: Actor) -> None:
    # After the call's row is taken: whoever adds a recording to it takes that too.
    give_recordings(
        Recording.objects.filter(call_recording__call=call), doctor, actor=actor
    )
