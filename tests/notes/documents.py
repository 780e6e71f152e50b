"""Documents as clients send and get them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recordings import storage

Send = Callable[..., Any]
NO_SUCH = "0" * 24


def bytes_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def error_of(answer: Any) -> tuple[int, str]:
    assert set(answer.json()) <= {"success", "error", "code"}
    return answer.status_code, answer.json()["error"]


def stored() -> list[str]:
    assert not list(storage.incoming_dir().iterdir())
    return list(storage.stored_keys())
