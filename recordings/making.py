"""Makes a rendition: one maker at a time, in whichever process of which machine."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from medisync.lib.objectid import new_object_id
from recordings import storage
from recordings.choices import Form, RenditionState
from recordings.errors import RenditionFailed, StorageFailed
from recordings.media.ffmpeg import find_ffmpeg
from recordings.media.peaks import sketch_of
from recordings.media.probe import AudioFacts, UnusableAudio
from recordings.media.transcode import TranscodeError
from recordings.models import Recording, Rendition
from recordings.recipes import RECIPES

LEASE = timedelta(seconds=30)
_RENEW_SECONDS = 10

#: So often a failing encoder is tried, with a longer pause each time.
MOST_ATTEMPTS = 5
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)

# Of one process; there is a process a core. More at once would not be done
# sooner. Whoever waits for a place keeps the lease.
_places = threading.BoundedSemaphore(2)

STORE_AWAY = "The audio store does not answer, or does not hold the original as kept."
DISK_FAULT = "The disk cannot be written, or is full."
ENCODER_FAULT = "The encoder failed."


def claim(recording: Recording, form: Form) -> tuple[Rendition, bool]:
    """The rendition's row, and whether it is the caller's to make now.

    Raises RenditionFailed when the recording was deleted meanwhile.
    """
    now, lease = timezone.now(), new_object_id()
    recipe = RECIPES[form].name
    try:
        rendition, created = Rendition.objects.get_or_create(
            recording=recording,
            form=form,
            recipe=recipe,
            defaults={"lease": lease, "leased_until": now + LEASE},
        )
    except IntegrityError as error:
        raise RenditionFailed from error
    if created:
        return rendition, True
    free = Rendition.objects.filter(is_free(), pk=rendition.pk)
    # A look first: those who wait come by often, and must not write each time.
    claimed = free.exists() and free.update(
        state=RenditionState.MAKING,
        lease=lease,
        leased_until=now + LEASE,
        retry_at=None,
        updated_at=now,
    )
    if claimed:
        rendition.refresh_from_db()
    return rendition, bool(claimed)


def is_free() -> Q:
    """Whom anyone may make: a dead maker's, a waiting one, a failed one when due."""
    now = timezone.now()
    abandoned = Q(state=RenditionState.MAKING, leased_until__lt=now)
    failed = Q(state=RenditionState.FAILED, retry_at__lte=now)
    return abandoned | failed | Q(state=RenditionState.WAITING)


def part_of(rendition: Rendition) -> Path:
    """The file that grows while the rendition is made, on the maker's machine.

    It loses this name when it is whole, and its bytes too when it never will be.
    """
    return storage.incoming_dir() / f"{rendition.lease}.part"


def carry_out(recording: Recording, rendition: Rendition) -> None:
    """Makes what the caller has claimed. Raises RenditionFailed, StorageFailed."""
    part = part_of(rendition)
    whole = part.with_suffix("")
    try:
        with _renewed(rendition), _places:
            _write(recording, Form(rendition.form), part)
            part.rename(whole)
            sha256, size = _measure(whole)
            sketch = sketch_of(whole) if rendition.form == Form.PEAKS else ""
            # By content and parameters, and by maker: two never write one object.
            name = f"{recording.sha256[:8]}-{rendition.recipe}"
            key = storage.rendition_key(recording.pk, name, rendition.lease)
            storage.keep(whole, key, sha256=sha256)
    except (StorageFailed, OSError) as error:
        disk = isinstance(error, OSError)
        _put_off(rendition, RenditionState.WAITING, DISK_FAULT if disk else STORE_AWAY)
        raise RenditionFailed if disk else StorageFailed from error
    except TranscodeError as error:
        _put_off(rendition, RenditionState.FAILED, ENCODER_FAULT)
        raise RenditionFailed from error
    except UnusableAudio as error:
        _give_up(rendition, error)
        raise RenditionFailed from error
    except BaseException:
        # Nothing is wrong with the recording: who asks next tries at once, and does
        # not wait for the lease to run out.
        with suppress(Error):
            _own(rendition).update(leased_until=timezone.now())
        raise
    finally:
        part.unlink(missing_ok=True)
        whole.unlink(missing_ok=True)
    if not _settle(
        rendition,
        state=RenditionState.READY,
        key=key,
        sha256=sha256,
        size=size,
        sketch=sketch,
        error="",
        retry_at=None,
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
    if storage.size_of(recording.key) != recording.size:
        raise StorageFailed
    with storage.working_copy(recording.key) as source:
        make = RECIPES[form].make
        try:
            make(source, target, facts=facts, ffmpeg=find_ffmpeg(settings.FFMPEG))
        except UnusableAudio as error:
            # Damaged as it was sent, or only since then, which can be mended?
            if storage.file_hash(recording.key) != recording.sha256:
                raise StorageFailed from error
            raise


def _measure(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.hexdigest(), file.tell()


def _put_off(rendition: Rendition, state: RenditionState, reason: str) -> None:
    """To be tried again, later each time; a failing encoder not for ever."""
    attempts = rendition.attempts + 1
    pause = min(_FIRST_PAUSE * 4 ** min(attempts - 1, 9), _LONGEST_PAUSE)
    again = state == RenditionState.WAITING or attempts < MOST_ATTEMPTS
    _settle(
        rendition,
        state=state,
        error=reason,
        attempts=attempts,
        retry_at=timezone.now() + pause if again else None,
    )


def _give_up(rendition: Rendition, error: UnusableAudio) -> None:
    if error.code == "decoder_timeout":  # The machine may have been busy.
        _put_off(rendition, RenditionState.FAILED, error.message)
        return
    _settle(
        rendition,
        state=RenditionState.FAILED,
        error=error.message,
        attempts=rendition.attempts + 1,
        retry_at=None,
    )


def _settle(rendition: Rendition, **values: object) -> bool:
    """Writes the outcome if the lease is still ours and the recording there."""
    there = Recording.objects.ready().filter(pk=rendition.recording_id)
    with transaction.atomic():
        # Locked, not only looked at: a deletion that begins now waits, and then
        # finds the key that it has to remove.
        done = there.select_for_update().first() is not None and _own(rendition).update(
            **values, leased_until=None, updated_at=timezone.now()
        )
        if done:  # Afterwards a deletion may have taken it.
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
