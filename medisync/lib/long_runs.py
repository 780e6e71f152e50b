"""Work that takes hours: it can be watched and stopped, and goes on where it was."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.db import models
from tqdm import tqdm

_Row = TypeVar("_Row", bound=models.Model)
_AT_ONCE = 200

#: How a shell tells that a program was ended by Ctrl+C.
STOPPED = 130


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl+C does: with KeyboardInterrupt."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def progress(items: Iterable[Any] | None = None, **options: Any) -> Any:
    """``items``, with a bar on the terminal that stderr is; elsewhere just them.

    Without items it is a context to ``update``. ``options`` are tqdm's: ``unit``,
    ``total``, ``initial``, ``unit_scale``.
    """
    return tqdm(items, file=sys.stderr, disable=None, **options)


def beside_progress() -> AbstractContextManager[None]:
    """For a line that is printed while a bar is shown: neither spoils the other."""
    lifted: AbstractContextManager[None] = tqdm.external_write_mode(file=sys.stderr)
    return lifted


def walk(rows: models.QuerySet[_Row], *, after: str = "") -> Iterator[_Row]:
    """All ``rows`` in the order of their keys, from behind ``after`` on.

    A few at a time and each lot by a query of its own: memory does not grow with
    their number, and no read stays open while somebody else writes.
    """
    while some := list(rows.filter(pk__gt=after).order_by("pk")[:_AT_ONCE]):
        yield from some
        after = some[-1].pk


class Bookmark:
    """A small file that says how far a run has come. Whole or not there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, Any]:
        """What was written last; nothing when there is nothing to go on with."""
        try:
            found: dict[str, Any] = json.loads(self._path.read_text())
        except FileNotFoundError:
            return {}
        return found

    def write(self, place: dict[str, Any]) -> None:
        draft = self._path.with_suffix(".new")
        with draft.open("w") as file:
            json.dump(place, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)
