"""How stored bytes and the row that names them come and go together.

The row is of whichever app keeps the file (kept.py), with a ``key``, a ``sha256``
and the times ``created_at`` and ``updated_at``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from django.db import DatabaseError, IntegrityError, models, transaction
from django.utils import timezone

from medisync.lib.errors import DomainError
from recordings import storage
from recordings.errors import StorageFailed

_Row = TypeVar("_Row", bound=models.Model)


@contextmanager
def bytes_kept(row: Any, path: Path) -> Iterator[None]:
    """Keeps ``path`` as the bytes of ``row``; the block adds the row, in a transaction.

    So the bytes are safe in the store before the row can be seen, and a failure
    leaves neither. Raises StorageFailed.
    """
    storage.keep(path, row.key, sha256=row.sha256)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        _forget(row)
        raise


def add_row(row: Any, *, taken: type[DomainError]) -> None:
    """Saves a new row. Raises ``taken`` when its place is another one's."""
    # Not from before the bytes were kept, which can take long: who asks for what is
    # new since some time must not miss it.
    row.created_at = row.updated_at = timezone.now()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise taken from error


def _forget(row: Any) -> None:
    """Removes the bytes of a row that was not kept.

    Whether it was is asked anew: a commit can succeed and its acknowledgement be
    lost. With no answer the bytes stay, and the sweep decides later.
    """
    try:
        if type(row).objects.filter(pk=row.pk).exists():
            return
    except DatabaseError:
        return
    storage.remove(row.key)


def finish_each(waiting: models.QuerySet[_Row], remove: Callable[[_Row], None]) -> int:
    """Goes on with deletions that a crash or the store broke off; their number."""
    finished = 0
    for row in list(waiting):
        # What the store does not give up today must not keep the rest.
        with suppress(StorageFailed):
            remove(row)
            finished += 1
    return finished
