"""The forms of a recording: the original, or one made from it once and kept."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from recordings import storage
from recordings.choices import Form, RenditionState
from recordings.errors import RenditionFailed, StorageFailed
from recordings.following import AudioInTheMaking, follow, make_apart, wait_for_change
from recordings.making import carry_out, claim
from recordings.models import Recording, Rendition
from recordings.recipes import RECIPES, is_current

# A shorter one is made in less than a second: it is always a file, whose length
# is told before its first byte.
_WORTH_FOLLOWING_MS = 180_000

_FIRST_LOOK_SECONDS = 0.1
_LAST_LOOK_SECONDS = 1.0

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
    rendition = _ready(recording, form) or _made(recording, form)
    return StoredAudio(
        rendition.key,
        rendition.size,
        rendition.sha256,
        RECIPES[form].content_type,
        rendition.updated_at,
        rendition,
    )


def audio_in_the_making(
    recording: Recording, form: Form | None
) -> AudioInTheMaking | None:
    """What can be handed out while it is made; None when it is not worth it.

    That is a long MP3 which nobody asked for before. It is made to its end,
    whether or not the caller stays.
    """
    if (
        form != Form.MP3
        or recording.container == form
        or recording.duration_ms < _WORTH_FOLLOWING_MS
        or _ready(recording, form)
    ):
        return None
    rendition, ours = claim(recording, form)
    if ours:
        make_apart(recording, rendition)
    return follow(rendition)


def unmade_forms(recording: Recording) -> list[Rendition]:
    """The forms that are being made, wait for it, or could not be made."""
    rows = recording.renditions.filter(is_current())
    return list(rows.exclude(state=RenditionState.READY).order_by("form"))


def forget_if_lost(key: str) -> bool:
    """Whether ``key`` was a rendition's and its bytes are gone or cut off.

    It is forgotten then, so that the next request makes it anew.
    """
    rendition = Rendition.objects.filter(key=key, state=RenditionState.READY).first()
    if rendition is None:
        return False
    try:
        if storage.size_of(key) == rendition.size:
            return False
    except StorageFailed:
        return False  # Nobody knows; it may all be there.
    forget(rendition)
    return True


def forget(rendition: Rendition) -> None:
    """Removes row and bytes; what the store does not give up now is swept later."""
    Rendition.objects.filter(pk=rendition.pk, lease=rendition.lease).delete()
    if rendition.key:
        with suppress(StorageFailed):
            storage.remove(rendition.key)


def sent_sizes(recording: Recording) -> dict[str, int]:
    """The bytes of each form that there is, by its content type."""
    made = recording.renditions.filter(state=RenditionState.READY)
    sizes = {RECIPES[Form(one.form)].content_type: one.size for one in made}
    original = _CONTENT_TYPES.get(recording.container, "application/octet-stream")
    return {**sizes, original: recording.size}


def _ready(recording: Recording, form: Form) -> Rendition | None:
    return Rendition.objects.filter(
        recording=recording,
        form=form,
        recipe=RECIPES[form].name,
        state=RenditionState.READY,
    ).first()


def _made(recording: Recording, form: Form) -> Rendition:
    """One maker at a time, in whichever process; the others wait for it."""
    pause = _FIRST_LOOK_SECONDS
    while True:
        rendition, ours = claim(recording, form)
        if ours:
            carry_out(recording, rendition)
        if rendition.state == RenditionState.READY:
            return rendition
        if rendition.state == RenditionState.FAILED:
            raise RenditionFailed
        wait_for_change(rendition, pause)
        pause = min(pause * 1.5, _LAST_LOOK_SECONDS)
