"""Every change to patients and appointments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from appointments.access import appointment_for
from appointments.errors import (
    AppointmentIdInvalid,
    AppointmentNotFound,
    AppointmentNotLinked,
    MoveNotAllowed,
    NotOwnAppointment,
    PatientAlreadyLinked,
    PatientNotFound,
)
from appointments.models import Appointment, Patient
from appointments.signals import (
    appointment_deleting,
    doctor_changed,
    patient_given,
    patient_linked,
)
from appointments.status import Event, Status, after, moves
from medisync.accounts.models import User
from medisync.accounts.services import require_subscription
from medisync.audit.trail import Actor, record

# Objects of a patient that an update merges key by key (contract medisync 5.5).
MERGED = ("address", "insurance", "contact")


def add_patient(doctor: User, *, actor: Actor, **facts: Any) -> Patient:
    """A new patient of ``doctor``; ``facts`` are the model's fields."""
    with transaction.atomic():
        patient = Patient.objects.create(doctor=doctor, **facts)
        record("patient.add", patient, actor=actor)
    return patient


def update_patient(
    patient: Patient, *, actor: Actor, changes: Mapping[str, Any]
) -> Patient:
    """Replaces the named fields; the nested objects are merged key by key.

    Raises PatientNotFound when the row is gone meanwhile.
    """
    with transaction.atomic():
        # Two updates at once must not lose one's keys.
        locked = Patient.objects.select_for_update().filter(pk=patient.pk).first()
        if locked is None:
            raise PatientNotFound
        previous = locked.doctor_id
        for field, value in changes.items():
            merged = {**getattr(locked, field), **value} if field in MERGED else value
            setattr(locked, field, merged)
        locked.save(update_fields=[*changes, "updated_at"])
        record("patient.update", locked, actor=actor, fields=sorted(changes))
        if locked.doctor_id != previous:
            patient_given.send(sender=Patient, patient=locked, actor=actor)
    return locked


def add_and_link_patient(
    user: User, *, appointment_id: str, actor: Actor, **facts: Any
) -> Patient:
    """A new patient, attached to an appointment that has none (contract 5.3).

    Raises AppointmentIdInvalid, NotOwnAppointment and PatientAlreadyLinked before
    anything is made.
    Raises AppointmentNotLinked for an appointment that does not exist: the
    contract says that the patient stays then.
    """
    appointment = _linkable(user, appointment_id)
    doctor = appointment.doctor if appointment else user
    with transaction.atomic():
        patient = add_patient(doctor, actor=actor, **facts)
        if appointment is not None:
            # One of two at once finds it taken, and its patient is not kept.
            free = Appointment.objects.filter(pk=appointment.pk, patient=None)
            if not free.update(patient=patient, updated_at=timezone.now()):
                raise PatientAlreadyLinked
            record("appointment.update", appointment, actor=actor, fields=["patient"])
            patient_linked.send(sender=Appointment, instance=appointment)
    if appointment is None:
        raise AppointmentNotLinked
    return patient


def _linkable(user: User, appointment_id: str) -> Appointment | None:
    try:
        appointment = appointment_for(user, appointment_id)
    except AppointmentIdInvalid:
        raise
    except AppointmentNotFound:
        # Known to be another doctor's: the one case that a contract tells apart.
        if Appointment.objects.filter(pk=appointment_id.lower()).exists():
            raise NotOwnAppointment from None
        return None
    if appointment.patient_id:
        raise PatientAlreadyLinked
    return appointment


