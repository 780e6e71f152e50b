"""The only module that touches stored bytes.

Speaks to Django's storage API, so that a folder or an S3-compatible bucket is a
setting. A key is made of ids alone; it is never a name that somebody sent.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from recordings.errors import StorageFailed

CHUNK = 1024 * 1024
FAULTS = (OSError, BotoCoreError, ClientError)


def original_key(recording_id: str) -> str:
    return f"originals/{recording_id[-2:]}/{recording_id}"


def rendition_key(recording_id: str, recipe: str, maker: str) -> str:
    """Names the maker too, so that two of them can never write the same object."""
    return f"renditions/{recording_id[-2:]}/{recording_id}/{recipe}-{maker}"


def incoming_dir() -> Path:
    """Where files wait that are not whole yet: beside the store, so that moving
    one into a local store is a rename."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep(path: Path, key: str, *, sha256: str) -> None:
    """Moves the file at ``path`` to ``key``, durably, and checks what is there.

    On return the bytes are on the disk (or acknowledged by S3) and read back with
    the hash they should have. Raises StorageFailed, and then removes what it wrote
    and nothing else: an object that had the key before is somebody's original.
    """
    kept = None
    try:
        _sync(path)
        with path.open("rb") as file:
            kept = _store().save(key, _Movable(file, path))
        local = local_path(key)
        if local is not None:
            _sync_folders(local)
        if kept != key or file_hash(key) != sha256:
            raise OSError("not kept as sent")
    except (*FAULTS, StorageFailed) as error:
        if kept is not None:
            remove(kept)
        raise StorageFailed from error


def remove(key: str) -> None:
    """Removes the object; one that is not there is no error. Raises StorageFailed."""
    try:
        _store().delete(key)
    except FAULTS as error:
        raise StorageFailed from error


def local_path(key: str) -> Path | None:
    """The file behind ``key``, or None when the store is not a folder here."""
    try:
        return Path(_store().path(key))
    except NotImplementedError:
        return None


def open_local(key: str, *, size: int) -> IO[bytes] | None:
    """The open file behind ``key``, or None when the store is not a folder here.

    Raises StorageFailed when it is missing or is not ``size`` bytes long.
    """
    path = local_path(key)
    if path is None:
        return None
    try:
        file = path.open("rb", buffering=0)
    except OSError as error:
        raise StorageFailed from error
    if os.fstat(file.fileno()).st_size != size:
        file.close()
        raise StorageFailed
    return file


def chunks(key: str, *, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """``length`` bytes from ``start``, to the end by default; fetched as a range.

    The object is opened before this returns. Raises StorageFailed then, and from
    the iterator when the store breaks off early.
    """
    try:
        body = _open_from(key, start)
    except FAULTS as error:
        raise StorageFailed from error
    return _limited(body, length)


def _open_from(key: str, start: int) -> Any:
    store = _store()
    bucket = getattr(store, "bucket", None)
    if bucket is not None:  # django-storages would fetch all of it to seek.
        return bucket.Object(key).get(Range=f"bytes={start}-")["Body"]
    file = store.open(key, "rb")
    file.seek(start)
    return file


def _limited(body: Any, length: int | None) -> Iterator[bytes]:
    left = length
    try:
        while left is None or left > 0:
            data = body.read(CHUNK if left is None else min(CHUNK, left))
            if not data:
                if left:
                    raise StorageFailed
                return
            if left is not None:
                left -= len(data)
            yield data
    except FAULTS as error:
        raise StorageFailed from error
    finally:
        body.close()


def file_hash(key: str) -> str:
    """The SHA-256 of what is stored, read in pieces. Raises StorageFailed."""
    digest = hashlib.sha256()
    for data in chunks(key):
        digest.update(data)
    return digest.hexdigest()


@contextmanager
def working_copy(key: str) -> Iterator[Path]:
    """A local path with the object's bytes, to read and not to change."""
    path = local_path(key)
    if path is not None:
        yield path
        return
    with NamedTemporaryFile(dir=incoming_dir(), suffix=".part") as copy:
        for data in chunks(key):
            copy.write(data)
        copy.flush()
        yield Path(copy.name)


def stored_keys() -> Iterator[str]:
    """Every key that has an object, in no order."""
    for top in ("originals", "renditions"):
        yield from _keys_below(top)


def _keys_below(folder: str) -> Iterator[str]:
    try:
        folders, files = _store().listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}/{name}"
    for name in folders:
        yield from _keys_below(f"{folder}/{name}")


def age_of(key: str) -> float:
    """Unix seconds when the object was last written. Raises StorageFailed."""
    try:
        return _store().get_modified_time(key).timestamp()
    except FAULTS as error:
        raise StorageFailed from error


def answers() -> bool:
    """Whether the store can be reached and has room to write."""
    try:
        _store().exists("health")
        return shutil.disk_usage(incoming_dir()).free > CHUNK
    except FAULTS:
        return False


def _store() -> Storage:
    return storages["recordings"]


class _Movable(File):  # type: ignore[type-arg]  # generic for the checker only
    """Tells a file system storage that it may move the file instead of copying."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        super().__init__(file, name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folders(path: Path) -> None:
    """Makes the name durable too, and those of folders that were new."""
    root = Path(settings.MEDIA_ROOT)
    for folder in path.parents:
        _sync(folder)
        if folder == root:
            break
