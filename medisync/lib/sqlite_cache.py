"""A cache in one SQLite file, shared by the worker processes of one machine.

Differs from Django's database cache where it matters for limits and hot reads:
``add`` and ``incr`` are single statements, so they count right under any number
of processes; values are JSON, so a cache file that someone tampered with runs
nothing; and the file is apart from the database, so that counting a request
never waits for a write there.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterable
from time import monotonic, sleep
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

_SWEEP_EVERY = 1000  # writes
_PATIENCE = 30  # seconds


def _opened(path: str) -> sqlite3.Connection:
    """A connection to the file, which is made if need be.

    SQLite does not wait for others, as it does everywhere else, while a file
    changes to or from WAL: when the first connection opens it or the last closes.
    """
    db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    give_up = monotonic() + _PATIENCE
    while True:
        try:
            db.execute("PRAGMA journal_mode=WAL")
            # With WAL this outlives a power cut whole; OFF can leave a damaged
            # file, and then no request is answered any more.
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute(
                "CREATE TABLE IF NOT EXISTS entry"
                " (key TEXT PRIMARY KEY, value TEXT, expires REAL) WITHOUT ROWID"
            )
        except sqlite3.OperationalError:
            if monotonic() > give_up:
                raise
            sleep(0.01)
        else:
            return db


class SqliteCache(BaseCache):
    """Django's cache interface; ``LOCATION`` is the file's path."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._path = location
        self._local = threading.local()
        self._writes = 0

    @property
    def _db(self) -> sqlite3.Connection:
        # A connection must not cross a fork, nor a thread.
        if getattr(self._local, "pid", None) != os.getpid():
            self._local.db, self._local.pid = _opened(self._path), os.getpid()
        db = self._local.db
        assert isinstance(db, sqlite3.Connection)
        return db

    def _key(self, key: Any, version: int | None) -> str:
        return self.make_and_validate_key(key, version=version)

    def _expires(self, timeout: Any) -> float | None:
        seconds = self.get_backend_timeout(timeout)
        return None if seconds is None else float(seconds)

    def _write(self, statement: str, values: tuple[Any, ...]) -> sqlite3.Cursor:
        self._writes += 1
        if self._writes % _SWEEP_EVERY == 0:
            self._db.execute("DELETE FROM entry WHERE expires <= ?", (time.time(),))
        return self._db.execute(statement, values)

    def add(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        done = self._write(
            "INSERT INTO entry VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE"
            " SET value = excluded.value, expires = excluded.expires"
            " WHERE entry.expires <= ?",
            (
                self._key(key, version),
                json.dumps(value),
                self._expires(timeout),
                time.time(),
            ),
        )
        return done.rowcount == 1

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        row = self._db.execute(
            "SELECT value FROM entry WHERE key = ?"
            " AND (expires IS NULL OR expires > ?)",
            (self._key(key, version), time.time()),
        ).fetchone()
        return default if row is None else json.loads(row[0])

    def set(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        self._write(
            "INSERT OR REPLACE INTO entry VALUES (?, ?, ?)",
            (self._key(key, version), json.dumps(value), self._expires(timeout)),
        )

    def touch(
        self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        done = self._write(
            "UPDATE entry SET expires = ? WHERE key = ?"
            " AND (expires IS NULL OR expires > ?)",
            (self._expires(timeout), self._key(key, version), time.time()),
        )
        return done.rowcount == 1

    def delete(self, key: Any, version: int | None = None) -> bool:
        done = self._write(
            "DELETE FROM entry WHERE key = ?", (self._key(key, version),)
        )
        return done.rowcount == 1

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        row = self._write(
            "UPDATE entry SET value = CAST(value AS INTEGER) + ? WHERE key = ?"
            " AND (expires IS NULL OR expires > ?) RETURNING value",
            (delta, self._key(key, version), time.time()),
        ).fetchone()
        if row is None:
            raise ValueError("no such key")
        return int(row[0])

    def get_many(
        self, keys: Iterable[Any], version: int | None = None
    ) -> dict[Any, Any]:
        found = {key: self.get(key, version=version) for key in keys}
        return {key: value for key, value in found.items() if value is not None}

    def clear(self) -> None:
        self._write("DELETE FROM entry", ())