def add_appointment(
    doctor: User,
    *,
    actor: Actor,
    by: User,
    status: Status = Status.RECORDING,
    language: str = "de",
    notes_type: str = "",
    new_patient: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Appointment:
    """A new appointment of ``doctor``, made by ``by``.

    ``new_patient`` are the facts of a patient who is made with it. Raises
    SubscriptionRequired.
    """
    require_subscription(by)
    with transaction.atomic():
        if new_patient is not None:
            facts["patient"] = add_patient(doctor, actor=actor, **new_patient)
        appointment = Appointment.objects.create(
            doctor=doctor,
            status=status,
            language=language,
            notes_type=notes_type or f"soap_clinical_notes_{language}",
            **facts,
        )
        record("appointment.add", appointment, actor=actor)
    return appointment


def update_appointment(
    appointment: Appointment,
    *,
    actor: Actor,
    changes: Mapping[str, Any],
    new_patient: Mapping[str, Any] | None = None,
) -> Appointment:
    """Replaces the named fields. What hangs on it follows it to a new doctor.

    ``new_patient`` as in :func:`add_appointment`. Raises AppointmentNotFound when
    the row is gone meanwhile.
    """
    with transaction.atomic():
        locked = _locked(appointment)
        previous = locked.doctor
        if new_patient is not None:
            doctor = changes.get("doctor", previous)
            patient = add_patient(doctor, actor=actor, **new_patient)
            changes = {**changes, "patient": patient}
        for field, value in changes.items():
            setattr(locked, field, value)
        locked.save(update_fields=[*changes, "updated_at"])
        record("appointment.update", locked, actor=actor, fields=sorted(changes))
        if locked.doctor != previous:
            doctor_changed.send(
                sender=Appointment,
                appointment=locked,
                previous=previous,
                actor=actor,
            )
    return locked


def move_appointment(
    appointment: Appointment, status: Status, *, actor: Actor
) -> Appointment:
    """Sets the status by hand. Raises MoveNotAllowed, AppointmentNotFound."""
    with transaction.atomic():
        locked = _locked(appointment)
        if status not in moves(locked.status):
            raise MoveNotAllowed
        return update_appointment(locked, actor=actor, changes={"status": status})


def _locked(appointment: Appointment) -> Appointment:
    """The row as it is now, until the caller's transaction ends."""
    same = Appointment.objects.select_for_update(of=("self",))
    found = same.filter(pk=appointment.pk).select_related("doctor").first()
    if found is None:
        raise AppointmentNotFound
    return found


def delete_appointment(appointment: Appointment, *, actor: Actor) -> None:
    """Removes it for good; recordings and notes stay (contract medisync 4.8).

    Raises AppointmentNotFound when somebody else was faster.
    """
    with transaction.atomic():
        hold(appointment.pk)
        appointment_deleting.send(sender=Appointment, appointment=appointment)
        deleted, _ = Appointment.objects.filter(pk=appointment.pk).delete()
        if not deleted:
            raise AppointmentNotFound
        record("appointment.delete", appointment, actor=actor)


def hold(appointment_id: str) -> User | None:
    """Locks an appointment until the caller's transaction ends.

    Returns its doctor, who stays so until then; None when there is none such.
    """
    same = Appointment.objects.select_for_update(of=("self",)).filter(pk=appointment_id)
    found = same.select_related("doctor").first()
    return found.doctor if found else None


def hold_patient(patient_id: str) -> User | None:
    """As :func:`hold`, for a patient."""
    same = Patient.objects.select_for_update(of=("self",)).filter(pk=patient_id)
    found = same.select_related("doctor").first()
    return found.doctor if found else None


def advance(appointment: Appointment, event: Event) -> None:
    """Moves the appointment to the status that ``event`` leads to."""
    with transaction.atomic():
        same = Appointment.objects.select_for_update().filter(pk=appointment.pk)
        now = same.values_list("status", flat=True).first()
        _note(appointment, status=after(Status(now or appointment.status), event))


def attach_recording(
    appointment: Appointment, *, recording_id: str, url: str, key: str
) -> None:
    """Notes which recording the appointment has; ``url`` is a path of ours."""
    _note(appointment, recording_id=recording_id, recording_url=url, recording_key=key)


def _note(appointment: Appointment, **values: str) -> None:
    # An update, not a save: an appointment deleted meanwhile is no error here.
    for field, value in values.items():
        setattr(appointment, field, value)
    Appointment.objects.filter(pk=appointment.pk).update(
        **values, updated_at=timezone.now()
    )


def detach_recording(appointment_id: str) -> None:
    """Clears what :func:`attach_recording` noted; the status stays."""
    Appointment.objects.filter(pk=appointment_id).update(
        recording_id="", recording_url="", recording_key="", updated_at=timezone.now()
    )


def note_document(appointment_id: str, document_id: str) -> None:
    """Notes which document the appointment has; empty for none."""
    Appointment.objects.filter(pk=appointment_id).update(
        document_id=document_id, updated_at=timezone.now()
    )
