"""Work that a request starts and does not wait for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.db import close_old_connections

logger = logging.getLogger(__name__)


@cache
def _pool() -> ThreadPoolExecutor:
    # Made on first use, so in the process that uses it. Its threads are waited for
    # when the process ends.
    return ThreadPoolExecutor(2, thread_name_prefix="background")


def start(work: Callable[[], object]) -> None:
    """Runs ``work`` soon, in this process. A failure is logged and told nobody."""
    _pool().submit(_in_thread, work)


def _in_thread(work: Callable[[], object]) -> None:
    # As Django does before and after a request; a thread's connections are its own.
    close_old_connections()
    try:
        _guarded(work)
    finally:
        close_old_connections()


def _guarded(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:  # There is nobody to raise it to.
        logger.exception("work in the background failed")
