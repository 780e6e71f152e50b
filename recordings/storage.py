"""The only module that touches stored bytes.

Speaks to Django's storage API, so that a folder or an S3-compatible bucket is a
setting. A key is made of ids alone; it is never a name that somebody sent.

Everything concerns the store that the settings chose, unless ``store`` names one
of STORAGES; only moving from one to the other has to.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from medisync.lib.objectid import new_object_id
from recordings.errors import StorageFailed

CHUNK = 1024 * 1024
#: What is held in memory for each listener of an object elsewhere.
PIECE = 64 * 1024
FAULTS = (OSError, Boto3Error, BotoCoreError, ClientError)

CHOSEN = "recordings"
FILES = "files"
S3 = "s3"


def original_key(recording_id: str) -> str:
    return f"originals/{recording_id[-2:]}/{recording_id}"


def rendition_key(recording_id: str, recipe: str, maker: str) -> str:
    """Names the maker too, so that two of them can never write the same object."""
    return f"renditions/{recording_id[-2:]}/{recording_id}/{recipe}-{maker}"


def document_key(document_id: str) -> str:
    return f"documents/{document_id[-2:]}/{document_id}"


def incoming_dir() -> Path:
    """Where files wait that are not whole yet: beside the store, so that moving
    one into a local store is a rename."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def partial_dir() -> Path:
    """Where uploads wait that are still to go on, beside the store too."""
    folder = Path(settings.MEDIA_ROOT) / "partial"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep(path: Path, key: str, *, sha256: str, store: str = CHOSEN) -> None:
    """Brings the file at ``path`` to ``key``, durably, and checks what is there.

    A folder takes the file itself, a bucket a copy in parts, each with a checksum
    of its own. On return the bytes are on the disk (or acknowledged by S3) and read
    back with the hash they should have. Raises StorageFailed, and then removes what
    it wrote and nothing else: an object that had the key before is somebody's
    original.
    """
    kept = None
    try:
        kept = _save(path, key, store)
        if kept != key or _settled_hash(key, store) != sha256:
            raise OSError("not kept as sent")
    except (*FAULTS, StorageFailed) as error:
        if kept is not None:
            remove(kept, store=store)
        raise StorageFailed from error


def _save(path: Path, key: str, store: str) -> str:
    """The key that the file has now: another one when this one was taken."""
    bucket = _bucket(store)
    if bucket is None:
        with path.open("rb") as file:
            return _store(store).save(key, _Movable(file, path))
    # From the path: given an open file, boto3 holds ten parts of it in memory.
    target: Any = _store(store)
    free: str = target.get_available_name(key)
    options = {**target.object_parameters, "ContentType": "application/octet-stream"}
    # What fails on the way is aborted before this raises.
    bucket.upload_file(
        str(path), free, ExtraArgs=options, Config=target.transfer_config
    )
    return free


def _settled_hash(key: str, store: str) -> str:
    """The hash of what is stored, read while the disk takes it."""
    local = local_path(key, store=store)
    if local is None:
        return file_hash(key, store=store)
    with ThreadPoolExecutor(1) as helper:
        syncing = helper.submit(_sync, local)
        found = file_hash(key, store=store)
        syncing.result()
    _sync_folders(local)
    return found


def remove(key: str, *, store: str = CHOSEN) -> None:
    """Removes the object; one that is not there is no error. Raises StorageFailed."""
    try:
        _store(store).delete(key)
    except FAULTS as error:
        raise StorageFailed from error


def local_path(key: str, *, store: str = CHOSEN) -> Path | None:
    """The file behind ``key``, or None when the store is not a folder here."""
    try:
        return Path(_store(store).path(key))
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


def chunks(
    key: str,
    *,
    start: int = 0,
    length: int | None = None,
    piece: int = CHUNK,
    store: str = CHOSEN,
) -> Iterator[bytes]:
    """``length`` bytes from ``start``, to the end by default; fetched as a range.

    In pieces of ``piece`` bytes. The object is opened before this returns. Raises
    StorageFailed then, and from the iterator when the store breaks off early.
    """
    try:
        body = _open_from(key, start, length, store)
    except FAULTS as error:
        raise StorageFailed from error
    return _pieces(key, body, start, length, piece=piece, store=store)


def _open_from(key: str, start: int, length: int | None, store: str) -> Any:
    bucket = _bucket(store)
    if bucket is not None:  # django-storages would fetch all of it to seek.
        last = "" if length is None else start + length - 1
        return bucket.meta.client.get_object(
            Bucket=bucket.name, Key=key, Range=f"bytes={start}-{last}"
        )["Body"]
    file = _store(store).open(key, "rb")
    file.seek(start)
    return file


