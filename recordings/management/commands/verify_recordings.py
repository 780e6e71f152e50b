"""Re-hashes every original."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from recordings import storage
from recordings.errors import StorageFailed
from recordings.models import Recording


class Command(BaseCommand):
    help = "Re-hashes every original; reports missing and altered ones, exit 1 on any."

    def handle(self, *args: Any, **options: Any) -> None:
        ready = Recording.objects.ready().order_by("pk")
        bad = 0
        for recording in tqdm(
            ready.iterator(), total=ready.count(), unit="recording", disable=None
        ):
            finding = self._finding(recording)
            # One that was deleted meanwhile is no finding.
            if finding and ready.filter(pk=recording.pk).exists():
                bad += 1
                self.stdout.write(f"{recording.pk} {finding}")
        self.stdout.write(f"{ready.count()} recordings, {bad} missing or altered")
        if bad:
            sys.exit(1)

    def _finding(self, recording: Recording) -> str:
        try:
            found = storage.file_hash(recording.key)
        except StorageFailed:
            return "missing"
        return "" if found == recording.sha256 else "altered"
