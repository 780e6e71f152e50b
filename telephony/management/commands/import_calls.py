from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from medisync.audit.trail import SYSTEM
from medisync.lib.long_runs import progress
from telephony.api.yeastar.calls import COLUMNS, call_told_by
from telephony.api.yeastar.errors import Refused
from telephony.errors import CallInvalid
from telephony.services import keep_call


class Command(BaseCommand):
    help = (
        "Imports the calls of a CDR file that a Yeastar phone system wrote, with or "
        "without recordings. What it tells of a call that is here already replaces "
        "what a recording's file name told."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--json", action="store_true", help="print the counts as a JSON object"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[str] = Counter(imported=0, updated=0, rejected=0)
        try:
            # The phone system's own files begin with a byte order mark.
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(_watched(file), skipinitialspace=True)
                if not set(COLUMNS) <= set(rows.fieldnames or ()):
                    raise CommandError("The file has not the columns of a CDR file.")
                for row in rows:
                    counts[_keep(row)] += 1
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError("The file cannot be read.") from error
        told = ", ".join(f"{count} {what}" for what, count in counts.items())
        self.stdout.write(json.dumps(counts) if options["json"] else told)
        if counts["rejected"]:
            raise CommandError(f"{counts['rejected']} calls were rejected.")


def _watched(file: TextIO) -> Iterator[str]:
    """The lines of the file, with a bar of its bytes where somebody watches."""
    size = Path(file.name).stat().st_size or None  # A pipe has none.
    with progress(total=size, unit="B", unit_scale=True) as bar:
        for line in file:
            yield line
            bar.update(len(line.encode()))


def _keep(row: dict[str, Any]) -> str:
    """What became of a line; one that is too short has None for a value."""
    try:
        facts = call_told_by({name: (row[name] or "").strip() for name in COLUMNS})
        made = keep_call(actor=SYSTEM, **facts)
    except (ValueError, Refused, CallInvalid):
        return "rejected"
    return "imported" if made else "updated"
