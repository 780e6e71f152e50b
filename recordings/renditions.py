"""The forms of a recording: the original, or one made from it once and kept."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from medisync.lib.objectid import new_object_id
from recordings import storage
from recordings.errors import RenditionFailed
from recordings.media.ffmpeg import find_ffmpeg
from recordings.media.probe import AudioFacts, UnusableAudio
from recordings.media.transcode import TranscodeError, make_mp3, make_wav
from recordings.models import Form, Recording, Rendition, RenditionState

# Another encoder setting is another recipe, and so another rendition.
_MAKERS = {Form.WAV: ("wav-1", make_wav), Form.MP3: ("mp3-1", make_mp3)}

LEASE = timedelta(seconds=30)
_RENEW_SECONDS = 10
_RETRY_AFTER = timedelta(seconds=60)
_LOOK_SECONDS = 0.1

# More at once would not be done sooner, and would starve everything else. Whoever
# waits for a place keeps the lease.
_places = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))

_CONTENT_TYPES = {
    "wav": "audio/wav",
    "w64": "audio/x-w64",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "webm": "audio/webm",
    "matroska": "audio/x-matroska",
    "mp4": "audio/mp4",
    "aac": "audio/aac",
    "amr": "audio/amr",
    "aiff": "audio/aiff",
    "au": "audio/basic",
    "caf": "audio/x-caf",
}


@dataclass(frozen=True)
class StoredAudio:
    """Bytes that can be served: where they are and what they are."""

    key: str
    size: int
    sha256: str
    content_type: str
    stored_at: datetime
    rendition: Rendition | None = None  # None for the original


def stored_audio(recording: Recording, form: Form | None) -> StoredAudio:
    """The original for None or when it has that form already, else the rendition.

    Makes the rendition if need be, or waits for whoever is making it. Raises
    RenditionFailed, StorageFailed.
    """
    if form is None or recording.container == form:
        return StoredAudio(
            recording.key,
            recording.size,
            recording.sha256,
            _CONTENT_TYPES.get(recording.container, "application/octet-stream"),
            recording.created_at,
        )
    rendition = _ready(recording, form) or _make(recording, form)
    return StoredAudio(
        rendition.key,
        rendition.size,
        rendition.sha256,
        _CONTENT_TYPES[form],
        rendition.updated_at,
        rendition,
    )


def _ready(recording: Recording, form: Form) -> Rendition | None:
    rendition = Rendition.objects.filter(
        recording=recording, form=form, recipe=_MAKERS[form][0]
    ).first()
    if rendition is None or rendition.state != RenditionState.READY:
        return None
    return rendition


def _make(recording: Recording, form: Form) -> Rendition:
    """One maker at a time, in whichever process; the others wait for it."""
    while True:
        lease = new_object_id()
        rendition = _claim(recording, form, lease)
        if rendition.lease == lease:
            _carry_out(recording, rendition)
        if rendition.state == RenditionState.READY:
            return rendition
        if rendition.state == RenditionState.FAILED:
            raise RenditionFailed
        time.sleep(_LOOK_SECONDS)


def _claim(recording: Recording, form: Form, lease: str) -> Rendition:
    """The rendition's row; its ``lease`` is ours when it is ours to make."""
    now = timezone.now()
    recipe = _MAKERS[form][0]
    try:
        rendition, created = Rendition.objects.get_or_create(
            recording=recording,
            form=form,
            recipe=recipe,
            defaults={"lease": lease, "leased_until": now + LEASE},
        )
    except IntegrityError as error:  # The recording was deleted meanwhile.
        raise RenditionFailed from error
    if created:
        return rendition
    abandoned = Q(state=RenditionState.MAKING, leased_until__lt=now)
    failed = Q(state=RenditionState.FAILED, updated_at__lt=now - _RETRY_AFTER)
    free = Rendition.objects.filter(abandoned | failed, pk=rendition.pk)
    # A look first: those who wait come by often, and must not write each time.
    if free.exists() and free.update(
        state=RenditionState.MAKING,
        lease=lease,
        leased_until=now + LEASE,
        updated_at=now,
    ):
        rendition.refresh_from_db()
    return rendition


def _carry_out(recording: Recording, rendition: Rendition) -> None:
    target = storage.incoming_dir() / f"{rendition.lease}.part"
    try:
        with _renewed(rendition), _places:
            _write(recording, Form(rendition.form), target)
            sha256, size = _measure(target)
            key = storage.rendition_key(recording.pk, rendition.recipe, rendition.lease)
            storage.keep(target, key, sha256=sha256)
    except (UnusableAudio, TranscodeError, OSError) as error:
        _settle(rendition, state=RenditionState.FAILED, error=type(error).__name__)
        # Also where that is not written down, since the recording is being deleted:
        # to wait for another maker would be to wait for ever.
        raise RenditionFailed from error
    except Exception:
        # Nothing is wrong with the recording: who asks next tries at once, and does
        # not wait for the lease to run out.
        with suppress(Error):
            _own(rendition).update(leased_until=timezone.now())
        raise
    finally:
        target.unlink(missing_ok=True)
    if not _settle(
        rendition, state=RenditionState.READY, key=key, sha256=sha256, size=size
    ):
        # Taken over by another maker, or the recording was deleted meanwhile.
        storage.remove(key)
        raise RenditionFailed


def _write(recording: Recording, form: Form, target: Path) -> None:
    facts = AudioFacts(
        recording.container,
        recording.codec,
        recording.sample_rate,
        recording.channels,
        recording.duration_ms,
    )
    with storage.working_copy(recording.key) as source:
        make = _MAKERS[form][1]
        make(source, target, facts=facts, ffmpeg=find_ffmpeg(settings.FFMPEG))


def _measure(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.hexdigest(), file.tell()


def _settle(rendition: Rendition, **values: object) -> bool:
    """Writes the outcome if the lease is still ours and the recording there."""
    there = Recording.objects.ready().filter(pk=rendition.recording_id)
    with transaction.atomic():
        # Locked, not only looked at: a deletion that begins now waits, and then
        # finds the key that it has to remove.
        done = there.select_for_update().first() is not None and _own(rendition).update(
            **values, leased_until=None, updated_at=timezone.now()
        )
    if done:
        rendition.refresh_from_db()
    return bool(done)


def _own(rendition: Rendition) -> QuerySet[Rendition]:
    """The row, as long as the lease is ours."""
    return Rendition.objects.filter(pk=rendition.pk, lease=rendition.lease)


@contextmanager
def _renewed(rendition: Rendition) -> Iterator[None]:
    """Renews the lease for as long as the block runs; a dead process renews none."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(_RENEW_SECONDS):
            # A database that is away for a moment is asked again the next time.
            with suppress(Error):
                _own(rendition).update(leased_until=timezone.now() + LEASE)
            connection.close()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
