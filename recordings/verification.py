"""Whether what is stored is what it should be."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from recordings import storage
from recordings.choices import RenditionState
from recordings.errors import StorageFailed
from recordings.kept import kind_of
from recordings.models import Recording, Rendition


class Condition(StrEnum):
    RIGHT = "right"
    MISSING = "missing"
    ALTERED = "altered"
    UNREADABLE = "unreadable"


def condition_of(key: str, *, sha256: str, store: str = storage.CHOSEN) -> Condition:
    """Reads all of the object. Raises StorageFailed when the store is away."""
    try:
        found = storage.file_hash(key, store=store)
    except StorageFailed:
        there = storage.is_stored(key, store=store)
        return Condition.UNREADABLE if there else Condition.MISSING
    return Condition.RIGHT if found == sha256 else Condition.ALTERED


def check_kept(row: Any) -> Condition:
    """One that is deleted meanwhile is right. Raises StorageFailed."""
    found = condition_of(row.key, sha256=row.sha256)
    there = kind_of(row.key).rows().filter(pk=row.pk)
    return found if found == Condition.RIGHT or there.exists() else Condition.RIGHT


def check_renditions(recording: Recording) -> Iterator[tuple[str, Condition]]:
    """The form of every rendition that is ready, and its condition."""
    ready = Rendition.objects.filter(recording=recording, state=RenditionState.READY)
    for rendition in list(ready):
        found = condition_of(rendition.key, sha256=rendition.sha256)
        # It may have been made anew, or deleted with its recording.
        same = ready.filter(pk=rendition.pk, key=rendition.key)
        if found == Condition.RIGHT or same.exists():
            yield rendition.form, found
