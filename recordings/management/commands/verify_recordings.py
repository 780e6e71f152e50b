"""Compares the database with the store, both ways."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from medisync.lib.long_runs import (
    STOPPED,
    Bookmark,
    beside_progress,
    progress,
    stoppable,
    walk,
)
from recordings import storage
from recordings.errors import StorageFailed
from recordings.kept import KINDS
from recordings.models import Recording
from recordings.sweep import orphans
from recordings.verification import (
    Condition,
    check_kept,
    check_renditions,
)

_SAVE_SECONDS = 5


class Command(BaseCommand):
    help = (
        "Re-hashes every original and rendition, and looks for stored objects that "
        "belong to none; exit 1 if one is missing or altered."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--continue",
            action="store_true",
            dest="go_on",
            help="go on where the last run was stopped",
        )
        parser.add_argument(
            "--fix",
            action="store_true",
            help="remove objects that belong to no recording; nothing else is changed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.bookmark = Bookmark(settings.DATA_DIR / "verify_recordings.json")
        self.tally: dict[str, Any] = {"after": "", "recordings": 0, "bad": 0}
        self.tally |= {"renditions": 0, "bad_renditions": 0}
        if options["go_on"]:
            self.tally |= self.bookmark.read()
        try:
            with stoppable():
                self._check_rows()
                self._check_others()
                orphaned = self._check_objects(fix=options["fix"])
        except (KeyboardInterrupt, StorageFailed) as reason:
            self.bookmark.write(self.tally)
            done = f"after {self.tally['recordings']} recordings; --continue goes on"
            if isinstance(reason, StorageFailed):
                raise CommandError(f"{reason.message} Ended {done}.") from reason
            self.stderr.write(f"Stopped {done}.")
            sys.exit(STOPPED)
        self.bookmark.remove()
        self._tell(orphaned, fixed=options["fix"])

    def _check_rows(self) -> None:
        ready = Recording.objects.ready()
        saved = time.monotonic()
        with progress(
            total=ready.count(), initial=self.tally["recordings"], unit="recording"
        ) as bar:
            for recording in walk(ready, after=self.tally["after"]):
                self._check(recording)
                bar.update()
                if time.monotonic() - saved > _SAVE_SECONDS:
                    self.bookmark.write(self.tally)
                    saved = time.monotonic()

    def _check(self, recording: Recording) -> None:
        original = check_kept(recording)
        renditions = list(check_renditions(recording))
        bad = [form for form, found in renditions if found != Condition.RIGHT]
        if original != Condition.RIGHT:
            self._print(f"{recording.pk} {original}")
        for form, found in renditions:
            if found != Condition.RIGHT:
                self._print(f"{recording.pk} {form} {found}")
        self.tally |= {
            "after": recording.pk,
            "recordings": self.tally["recordings"] + 1,
            "bad": self.tally["bad"] + (original != Condition.RIGHT),
            "renditions": self.tally["renditions"] + len(renditions),
            "bad_renditions": self.tally["bad_renditions"] + len(bad),
        }

    def _check_others(self) -> None:
        """What other apps keep: files that people add one by one, so never many."""
        for folder in sorted(KINDS.keys() - {"originals", "renditions"}):
            self.tally |= {folder: 0, f"bad_{folder}": 0}
            rows = walk(KINDS[folder].rows(), after="")
            for row in progress(rows, unit=folder.removesuffix("s")):
                found = check_kept(row)
                if found != Condition.RIGHT:
                    self._print(f"{row.pk} {found}")
                self.tally[folder] += 1
                self.tally[f"bad_{folder}"] += found != Condition.RIGHT

    def _check_objects(self, *, fix: bool) -> int:
        count = 0
        for key in orphans(progress(storage.stored_keys(), unit="object")):
            count += 1
            self._print(f"orphan {key}")
            if fix:
                storage.remove(key)
        return count

    def _print(self, line: str) -> None:
        with beside_progress():
            self.stdout.write(line)
            self.stdout.flush()

    def _tell(self, orphaned: int, *, fixed: bool) -> None:
        bad = {"recordings": "bad"}
        bad |= {
            kind: f"bad_{kind}" for kind in self.tally if f"bad_{kind}" in self.tally
        }
        for kind, name in bad.items():
            line = f"{self.tally[kind]} {kind}, {self.tally[name]} missing or altered"
            self.stdout.write(line)
        removed = ", removed" if fixed and orphaned else ""
        self.stdout.write(f"{orphaned} orphaned objects{removed}")
        if any(self.tally[name] for name in bad.values()):
            sys.exit(1)
