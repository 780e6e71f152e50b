"""The embedded cache: Django's interface, right under any number of processes."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from medisync.lib import sqlite_cache
from medisync.lib.sqlite_cache import SqliteCache

pytestmark = pytest.mark.once


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "c.sqlite3")


@pytest.fixture
def cache(file: str) -> SqliteCache:
    return SqliteCache(file, {})


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sqlite_cache, "time", clock)
    monkeypatch.setattr("django.core.cache.backends.base.time", clock)
    return clock


@pytest.mark.parametrize(
    "value", ["text", "", 0, 5, -1, 1.5, True, None, [1, 2], {"a": [1]}, "ä\0"]
)
def test_what_is_set_is_got(cache: SqliteCache, value: Any) -> None:
    cache.set("k", value)

    assert cache.get("k", "default") == value
    assert cache.get_many(["k", "absent"]) == ({} if value is None else {"k": value})


def test_absent(cache: SqliteCache) -> None:
    assert cache.get("k") is None
    assert cache.get("k", "default") == "default"
    assert cache.delete("k") is False
    assert cache.touch("k") is False
    with pytest.raises(ValueError, match="no such key"):
        cache.incr("k")
    assert "k" not in cache


def test_add_keeps_what_is_there(cache: SqliteCache) -> None:
    assert cache.add("k", 1) is True
    assert cache.add("k", 2) is False
    assert cache.get("k") == 1
    assert cache.get_or_set("k", 3) == 1


def test_counting(cache: SqliteCache) -> None:
    cache.set("k", 5)

    assert cache.incr("k") == 6
    assert cache.incr("k", 10) == 16
    assert cache.decr("k") == 15
    assert cache.get("k") == 15


def test_expiry(cache: SqliteCache, clock: Clock) -> None:
    cache.set("k", 5, 10)
    cache.set("forever", 1, None)
    clock.now += 9
    assert cache.get("k") == 5
    clock.now += 2

    assert cache.get("k") is None
    assert cache.touch("k") is False
    with pytest.raises(ValueError, match="no such key"):
        cache.incr("k")
    assert cache.add("k", 7, 10) is True
    assert cache.get("k") == 7
    clock.now += 10**9
    assert cache.get("forever") == 1


def test_counting_keeps_the_expiry(cache: SqliteCache, clock: Clock) -> None:
    cache.add("k", 0, 10)
    clock.now += 9
    cache.incr("k")
    clock.now += 2

    assert cache.get("k") is None


def test_touch(cache: SqliteCache, clock: Clock) -> None:
    cache.set("k", 5, 10)
    clock.now += 9
    assert cache.touch("k", 10) is True
    clock.now += 9

    assert cache.get("k") == 5


def test_a_timeout_of_nothing_is_over(cache: SqliteCache) -> None:
    cache.set("k", 5, 0)

    assert cache.get("k") is None


def test_versions_and_clear(cache: SqliteCache) -> None:
    cache.set("k", 1, version=1)
    cache.set("k", 2, version=2)
    assert (cache.get("k", version=1), cache.get("k", version=2)) == (1, 2)

    cache.clear()
    assert cache.get("k") is None


def test_the_dead_are_swept(
    cache: SqliteCache, clock: Clock, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_cache, "_SWEEP_EVERY", 10)
    for number in range(9):
        cache.set(f"k{number}", 1, 5)
    clock.now += 6
    for number in range(10):
        cache.set("alive", number, 5)

    rows = sqlite3.connect(file).execute("SELECT count(*) FROM entry").fetchone()
    assert rows == (1,)


def test_a_tampered_file_runs_nothing(cache: SqliteCache, file: str) -> None:
    cache.set("k", 1)
    with sqlite3.connect(file) as db:
        db.execute("UPDATE entry SET value = ?", ("cos\nsystem\n(S'true'\ntR.",))

    with pytest.raises(ValueError, match="Expecting value"):
        cache.get("k")


def _count(file: str, times: int) -> int:
    """What one process with four threads does; how often it was first."""
    cache = SqliteCache(file, {})

    def once(number: int) -> bool:
        first = cache.add(f"once{number}", os.getpid())
        cache.add("sum", 0)
        cache.incr("sum")
        return first

    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(once, range(times)))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_threads_and_processes_count_right(file: str, method: str) -> None:
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(3, mp_context=context) as pool:
        firsts = list(pool.map(_count, [file] * 3, [100] * 3))

    assert SqliteCache(file, {}).get("sum") == 300
    assert sum(firsts) == 100


def test_a_new_file_is_opened_by_many_at_once(file: str) -> None:
    """The first statement of each makes the table, and none fails."""
    gate = threading.Barrier(20)

    def begin(number: int) -> bool:
        gate.wait()
        return SqliteCache(file, {}).add(f"k{number}", 1)

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(begin, range(20)))


def test_a_fork_has_a_connection_of_its_own(cache: SqliteCache) -> None:
    cache.set("k", 1)
    child = os.fork()
    if child == 0:
        os._exit(0 if cache.incr("k") == 2 else 1)

    assert os.waitpid(child, 0)[1] == 0
    assert cache.get("k") == 2
