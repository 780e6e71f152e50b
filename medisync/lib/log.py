"""Log lines that cannot carry a patient's data."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

ExcInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None]
    | tuple[None, None, None]
)


class DiscreetFormatter(logging.Formatter):
    """Prints where an exception came from and its type, never its message.

    Messages of database and file errors quote values and paths: "Key (email)=
    (…) already exists", "No such file: …/originals/…".
    """

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 (logging's name)
        kind, _, trace = ei
        frames = "".join(traceback.format_tb(trace)).rstrip()
        name = kind.__qualname__ if kind else "unknown"
        return f"{frames}\n{name} (message withheld)"
