"""Moving a file into the store: all of it, or nothing; and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from recordings import storage
from recordings.errors import StorageFailed

KEY = storage.original_key("65f8a1b2c3d4e5f6789012f3")


def stored() -> Iterator[tuple[str, bytes]]:
    return ((key, b"".join(storage.chunks(key))) for key in storage.stored_keys())


def keep(folder: Path, data: bytes, *, promised: bytes) -> None:
    file = folder / "file"
    file.write_bytes(data)
    storage.keep(file, KEY, sha256=sha256(promised).hexdigest())


def test_what_was_promised_is_kept(tmp_path: Path) -> None:
    keep(tmp_path, b"sound", promised=b"sound")
    assert dict(stored()) == {KEY: b"sound"}


def test_anything_else_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed):
        keep(tmp_path, b"noise", promised=b"sound")
    assert not dict(stored())


def test_what_has_the_key_already_is_never_touched(tmp_path: Path) -> None:
    keep(tmp_path, b"first", promised=b"first")
    with pytest.raises(StorageFailed):
        keep(tmp_path, b"second", promised=b"second")
    assert dict(stored()) == {KEY: b"first"}
