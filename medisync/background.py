"""Keeps the background workers running for as long as the server runs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

_MANAGE = Path(__file__).resolve().parent.parent / "manage.py"

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
#: Whoever ran so long did not fail at the start.
_SETTLED_SECONDS = 60.0
_PATIENCE_SECONDS = 10.0


class BackgroundWorkers:
    """So many children that run ``manage.py background_worker``.

    One that ends is started again, after a longer pause each time it ends early.
    When this process is killed they notice and end by themselves.
    """

    def __init__(self, count: int) -> None:
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._minders = [_Minder(self._ended, self._lock) for _ in range(count)]

    def start(self) -> None:
        # To start a program is to wait until a pipe closes. A server process that
        # is forked meanwhile would keep it open, and the wait would never end.
        os.register_at_fork(
            before=self._lock.acquire,
            after_in_parent=self._lock.release,
            after_in_child=self._lock.release,
        )
        for minder in self._minders:
            minder.start()

    def stop(self) -> None:
        """Returns when all have ended, killed if they take too long."""
        with self._lock:  # None is being started, and none will be.
            self._ended.set()
        for minder in self._minders:
            minder.terminate()
        due = time.monotonic() + _PATIENCE_SECONDS
        for minder in self._minders:
            minder.join(max(0, due - time.monotonic()))
            if minder.is_alive():
                minder.kill()
                minder.join()


class _Minder(threading.Thread):
    def __init__(self, ended: threading.Event, lock: threading.Lock) -> None:
        super().__init__(daemon=True)
        self._ended, self._lock = ended, lock
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        pause = _FIRST_PAUSE
        while child := self._spawn():
            begun = time.monotonic()
            # Whoever of the server's threads takes note of its end first.
            child.wait()
            settled = time.monotonic() - begun > _SETTLED_SECONDS
            pause = _FIRST_PAUSE if settled else pause
            self._ended.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def terminate(self) -> None:
        if self._child is not None:
            self._child.terminate()

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._ended.is_set():
                return None
            command = [sys.executable, str(_MANAGE), "background_worker"]
            self._child = subprocess.Popen(
                [*command, "--beside", str(os.getpid())], stdin=subprocess.DEVNULL
            )
            return self._child
