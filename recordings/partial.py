"""The file of an upload that is not whole yet.

Its size is how much has arrived: there is no second place that could say otherwise.
Whoever lengthens it holds its lock, which the system gives back when a process
dies, whatever it died of.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recordings import storage
from recordings.errors import StorageFailed, UploadBusy, UploadNotFound
from recordings.room import require_room

# Longer than writing a piece takes, and shorter than a sender waits gladly.
_PATIENCE_SECONDS = 2.0


class PartialFile:
    """``ahead`` bytes at the beginning are kept free for a header."""

    def __init__(self, upload_id: str, *, ahead: int = 0) -> None:
        self.path = storage.partial_dir() / upload_id
        self._ahead = ahead

    def create(self) -> None:
        """Raises StorageFailed."""
        try:
            with self.path.open("xb") as file:
                file.write(bytes(self._ahead))
                file.flush()
                os.fsync(file.fileno())
            _sync_folder(self.path.parent)
        except OSError as error:
            self.remove()
            raise StorageFailed from error

    def received(self) -> int:
        """How many bytes are on the disk. Raises UploadNotFound, StorageFailed."""
        with self._open(os.O_RDONLY) as descriptor:
            try:
                # What a broken connection left may not have been synced.
                os.fsync(descriptor)
            except OSError as error:
                raise StorageFailed from error
            return os.fstat(descriptor).st_size - self._ahead

    @contextmanager
    def held(self) -> Iterator[Held]:
        """The file, for one holder at a time among all threads and processes.

        Raises UploadBusy, UploadNotFound.
        """
        with self._open(os.O_RDWR) as descriptor:
            _lock(descriptor)
            # It may have been removed, or become a recording, before it was ours.
            if not self._is_still(descriptor):
                raise UploadNotFound
            yield Held(descriptor, self._ahead)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    @contextmanager
    def second_name(self) -> Iterator[Path]:
        """Another name of the same bytes, to be moved away; this one stays."""
        name = storage.incoming_dir() / f"{self.path.name}.part"
        try:
            name.unlink(missing_ok=True)  # A crash may have left one.
            os.utime(self.path)  # The sweep goes by age.
            name.hardlink_to(self.path)
        except OSError as error:
            raise StorageFailed from error
        try:
            yield name
        finally:
            name.unlink(missing_ok=True)

    @contextmanager
    def _open(self, mode: int) -> Iterator[int]:
        try:
            descriptor = os.open(self.path, mode)
        except FileNotFoundError as error:
            raise UploadNotFound from error
        except OSError as error:
            raise StorageFailed from error
        try:
            yield descriptor
        finally:
            os.close(descriptor)  # This gives the lock back too.

    def _is_still(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        except FileNotFoundError:
            return False


class Held:
    """A partial file while nobody else can lengthen it."""

    def __init__(self, descriptor: int, ahead: int) -> None:
        self._descriptor = descriptor
        self._ahead = ahead

    @property
    def size(self) -> int:
        return os.fstat(self._descriptor).st_size - self._ahead

    def append(self, data: bytes) -> None:
        """Raises StorageFull, StorageFailed; what fitted stays, and counts."""
        require_room(len(data))
        self._write(data, at=self._ahead + self.size)

    def put_ahead(self, header: bytes) -> None:
        """Raises StorageFailed."""
        self._write(header, at=0)

    def _write(self, data: bytes, *, at: int) -> None:
        left = memoryview(data)
        try:
            while left:
                written = os.pwrite(self._descriptor, left, at)
                left, at = left[written:], at + written
        except OSError as error:  # The disk is full, or gone.
            raise StorageFailed from error


def _lock(descriptor: int) -> None:
    due = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            # Who holds it for a piece is done in milliseconds; who makes a
            # recording of it, in as long as that takes.
            if time.monotonic() > due:
                raise UploadBusy from error
            time.sleep(0.01)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
