"""One thread of a process sends to all its slow clients.

A listener on a slow line takes minutes to be served. In a thread of its own, each
would also keep a database connection, and a few dozen of them would leave none for
anybody else. Here each costs two descriptors and one piece of the body.
"""

from __future__ import annotations

import logging
import selectors
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from django.db import close_old_connections
from gunicorn.workers.gthread import PollableMethodQueue

from medisync.server import patience
from medisync.server.sending import Sending, Want

#: Threads that wait for the pieces of bodies which are no files.
PULLERS = 8
_LOOK_SECONDS = 1.0

Finished = Callable[[bool], None]
Step = Callable[..., None]

logger = logging.getLogger("medisync.requests")


class Sender:
    """Takes parked answers; tells each one's ``finished`` whether all was sent.

    A client that takes nothing for IDLE_SECONDS is given up. What goes wrong with one
    answer ends that one: the thread is everybody's.
    """

    def __init__(self) -> None:
        self._parked: dict[Sending, Finished] = {}
        self._selector = selectors.DefaultSelector()
        self._calls = PollableMethodQueue()
        self._calls.init()
        self._selector.register(self._calls.fileno(), selectors.EVENT_READ)
        self._pullers = ThreadPoolExecutor(PULLERS, thread_name_prefix="pull")
        self._end_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
        self._thread.start()

    def take(self, sending: Sending, finished: Finished) -> None:
        self._calls.defer(self._guarded, self._begin, sending, finished)

    def stop(self, *, within: float) -> None:
        """Goes on for ``within`` seconds, then gives up what is left."""
        self._calls.defer(self._set_end, time.monotonic() + within)

    def join(self, timeout: float) -> None:
        """Waits for the end that ``stop`` has announced."""
        self._thread.join(timeout)

    def _set_end(self, end_at: float) -> None:
        self._end_at = end_at

    def _run(self) -> None:
        looked_at = time.monotonic()
        while self._end_at is None or time.monotonic() < self._end_at:
            for key, _ in self._selector.select(_LOOK_SECONDS):
                if key.data is None:
                    self._calls.run_callbacks(None)
                else:
                    self._guarded(self._advance, key.data)
            if time.monotonic() - looked_at >= _LOOK_SECONDS:
                looked_at = time.monotonic()
                self._drop_idle(looked_at - patience.IDLE_SECONDS)
        for sending in list(self._parked):
            self._finish(sending, False)
        self._pullers.shutdown(wait=False, cancel_futures=True)

    def _guarded(self, step: Step, sending: Sending, *more: Any) -> None:
        """A step that goes wrong ends its answer as if the client were gone."""
        if not _attempt(step, sending, *more):
            self._finish(sending, False)

    def _drop_idle(self, since: float) -> None:
        waiting = [key.data for key in self._selector.get_map().values() if key.data]
        for sending in waiting:
            if sending.moved_at < since:
                self._finish(sending, False)

    def _begin(self, sending: Sending, finished: Finished) -> None:
        self._parked[sending] = finished
        sending.sock.settimeout(0)
        self._selector.register(sending.sock, selectors.EVENT_WRITE, sending)

    def _advance(self, sending: Sending) -> None:
        try:
            want = sending.push(pull=False)
        except OSError:  # The client is gone, or the file is.
            self._finish(sending, False)
            return
        if want is Want.NOTHING:
            self._finish(sending, True)
        elif want is Want.PIECE:
            self._selector.unregister(sending.sock)
            self._pullers.submit(_pull, sending).add_done_callback(
                lambda pulled: self._calls.defer(
                    self._guarded, self._pulled, sending, pulled
                )
            )

    def _pulled(self, sending: Sending, pulled: Future[None]) -> None:
        pulled.result()  # Raises what the body raised.
        # Fetching took its own time; the client's begins now.
        sending.moved_at = time.monotonic()
        self._selector.register(sending.sock, selectors.EVENT_WRITE, sending)

    def _finish(self, sending: Sending, sent: bool) -> None:
        finished = self._parked.pop(sending)
        with suppress(KeyError, ValueError):  # Not waited for, or closed already.
            self._selector.unregister(sending.sock)
        _attempt(sending.end)
        _attempt(finished, sent)


def _attempt(step: Step, *arguments: Any) -> bool:
    """Whether the step went well. Its fault is logged and goes no further."""
    try:
        step(*arguments)
    except Exception:
        # Whatever it is, it is one answer's, and the thread is everybody's.
        logger.exception("an answer broke off")
        return False
    return True


def _pull(sending: Sending) -> None:
    close_old_connections()  # A body that asks the database as it goes.
    try:
        sending.pull()
    finally:
        close_old_connections()
