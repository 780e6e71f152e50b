"""Audio on its way in: streamed to a file and hashed, never held in memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from medisync.lib.objectid import new_object_id
from recordings import storage
from recordings.errors import StorageFailed, UploadTooLarge
from recordings.room import require_room

# Less would make the disk seek, more would leave much to the end.
_WRITTEN_OUT_AT_ONCE = 4 * storage.CHUNK
_CAN_WRITE_OUT = hasattr(os, "posix_fadvise")  # On Linux, not on macOS.


@dataclass(frozen=True)
class Incoming:
    """A whole file that is not a recording yet. ``file_name`` is for display."""

    path: Path
    size: int
    sha256: str
    file_name: str


class IncomingWriter:
    """Writes and hashes pieces; counts on past the limit without keeping more.

    While the next piece comes in, one thread hashes the last one and another puts
    on the disk what was written: an upload takes as long as the slowest of them
    and not as long as all together.
    """

    def __init__(self) -> None:
        self._path = storage.incoming_dir() / f"{new_object_id()}.part"
        self._digest = hashlib.sha256()
        self._size = self._begun = 0
        try:
            self._file = self._path.open("xb")
        except OSError as error:
            raise StorageFailed from error
        self._helpers = ThreadPoolExecutor(2, thread_name_prefix="intake")
        self._hashing: Future[object] = self._helpers.submit(lambda: None)
        self._writing_out: Future[object] = self._helpers.submit(lambda: None)

    def write(self, data: bytes) -> None:
        """Raises StorageFull, StorageFailed."""
        self._size += len(data)
        if self._size > settings.MAX_UPLOAD_BYTES:
            return
        require_room(len(data))
        # One piece waits to be hashed and no more: memory is bounded.
        self._hashing.result()
        self._hashing = self._helpers.submit(self._digest.update, data)
        try:
            self._file.write(data)
            if self._size - self._begun >= _WRITTEN_OUT_AT_ONCE and _CAN_WRITE_OUT:
                self._writing_out.result()
                self._write_out_along()
        except OSError as error:  # The disk is full, or gone.
            raise StorageFailed from error

    def _write_out_along(self) -> None:
        """Starts the disk on what was written, so that little is left at the end.

        That it is there is made sure of later; nothing depends on this.
        """
        begun, self._begun = self._begun, self._size
        self._writing_out = self._helpers.submit(
            os.posix_fadvise,
            *(self._file.fileno(), begun, self._size - begun),
            os.POSIX_FADV_DONTNEED,
        )

    def finish(self, file_name: str) -> Incoming:
        """Raises UploadTooLarge, StorageFailed."""
        if self._size > settings.MAX_UPLOAD_BYTES:
            raise UploadTooLarge
        try:
            self._writing_out.result()
            self._file.close()
        except OSError as error:
            raise StorageFailed from error
        self._hashing.result()
        return Incoming(
            self._path, self._size, self._digest.hexdigest(), display_name(file_name)
        )

    def discard(self) -> None:
        """Leaves nothing behind; after the file was moved away, does nothing."""
        self._helpers.shutdown()
        # On a full disk the last buffer does not fit, and the file goes anyway.
        with suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)


def display_name(name: str) -> str:
    """The last part of a file name, printable and at most 255 characters long.

    It is only ever shown: no path is made of it.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(char for char in last if char.isprintable()).strip()
    clean = clean.encode("utf-8", "ignore").decode()
    if len(clean) > 255:
        stem, dot, ending = clean.rpartition(".")
        ending = (dot + ending)[:20] if stem else ""
        clean = clean[: 255 - len(ending)] + ending
    return clean or "recording"


@contextmanager
def incoming_file(path: Path, *, file_name: str) -> Iterator[Incoming]:
    """A file of this machine, copied in. Raises OSError when it cannot be read."""
    writer = IncomingWriter()
    try:
        with path.open("rb") as source:
            while data := source.read(storage.CHUNK):
                writer.write(data)
        yield writer.finish(file_name)
    finally:
        writer.discard()
