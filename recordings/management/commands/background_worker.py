"""Does what no request waits for, until it is told to end."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from recordings.tasks import enqueue_due

_LOOK_SECONDS = 1.0
# What no task was left for is looked for more rarely: it reads every row.
_LOOK_FOR_DUE_SECONDS = 300.0
_PARENT_SECONDS = 0.5
# Requests come first.
_NICENESS = 10

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Makes the forms of recordings that nobody has asked for yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--batch", action="store_true", help="End when there is nothing to do."
        )
        parser.add_argument(
            "--beside", type=int, metavar="PID", help="End when this parent is gone."
        )

    def handle(
        self, *args: Any, batch: bool, beside: int | None, **options: Any
    ) -> None:
        if not batch:
            os.nice(_NICENESS)
        self._worker = Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        if not batch:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self._end)
        if beside is not None:
            # A terminal sends Ctrl+C to all; the server says when it is time.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            threading.Thread(target=_end_without, args=[beside], daemon=True).start()
        self._work(batch=batch)

    def _end(self, *signalled: object) -> None:
        """Breaks off what is being made: its lease and its file are given back."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        self._worker.running = False
        sys.exit(0)

    def _work(self, *, batch: bool) -> None:
        due_at = 0.0
        while self._worker.running:
            close_old_connections()
            try:
                # A look takes no lock; the library's own takes SQLite's for writing.
                if DBTaskResult.objects.ready().exists():
                    self._worker.run()
                    continue
                if time.monotonic() >= due_at:
                    if enqueue_due():
                        continue
                    due_at = time.monotonic() + _LOOK_FOR_DUE_SECONDS
            except Error:
                if batch:
                    raise
                logger.warning("the database does not answer")
            if batch:
                return
            time.sleep(_LOOK_SECONDS)


def _end_without(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
