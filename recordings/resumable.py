"""Uploads in pieces, which go on where they broke off, over any number of hours.

Everything that is true of them whichever protocol they come by: who may go on, how
large one gets, what counts as arrived, and how it becomes a recording.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from appointments.access import appointment_for
from appointments.models import Appointment
from medisync.accounts.models import User
from medisync.audit.trail import Actor, record
from recordings import storage
from recordings.choices import Source
from recordings.errors import (
    AlteredOnTheWay,
    AudioRefused,
    ConsentMissing,
    LengthRefused,
    OffsetConflict,
    RecordingExists,
    StorageFailed,
    TooManyUploads,
    UploadBusy,
    UploadNotFound,
    UploadTooLarge,
)
from recordings.intake import Incoming, display_name
from recordings.media.wav import MOST_SAMPLE_BYTES, SPEECH_HEADER, speech_header
from recordings.models import Consent, Recording, ResumableUpload
from recordings.partial import PartialFile
from recordings.room import require_room
from recordings.services import add_recording

#: An upload that nobody went on with for so long is given up.
KEPT = timedelta(days=7)
#: What one person can have unfinished.
MOST_UNFINISHED = 50
#: And how many of the largest size that may come to, together.
MOST_LARGEST = 20
#: From telephones to studios.
SAMPLE_RATES = range(8_000, 96_001)

# Not written at each piece: one comes every second.
_RENEWED_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Plan:
    """What is to come, and what is to become of it."""

    file_name: str
    doctor: User
    length: int | None = None
    appointment: Appointment | None = None
    title: str = ""
    sample_rate: int | None = None
    sha256: str = ""
    consent_from: str = ""
    consent_at: datetime | None = None
    recorded_at: datetime | None = None


def largest(sample_rate: int | None) -> int:
    """How many bytes an upload can have at most."""
    if sample_rate is None:
        return int(settings.MAX_UPLOAD_BYTES)
    return int(min(settings.MAX_UPLOAD_BYTES - SPEECH_HEADER, MOST_SAMPLE_BYTES))


def begin_upload(owner: User, plan: Plan, *, actor: Actor) -> ResumableUpload:
    """Makes room for what is to come; from here on it survives everything.

    Raises UploadTooLarge, LengthRefused, ConsentMissing, RecordingExists,
    TooManyUploads, StorageFull, StorageFailed.
    """
    _check(plan)
    _check_share(owner, plan)
    require_room(plan.length or 0)
    now = timezone.now()
    upload = ResumableUpload(
        owner=owner,
        length=plan.length,
        sample_rate=plan.sample_rate,
        sha256=plan.sha256,
        file_name=display_name(plan.file_name),
        title=plan.title[:300],
        appointment=plan.appointment,
        doctor=plan.doctor,
        consent_from=plan.consent_from[:255],
        # A device whose clock is ahead is no reason to keep nobody's words.
        consent_at=min(plan.consent_at or now, now) if plan.consent_from else None,
        recorded_at=min(plan.recorded_at or now, now),
        expires_at=now + KEPT,
    )
    file = _file(upload)
    file.create()
    try:
        with transaction.atomic():
            upload.save(force_insert=True)
            record("upload.begin", upload, actor=actor)
    except BaseException:
        file.remove()
        raise
    return upload


def _check(plan: Plan) -> None:
    if plan.sample_rate is not None and not plan.consent_from:
        raise ConsentMissing
    if plan.length is not None:
        _check_length(plan.length, plan.sample_rate)
    if (
        plan.appointment is not None
        and Recording.objects.ready().filter(appointment=plan.appointment).exists()
    ):
        # Said before anything is sent; the row's constraint decides races.
        raise RecordingExists


def _check_share(owner: User, plan: Plan) -> None:
    """One person cannot fill the disk with what is never finished.

    What may come counts, not what has come; of a length that is not known yet, as
    much as can.
    """
    most = settings.MAX_UPLOAD_BYTES
    unfinished = ResumableUpload.objects.filter(
        owner=owner, recording=None, expires_at__gt=timezone.now()
    ).aggregate(count=Count("pk"), size=Sum(Coalesce("length", most), default=0))
    size = unfinished["size"] + (most if plan.length is None else plan.length)
    if unfinished["count"] >= MOST_UNFINISHED or size > MOST_LARGEST * most:
        raise TooManyUploads


def _check_length(length: int, sample_rate: int | None) -> None:
    if length > largest(sample_rate):
        raise UploadTooLarge
    if length == 0:
        raise LengthRefused(_("The file is empty."))
    if sample_rate is not None and length % 2:
        raise LengthRefused(_("A sample has two bytes, and the last one is half."))


def received(upload: ResumableUpload) -> int:
    """How many bytes are safe here. Raises UploadNotFound, StorageFailed."""
    if upload.recording_id is not None:
        assert upload.length is not None
        return upload.length
    return _file(upload).received()


def declare(
    upload: ResumableUpload, *, length: int | None = None, sha256: str = ""
) -> None:
    """What the sender knows by now. Told once, it stays. Raises LengthRefused,
    UploadTooLarge, AlteredOnTheWay for another hash than the first."""
    changed = []
    if length is not None and upload.length != length:
        if upload.length is not None or length < received(upload):
            raise LengthRefused
        _check_length(length, upload.sample_rate)
        upload.length = length
        changed.append("length")
    if sha256 and upload.sha256 != sha256:
        if upload.sha256:
            raise AlteredOnTheWay
        upload.sha256 = sha256
        changed.append("sha256")
    if changed:
        upload.save(update_fields=changed)


def check_offset(upload: ResumableUpload, offset: int) -> None:
    """Raises OffsetConflict where a piece would not follow what is here, and
    UploadNotFound, StorageFailed."""
    if received(upload) != offset:
        raise OffsetConflict


def room(upload: ResumableUpload, offset: int) -> int:
    """How many bytes can come from ``offset`` on; raises as ``check_offset``."""
    check_offset(upload, offset)
    return _most(upload) - offset


def _most(upload: ResumableUpload) -> int:
    return largest(upload.sample_rate) if upload.length is None else upload.length


def append(upload: ResumableUpload, offset: int, pieces: Iterator[bytes]) -> int:
    """Lengthens the upload by what ``pieces`` bring; how much is safe then.

    The lock is held for each piece and never while waiting for the next: a sender
    whose line went dead keeps nobody from going on by another one. Of two who send
    the same place one wins. Whatever breaks off, what had arrived stays and counts.
    Raises OffsetConflict, UploadTooLarge, UploadBusy, UploadNotFound, StorageFull,
    StorageFailed.
    """
    check_offset(upload, offset)
    file = _file(upload)
    try:
        for data in pieces:
            with file.held() as held:
                upload.refresh_from_db(fields=["length", "recording"])
                if held.size != offset or upload.recording_id is not None:
                    raise OffsetConflict
                if offset + len(data) > _most(upload):
                    raise UploadTooLarge
                held.append(data)
            offset += len(data)
    finally:
        safe = received(upload)
    _renew(upload)
    if safe < offset:
        raise StorageFailed
    return offset


def _renew(upload: ResumableUpload) -> None:
    expires_at = timezone.now() + KEPT
    if expires_at - upload.expires_at > _RENEWED_EVERY:
        upload.expires_at = expires_at
        upload.save(update_fields=["expires_at"])


def is_whole(upload: ResumableUpload) -> bool:
    return upload.length is not None and received(upload) == upload.length


def finish_upload(upload: ResumableUpload, *, actor: Actor) -> Recording:
    """Makes the recording of an upload that is whole; the second time, finds it.

    What is not the audio that its sender had, or no audio, is removed; after any
    other refusal the upload is still there, and this can be tried again. Raises
    AlteredOnTheWay, UploadBusy, OffsetConflict when it is not whole after all,
    AppointmentNotFound and what add_recording raises.
    """
    file = _file(upload)
    try:
        with file.held() as held:
            upload.refresh_from_db()
            if upload.recording is not None:
                # A crash left the file; it may be the original's other name.
                file.remove()
                return upload.recording
            if held.size != upload.length:
                raise OffsetConflict
            if upload.sample_rate is not None:
                held.put_ahead(speech_header(held.size, rate=upload.sample_rate))
            try:
                recording = _recorded(upload, file, actor)
            except (AlteredOnTheWay, AudioRefused):
                _remove(upload, actor)
                raise
            file.remove()
    except UploadNotFound:
        # Somebody else was faster, or took it away.
        upload.refresh_from_db(fields=["recording"])
        if upload.recording is None:
            raise
        return upload.recording
    return recording


def _recorded(upload: ResumableUpload, file: PartialFile, actor: Actor) -> Recording:
    with file.second_name() as path:
        digest = hashlib.sha256()
        with path.open("rb") as source:
            while data := source.read(storage.CHUNK):
                digest.update(data)
            size = source.tell()
        sha256 = digest.hexdigest()
        if upload.sha256 and upload.sha256 != sha256:
            raise AlteredOnTheWay
        appointment: Appointment | None = None
        if upload.appointment_id:
            # It may have gone, or to another doctor, meanwhile.
            appointment = appointment_for(upload.owner, upload.appointment_id)
        return add_recording(
            Incoming(path, size, sha256, upload.file_name),
            source=Source.DICTATION if appointment is None else Source.VISIT,
            actor=actor,
            origin="upload" if upload.sample_rate is None else "recorder",
            appointment=appointment,
            doctor=upload.doctor,
            title=upload.title,
            recorded_at=upload.recorded_at,
            link=lambda recording: _link(upload, recording, actor),
        )


def _link(upload: ResumableUpload, recording: Recording, actor: Actor) -> None:
    """In the transaction that makes the recording visible."""
    if upload.consent_at is not None:
        consent = Consent(
            recording=recording,
            given_by=upload.consent_from,
            given_at=upload.consent_at,
            asked_by=actor.name,
        )
        consent.save(force_insert=True)
        record(
            "recording.consent",
            recording,
            actor=actor,
            given_by=consent.given_by,
            given_at=consent.given_at.isoformat(),
        )
    upload.recording = recording
    upload.expires_at = timezone.now() + KEPT
    upload.save(update_fields=["recording", "expires_at"])


def discard_upload(upload: ResumableUpload, *, actor: Actor) -> None:
    """Removes what arrived; a recording that was made of it stays.

    Raises UploadBusy.
    """
    with suppress(UploadNotFound), _file(upload).held():
        _remove(upload, actor)
        return
    upload.delete()  # It was finished, or its file is gone.


def _remove(upload: ResumableUpload, actor: Actor) -> None:
    file = _file(upload)
    with transaction.atomic():
        record("upload.discard", upload, actor=actor)
        upload.delete()
    file.remove()


def _file(upload: ResumableUpload) -> PartialFile:
    ahead = 0 if upload.sample_rate is None else SPEECH_HEADER
    return PartialFile(str(upload.pk), ahead=ahead)


def sweep_uploads(**signal: object) -> dict[str, int]:
    """Removes uploads that nobody went on with, and files that belong to none."""
    expired = ResumableUpload.objects.filter(expires_at__lt=timezone.now())
    abandoned = 0
    for upload in list(expired):
        # One that is being worked on just now is not abandoned.
        with suppress(UploadBusy):
            abandoned += upload.recording_id is None
            with suppress(UploadNotFound), _file(upload).held():
                _file(upload).remove()
            upload.delete()
    yesterday = (timezone.now() - timedelta(days=1)).timestamp()
    for path in storage.partial_dir().iterdir():
        with suppress(FileNotFoundError):
            waits = ResumableUpload.objects.filter(pk=path.name, recording=None)
            if path.stat().st_mtime < yesterday and not waits.exists():
                path.unlink()
    return {"abandoned uploads": abandoned}
