"""Copies all audio to the other store while the server runs."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from medisync.lib.long_runs import (
    STOPPED,
    Bookmark,
    beside_progress,
    progress,
    stoppable,
)
from recordings import storage
from recordings.errors import StorageFailed
from recordings.moving import Move, Outcome, Step, remove_source

_SAVE_SECONDS = 5
_OTHER = {storage.S3: storage.FILES, storage.FILES: storage.S3}


class Command(BaseCommand):
    help = (
        "Copies all audio from files to S3 or back, verified by its hash, while the "
        "server runs; exit 1 if something could not be copied."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", choices=sorted(_OTHER), required=True)
        parser.add_argument(
            "--continue",
            action="store_true",
            dest="go_on",
            help="go on where the last run was stopped, or look only at what was "
            "added since it ended",
        )
        parser.add_argument(
            "--remove-source",
            action="store_true",
            help="afterwards remove from the old store what the new one has; only "
            "once the server uses the new one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target = options["to"]
        source = _OTHER[target]
        if storage.S3 not in settings.STORAGES:
            raise CommandError("MEDISYNC_S3_BUCKET names no bucket.")
        in_use = settings.STORAGES[storage.CHOSEN] == settings.STORAGES[target]
        if options["remove_source"] and not in_use:
            raise CommandError("The server still uses the store to be emptied.")
        self.bookmark = Bookmark(settings.DATA_DIR / f"move_to_{target}.json")
        place = self.bookmark.read() if options["go_on"] else {}
        self.move = Move(source=source, target=target, place=place)
        self.outcomes: Counter[Outcome] = Counter()
        try:
            with stoppable():
                while self._round():
                    pass
                self._tell()
                if options["remove_source"]:
                    self._remove(source, target)
        except KeyboardInterrupt:
            self.bookmark.write(self.move.place)
            self._tell()
            self.stderr.write("Stopped; --continue goes on from there.")
            sys.exit(STOPPED)
        except StorageFailed as error:
            self.bookmark.write(self.move.place)
            raise CommandError(f"{error.message} --continue goes on.") from error
        if self.move.failed:
            sys.exit(1)
        if not options["remove_source"]:
            self.stdout.write(_NEXT[in_use].format(target=target))

    def _round(self) -> bool:
        """Copies what there is now; whether something was, so that more may be."""
        copied = self.outcomes[Outcome.COPIED]
        saved = time.monotonic()
        total = self.move.bytes_in_round()
        with progress(total=total, unit="B", unit_scale=True) as bar:
            for step in self.move.round():
                bar.update(step.row.size)
                self._note(step)
                if time.monotonic() - saved > _SAVE_SECONDS:
                    self.bookmark.write(self.move.place)
                    saved = time.monotonic()
        self.bookmark.write(self.move.place)
        return self.outcomes[Outcome.COPIED] > copied

    def _note(self, step: Step) -> None:
        self.outcomes[step.outcome] += 1
        if step.outcome == Outcome.FAILED:
            with beside_progress():
                self.stdout.write(f"{step.row.key} {step.condition}")

    def _tell(self) -> None:
        told = (f"{self.outcomes[outcome]} {outcome}" for outcome in Outcome)
        self.stdout.write(", ".join(told))

    def _remove(self, source: str, target: str) -> None:
        kept = removed = 0
        keys = remove_source(source=source, target=target)
        for _, gone in progress(keys, unit="object"):
            removed += gone
            kept += not gone
        self.stdout.write(f"{removed} removed from {source}, {kept} left there")


_NEXT = {
    False: "Now restart the server with MEDISYNC_STORAGE={target}, and then run this "
    "once more with --continue for what came meanwhile.",
    True: "The server uses {target} already, and everything is there.",
}
