"""What a crash leaves behind, and how it goes away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from recordings import storage
from recordings.errors import StorageFailed
from recordings.models import Recording, Rendition
from recordings.services import finish_deletions

#: Younger leftovers may be an upload or a transcode still under way.
ABANDONED_AFTER_SECONDS = 24 * 3600
#: A stored object waits at most a database transaction for its row.
ORPHANED_AFTER_SECONDS = 3600


def sweep(**signal: object) -> dict[str, int]:
    """Removes abandoned temporary files and orphans, finishes broken deletions."""
    return {
        "deletions finished": finish_deletions(),
        "temporary files": sum(1 for _ in _abandoned_files()),
        "orphaned objects": sum(1 for _ in _orphans()),
    }


def _abandoned_files() -> Iterator[Path]:
    before = time.time() - ABANDONED_AFTER_SECONDS
    for path in storage.incoming_dir().iterdir():
        # An upload or a transcode that ends meanwhile takes its file along.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
                yield path


def _orphans() -> Iterator[str]:
    before = time.time() - ORPHANED_AFTER_SECONDS
    for key in storage.stored_keys():
        # One that goes meanwhile, or that the store does not give up, stops none.
        with suppress(StorageFailed):
            if not _has_row(key) and storage.age_of(key) < before and not _has_row(key):
                storage.remove(key)
                yield key


def _has_row(key: str) -> bool:
    kind = Rendition if key.startswith("renditions/") else Recording
    return kind.objects.filter(key=key).exists()
