"""One listening is one event, however many ranges a player asks for.

The event is committed before the first byte leaves. The ranges that follow are
added up in this process and written in batches by a background thread, so that
a range costs no write of its own; a killed process loses at most the last
batch of ranges, never the fact that someone listened.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import OrderedDict

from django.core.cache import cache
from django.db import Error, close_old_connections, connection, models

from medisync.audit.models import AuditEvent, HeardRange
from medisync.audit.trail import Actor, build
from medisync.lib.hashing import secret_hash

SAME_LISTENING_SECONDS = 300  # since the last range, or it is a new listening
REFRESH_SECONDS = 60  # between two looks at the listening other processes know
_FLUSH_SECONDS = 5
_REMEMBERED = 10_000  # listenings a process keeps in mind

logger = logging.getLogger(__name__)

Range = tuple[int, int]


class _Listenings:
    """This process's open listenings and the ranges not written yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._ranges: dict[str, list[Range]] = {}
        self._flusher: threading.Thread | None = None

    def known(self, key: str) -> str | None:
        """The durable event of ``key`` if it needs no refresh yet."""
        with self._lock:
            event_id, seen = self._events.get(key, ("", 0.0))
            fresh = time.monotonic() - seen < REFRESH_SECONDS
            return event_id if event_id and fresh else None

    def remember(self, key: str, event_id: str) -> None:
        with self._lock:
            self._events[key] = (event_id, time.monotonic())
            self._events.move_to_end(key)
            while len(self._events) > _REMEMBERED:
                self._events.popitem(last=False)

    def add(self, event_id: str, heard: Range) -> None:
        with self._lock:
            self._ranges.setdefault(event_id, []).append(heard)
            if self._flusher is None or not self._flusher.is_alive():
                self._flusher = threading.Thread(target=self._run, daemon=True)
                self._flusher.start()

    def flush(self) -> None:
        with self._lock:
            ranges, self._ranges = self._ranges, {}
        if not ranges:
            return
        try:
            HeardRange.objects.bulk_create(
                HeardRange(event_id=event_id, first_byte=first, last_byte=last)
                for event_id, heard in ranges.items()
                for first, last in merged(heard)
            )
        except Error:
            with self._lock:  # Kept for the next batch.
                for event_id, heard in ranges.items():
                    self._ranges.setdefault(event_id, []).extend(heard)
            logger.exception("ranges of %d listenings not written", len(ranges))

    def _run(self) -> None:
        while True:
            time.sleep(_FLUSH_SECONDS)
            close_old_connections()
            with self._lock:
                if not self._ranges:
                    self._flusher = None
                    break
            self.flush()
        connection.close()  # This thread's own.


_listenings = _Listenings()
flush = _listenings.flush
atexit.register(flush)


def begin(action: str, subject: models.Model, *, actor: Actor, form: str) -> str:
    """The id of this listening's event, which is durable on return.

    The same actor, address, subject and form within five minutes of the last
    range is the same listening, in whichever process it goes on.
    """
    key = "listening:" + secret_hash(
        "\0".join(
            (action, actor.kind, actor.id, actor.address or "", str(subject.pk), form)
        )
    )
    known = _listenings.known(key)
    if known:
        return known
    event = build(action, subject, actor=actor, form=form)
    # Whoever comes first gives the id. All who hold it write the same row, and
    # all but one find it there: no one sends a byte before it is committed.
    event.pk = str(cache.get_or_set(key, event.pk, SAME_LISTENING_SECONDS))
    cache.touch(key, SAME_LISTENING_SECONDS)
    AuditEvent.objects.bulk_create([event], ignore_conflicts=True)
    _listenings.remember(key, event.pk)
    return event.pk


def heard(event_id: str, first_byte: int, last_byte: int) -> None:
    """Adds a range (ends inclusive) to a listening, written with the next batch."""
    _listenings.add(event_id, (first_byte, last_byte))


def merged(ranges: list[Range]) -> list[Range]:
    """The same bytes in as few ranges as can be, in order."""
    result: list[Range] = []
    for first, last in sorted(ranges):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], last))
        else:
            result.append((first, last))
    return result
