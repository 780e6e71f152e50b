"""What every operation has in common that takes or sends a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medisync.http.faults import PreconditionFailed, UnsatisfiableRange
from medisync.http.openapi.operation import Parameter

RANGE = Parameter(
    "Range",
    "The part that is wanted.",
    where="header",
    pattern=r"^bytes=([0-9]+-[0-9]*|-[0-9]+)$",
    example="bytes=0-",
)
DOWNLOAD_REFUSALS = (UnsatisfiableRange(0), PreconditionFailed)


def download(*media_types: str) -> Mapping[int, tuple[str, ...] | None]:
    """The answers of a URL that serves bytes: whole, in part, or not again."""
    return {200: media_types, 206: media_types, 304: None}


def upload(part: str, content: str) -> Mapping[str, Any]:
    """A multipart body with one file."""
    file = {"type": "string", "format": "binary", "description": content}
    return {
        "multipart/form-data": {
            "type": "object",
            "properties": {part: file},
            "required": [part],
        }
    }
