"""Work that a request starts and does not wait for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

logger = logging.getLogger(__name__)


@cache
def _pool() -> ThreadPoolExecutor:
    # Made on first use, so in the process that uses it. Its threads are waited for
    # when the process ends.
    return ThreadPoolExecutor(2, thread_name_prefix="background")


def start(work: Callable[[], object]) -> None:
    """Runs ``work`` soon, in this process. A failure is logged and told nobody."""
    _pool().submit(_guarded, work)


def _guarded(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:
        logger.exception("work in the background failed")
