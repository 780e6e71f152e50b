"""Transactions that meet at a row. PostgreSQL alone lets a test see who waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection


def meanwhile(work: Callable[[], object]) -> Future[object]:
    """Does ``work`` in a connection of its own.

    Returns when it is done, or waits for a row of the caller's open transaction.
    """

    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    doing = pool.submit(run)
    pool.shutdown(wait=False)
    deadline = time.monotonic() + 60
    while not (doing.done() or _somebody_waits()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return doing


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
            " AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])
