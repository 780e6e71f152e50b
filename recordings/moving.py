"""Copies all that is kept from one store to the other while the server goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import Sum
from django.utils import timezone

from medisync.lib.long_runs import walk
from recordings import storage
from recordings.kept import KINDS, kind_of
from recordings.sweep import orphans
from recordings.verification import Condition, condition_of

#: A row is seen only after its bytes are kept, and that long after its own date.
_UNSEEN_FOR = timedelta(hours=1)


class Outcome(StrEnum):
    COPIED = "copied"
    THERE = "already there"
    GONE = "deleted meanwhile"
    FAILED = "not copied"


@dataclass(frozen=True)
class Step:
    row: Any
    outcome: Outcome
    #: What is wrong with the source, when it failed.
    condition: Condition = Condition.RIGHT


@dataclass
class Place:
    """How far a move has come: kept in a file, so that it can be continued.

    ``since`` and ``began`` are ISO times: which rows this round is about, and when
    it began. ``table`` and ``after`` are where it is. ``failed`` are all that could
    not be copied since the move was begun.
    """

    since: str = "1970-01-01T00:00:00+00:00"
    began: str = ""
    table: str = ""
    after: str = ""
    failed: int = 0


class Move:
    """One way, in rounds: each copies what was added since the last one began."""

    def __init__(self, *, source: str, target: str, place: dict[str, Any]) -> None:
        self.source, self.target = source, target
        self._place = Place(**place)

    @property
    def place(self) -> dict[str, Any]:
        return asdict(self._place)

    @property
    def failed(self) -> int:
        return self._place.failed

    def bytes_in_round(self) -> int:
        """What this round is about in all, for a bar to show."""
        sums = (
            rows.aggregate(sum=Sum("size"))["sum"] for rows in self._rows().values()
        )
        return sum(size or 0 for size in sums)

    def round(self) -> Iterator[Step]:
        """Raises StorageFailed when a store is away; the place is then kept."""
        place = self._place
        place.began = place.began or timezone.now().isoformat()
        for table, rows in self._rows().items():
            if table < place.table:
                continue
            if table > place.table:
                place.table, place.after = table, ""
            for row in walk(rows, after=place.after):
                step = self._bring(row, rows.filter(pk=row.pk, key=row.key))
                place.after = row.pk
                place.failed += step.outcome == Outcome.FAILED
                yield step
        since = datetime.fromisoformat(place.began) - _UNSEEN_FOR
        self._place = Place(since=since.isoformat(), failed=place.failed)

    def _rows(self) -> dict[str, models.QuerySet[Any]]:
        since = datetime.fromisoformat(self._place.since)
        return {
            folder: KINDS[folder].rows().filter(**{f"{KINDS[folder].came}__gte": since})
            for folder in sorted(KINDS)
        }

    def _bring(self, row: Any, same: models.QuerySet[Any]) -> Step:
        there = condition_of(row.key, sha256=row.sha256, store=self.target)
        if there == Condition.RIGHT:
            return Step(row, Outcome.THERE)
        found = condition_of(row.key, sha256=row.sha256, store=self.source)
        if found == Condition.RIGHT:
            if there != Condition.MISSING:  # The source is right and this is not.
                storage.remove(row.key, store=self.target)
            with storage.working_copy(row.key, store=self.source) as file:
                storage.keep(file, row.key, sha256=row.sha256, store=self.target)
        if same.exists():
            failed = found != Condition.RIGHT
            return Step(row, Outcome.FAILED if failed else Outcome.COPIED, found)
        storage.remove(row.key, store=self.target)
        return Step(row, Outcome.GONE)


def remove_source(*, source: str, target: str) -> Iterator[tuple[str, bool]]:
    """Removes from ``source`` what ``target`` has, and what belongs to nothing.

    Each key of the source and whether it was removed; before an object is, its copy
    is read again. Raises StorageFailed.
    """
    for key in storage.stored_keys(store=source):
        row = kind_of(key).owner(key)
        removable = (
            any(orphans([key], store=source))
            if row is None
            else condition_of(key, sha256=row.sha256, store=target) == Condition.RIGHT
        )
        if removable:
            storage.remove(key, store=source)
        yield key, removable
