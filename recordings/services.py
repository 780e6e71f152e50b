"""Every change to a recording."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from appointments.models import Appointment
from appointments.services import advance, attach_recording, detach_recording, hold
from appointments.status import Event
from medisync.accounts.models import User
from medisync.audit.trail import Actor, record
from recordings import storage
from recordings.choices import Form, Source, State
from recordings.errors import AudioRefused, RecordingExists, RecordingNotFound
from recordings.indexing import index
from recordings.intake import Incoming
from recordings.keeping import add_row, bytes_kept, finish_each
from recordings.media.ffmpeg import find_ffmpeg
from recordings.media.probe import AudioFacts, UnusableAudio, probe
from recordings.media.transcode import check_fits_wav
from recordings.models import Recording, RecordingQuerySet
from recordings.tasks import make_renditions


def add_recording(
    incoming: Incoming,
    *,
    source: Source,
    actor: Actor,
    origin: str,
    appointment: Appointment | None = None,
    doctor: User | None = None,
    title: str = "",
    recorded_at: datetime | None = None,
    link: Callable[[Recording], None] | None = None,
) -> Recording:
    """Makes a recording of a file that came in.

    The bytes are safe in the store before the row can be seen; row, audit event,
    the appointment's new status, whatever ``link`` adds and the task that makes
    the other forms appear together. Any failure leaves nothing. Raises
    AudioRefused, RecordingExists, StorageFailed.
    """
    facts = _facts(incoming)
    recording = Recording(
        source=source,
        appointment=appointment,
        doctor=appointment.doctor if appointment else doctor,
        title=(title or (appointment.name if appointment else ""))[:300],
        file_name=incoming.file_name,
        sha256=incoming.sha256,
        size=incoming.size,
        container=facts.container,
        codec=facts.codec,
        sample_rate=facts.sample_rate,
        channels=facts.channels,
        duration_ms=facts.duration_ms,
        recorded_at=recorded_at or timezone.now(),
        created_by=actor.name,
        origin=origin,
    )
    recording.key = storage.original_key(recording.pk)
    with bytes_kept(recording, incoming.path):
        if appointment is not None:
            # It may have been given to another doctor while the bytes came.
            recording.doctor = hold(appointment.pk) or appointment.doctor
        add_row(recording, taken=RecordingExists)
        if appointment is not None:
            _tell_appointment(appointment, recording)
        record("recording.add", recording, actor=actor, origin=origin)
        if link is not None:
            link(recording)
        make_renditions.enqueue(recording.pk)
    return recording


def _facts(incoming: Incoming) -> AudioFacts:
    try:
        facts = probe(
            incoming.path,
            max_seconds=settings.MAX_RECORDING_SECONDS,
            ffmpeg=find_ffmpeg(settings.FFMPEG),
        )
        if facts.container != Form.WAV:
            # Every recording can be had as WAV: refused now, not at a download.
            check_fits_wav(facts)
    except UnusableAudio as error:
        raise AudioRefused(error.code, error.message) from error
    return facts


def _tell_appointment(appointment: Appointment, recording: Recording) -> None:
    attach_recording(
        appointment,
        recording_id=recording.pk,
        url=f"/api/recordings/get/{appointment.pk}",
        key=f"{appointment.pk}_{recording.file_name}",
    )
    advance(appointment, Event.RECORDING_ADDED)


def delete_recording(recording: Recording, *, actor: Actor) -> None:
    """Removes the original, every rendition and the row; the audit event stays.

    From the first commit on nobody reaches the recording. When the store fails
    then, StorageFailed is raised and :func:`finish_deletions` goes on with it. Of
    several who delete it at once one does; the others get RecordingNotFound.
    """
    with transaction.atomic():
        if recording.appointment_id:
            # Before the recording, as everywhere: two who lock them in different
            # orders would wait for each other.
            hold(recording.appointment_id)
        claimed = Recording.objects.ready().filter(pk=recording.pk)
        if not claimed.update(state=State.DELETING):
            raise RecordingNotFound
        if recording.appointment_id:
            detach_recording(recording.appointment_id)
        record(
            "recording.delete",
            recording,
            actor=actor,
            sha256=recording.sha256,
            appointment=recording.appointment_id or "",
        )
    _remove_bytes_and_row(recording)


def delete_recordings(found: RecordingQuerySet, *, actor: Actor) -> int:
    """Deletes each of ``found`` as of now; how many. Raises StorageFailed.

    One at a time by id: a query that is still being read while others write keeps
    SQLite from beginning a write of its own.
    """
    deleted = 0
    for recording_id in list(found.values_list("pk", flat=True)):
        for recording in found.filter(pk=recording_id):
            with suppress(RecordingNotFound):  # Somebody else was first.
                delete_recording(recording, actor=actor)
                deleted += 1
    return deleted


def finish_deletions() -> int:
    """Goes on with deletions that a crash or the store broke off; their number."""
    broken_off = Recording.objects.filter(state=State.DELETING)
    return finish_each(broken_off, _remove_bytes_and_row)


def give_recordings(
    found: RecordingQuerySet, doctor: User | None, *, actor: Actor
) -> None:
    """Makes them a doctor's, who may hear them from now on; or nobody's.

    That is the clinic's: its staff hear them, and no doctor.
    """
    for recording in found.select_for_update(of=("self",)):
        if recording.doctor != doctor:
            recording.doctor = doctor
            recording.updated_at = timezone.now()
            recording.save(update_fields=["doctor", "updated_at"])
            whose = doctor.pk if doctor else ""
            record("recording.give", recording, actor=actor, doctor=whose)


def follow_appointment(appointment: Appointment, **signal: object) -> None:
    """A recording belongs to the doctor its appointment belongs to."""
    followers = Recording.objects.filter(appointment=appointment)
    followers.update(doctor=appointment.doctor)
    index(followers.values_list("pk", flat=True))


def _remove_bytes_and_row(recording: Recording) -> None:
    # No rendition can become ready any more: its maker looks at the state.
    for rendition in recording.renditions.exclude(key=""):
        storage.remove(rendition.key)
    storage.remove(recording.key)
    recording.delete()
