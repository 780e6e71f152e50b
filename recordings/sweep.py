"""What a crash leaves behind, and how it goes away."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from medisync.lib.long_runs import progress
from recordings import storage
from recordings.errors import StorageFailed
from recordings.kept import kind_of
from recordings.services import finish_deletions

#: Younger leftovers may be an upload or a transcode still under way. So may a stored
#: object without a row: it has one when it was read back, which takes a slow bucket
#: hours, and a bucket dates what came in parts by the beginning of the first.
ABANDONED_AFTER_SECONDS = 24 * 3600


def sweep(**signal: object) -> dict[str, int]:
    """Removes abandoned temporary files and orphans, finishes broken deletions."""
    keys = progress(storage.stored_keys(), unit="object")
    return {
        "deletions finished": finish_deletions(),
        "temporary files": sum(1 for _ in _abandoned_files()),
        "orphaned objects": sum(1 for _ in _removed(orphans(keys))),
        "unfinished uploads": sum(1 for _ in _aborted_uploads()),
    }


def _abandoned_files() -> Iterator[Path]:
    before = time.time() - ABANDONED_AFTER_SECONDS
    for path in storage.incoming_dir().iterdir():
        # An upload or a transcode that ends meanwhile takes its file along.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
                yield path


def orphans(keys: Iterable[str], *, store: str = storage.CHOSEN) -> Iterator[str]:
    """Those of ``keys`` whose object belongs to no row and waits for none."""
    before = time.time() - ABANDONED_AFTER_SECONDS
    for key in keys:
        # One that goes meanwhile stops none.
        with suppress(StorageFailed):
            written = None if _has_row(key) else storage.age_of(key, store=store)
            # Its row may have come between the two looks.
            if written and written < before and not _has_row(key):
                yield key


def _removed(keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        # One that the store does not give up keeps none of the others.
        with suppress(StorageFailed):
            storage.remove(key)
            yield key


def _aborted_uploads() -> Iterator[object]:
    """Parts of an upload whose process died; a bucket keeps them, and has them paid."""
    before = time.time() - ABANDONED_AFTER_SECONDS
    for upload in storage.unfinished_uploads():
        if upload.initiated.timestamp() < before:
            with suppress(*storage.FAULTS):
                upload.abort()
                yield upload


def _has_row(key: str) -> bool:
    return kind_of(key).owner(key) is not None