def _pieces(
    key: str, body: Any, start: int, length: int | None, *, piece: int, store: str
) -> Iterator[bytes]:
    """Goes on where a store broke off, as long as each time brings something.

    A store hangs up on who takes minutes for an object, as listeners do.
    """
    at, end, moved = start, None if length is None else start + length, False
    try:
        while end is None or at < end:
            try:
                data = body.read(piece if end is None else min(piece, end - at))
                if not data and end is not None:
                    raise OSError("broke off")
            except FAULTS:
                if not moved:
                    raise
                body.close()
                moved = False
                rest = None if end is None else end - at
                body = _open_from(key, at, rest, store)
                continue
            if not data:
                return
            moved = True
            at += len(data)
            yield data
    except FAULTS as error:
        raise StorageFailed from error
    finally:
        body.close()


def signed_url(
    key: str, *, seconds: int, content_type: str, disposition: str | None
) -> str | None:
    """A URL with which anybody may read the object for ``seconds``.

    None when the store is a folder here. The answer will say ``content_type`` and
    ``disposition``, and that it is not to be kept.
    """
    bucket = _bucket(CHOSEN)
    if bucket is None:
        return None
    answer = {
        "ResponseContentType": content_type,
        "ResponseCacheControl": "private, no-store",
    }
    if disposition is not None:
        answer["ResponseContentDisposition"] = disposition
    url: str = bucket.meta.client.generate_presigned_url(
        "get_object",
        Params={"Bucket": bucket.name, "Key": key, **answer},
        ExpiresIn=seconds,
    )
    return url


def file_hash(key: str, *, store: str = CHOSEN) -> str:
    """The SHA-256 of what is stored, read in pieces. Raises StorageFailed."""
    digest = hashlib.sha256()
    for data in chunks(key, store=store):
        digest.update(data)
    return digest.hexdigest()


@contextmanager
def working_copy(key: str, *, store: str = CHOSEN) -> Iterator[Path]:
    """A local path with the object's bytes, to read and not to change."""
    path = local_path(key, store=store)
    if path is not None:
        yield path
        return
    with copied_out(key, store=store) as copy:
        yield copy


@contextmanager
def copied_out(key: str, *, store: str = CHOSEN) -> Iterator[Path]:
    """A new local file with the object's bytes, the caller's to move away."""
    copy = incoming_dir() / f"{new_object_id()}.part"
    try:
        with copy.open("xb") as file:
            for data in chunks(key, store=store):
                file.write(data)
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def is_stored(key: str, *, store: str = CHOSEN) -> bool:
    """Raises StorageFailed."""
    try:
        return _store(store).exists(key)
    except FAULTS as error:
        raise StorageFailed from error


def stored_keys(*, store: str = CHOSEN) -> Iterator[str]:
    """Every key that has an object, in no order. Raises StorageFailed."""
    try:
        for top in ("originals", "renditions", "documents"):
            yield from _keys_below(top, store)
    except FAULTS as error:
        raise StorageFailed from error


def _keys_below(folder: str, store: str) -> Iterator[str]:
    try:
        folders, files = _store(store).listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}/{name}"
    for name in folders:
        yield from _keys_below(f"{folder}/{name}", store)


def age_of(key: str, *, store: str = CHOSEN) -> float:
    """Unix seconds when the object was last written. Raises StorageFailed."""
    try:
        return _store(store).get_modified_time(key).timestamp()
    except FAULTS as error:
        raise StorageFailed from error


def unfinished_uploads() -> Iterator[Any]:
    """Uploads in parts that a bucket still waits for, each with ``initiated`` and
    ``abort()``; a folder has none. Raises StorageFailed."""
    bucket = _bucket(CHOSEN)
    if bucket is None:
        return
    try:
        yield from bucket.multipart_uploads.all()
    except FAULTS as error:
        raise StorageFailed from error


def size_of(key: str) -> int | None:
    """How many bytes the object has; None when there is none.

    Raises StorageFailed when the store does not say.
    """
    try:
        return _store().size(key)
    except FileNotFoundError:
        return None
    except FAULTS as error:
        raise StorageFailed from error


def answers() -> bool:
    """Whether the store can be reached and has room to write."""
    try:
        _store().exists("health")
        return shutil.disk_usage(incoming_dir()).free > CHUNK
    except FAULTS:
        return False


def _store(alias: str = CHOSEN) -> Storage:
    return storages[alias]


def _bucket(alias: str) -> Any:
    """boto3's bucket, or None when the store is not one."""
    return getattr(_store(alias), "bucket", None)


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
