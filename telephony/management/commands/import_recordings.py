from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from medisync.audit.trail import SYSTEM
from medisync.lib.long_runs import beside_progress, progress
from telephony.access import account_of_sid, parse_sid
from telephony.errors import AccountNotFound
from telephony.models import Account
from telephony.services import ImportResult, ImportStatus, import_call_recording


@dataclass(frozen=True)
class Found:
    """A file to import, or what was found in place of one and why it is not."""

    path: Path
    refusal: str = ""


class Command(BaseCommand):
    help = (
        "Imports audio files, and folders of them, as call recordings. File names "
        "of the phone system's make bring their calls along."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH")
        parser.add_argument(
            "--account-sid",
            metavar="SID",
            help="the LaML account they belong to; without, none has them",
        )
        parser.add_argument(
            "--conference-sid",
            metavar="UUID",
            help="the conference they were recorded in, in place of a call",
        )
        parser.add_argument(
            "--json", action="store_true", help="print one JSON object a file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        account = _account(options["account_sid"])
        conference_sid = _conference(options["conference_sid"])
        found = [file for path in options["paths"] for file in _files(Path(path))]
        rejected = 0
        for file in progress(found, unit="file"):
            result = _import(file, account, conference_sid)
            rejected += result.status == ImportStatus.REJECTED
            line = _json(file, result) if options["json"] else _text(file, result)
            with beside_progress():
                self.stdout.write(line)
                self.stdout.flush()
        if rejected:
            raise CommandError(f"{rejected} of {len(found)} files were rejected.")


def _account(sid: str | None) -> Account | None:
    if sid is None:
        return None
    try:
        return account_of_sid(sid)
    except AccountNotFound as error:
        raise CommandError(error.message) from error


def _files(path: Path) -> Iterator[Found]:
    """What an operator means by ``path``; links that are named are followed."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise CommandError(f"There is no file or folder {_shown(path)}.") from error
    if stat.S_ISDIR(mode):
        yield from _folder(path)
    elif stat.S_ISREG(mode):
        yield Found(path)
    else:
        yield Found(path, "This is not a regular file.")


def _folder(folder: Path) -> Iterator[Found]:
    """The files below ``folder`` in the order of their names, hidden ones not.

    A link in a folder may lead anywhere, so it is told and not followed.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield Found(folder, "The folder cannot be read.")
        return
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _folder(path)
        elif entry.is_file(follow_symlinks=False):
            yield Found(path)
        else:
            yield Found(path, "This is a link or not a regular file.")


def _conference(sid: str | None) -> UUID | None:
    parsed = None if sid is None else parse_sid(sid)
    if sid is not None and parsed is None:
        raise CommandError("A conference's SID is a UUID.")
    return parsed


def _import(
    file: Found, account: Account | None, conference_sid: UUID | None
) -> ImportResult:
    if file.refusal:
        return ImportResult(ImportStatus.REJECTED, reason=file.refusal)
    return import_call_recording(
        file.path,
        file_name=file.path.name,
        account=account,
        conference_sid=conference_sid,
        actor=SYSTEM,
    )


def _json(file: Found, result: ImportResult) -> str:
    made = result.call_recording
    return json.dumps(
        {
            "file": str(file.path),
            "status": result.status.value,
            "recording": made.recording_id if made else None,
            "sid": str(made.pk) if made else None,
            "call_sid": str(made.call_id) if made and made.call_id else None,
            "reason": result.reason,
        }
    )


def _text(file: Found, result: ImportResult) -> str:
    made = result.call_recording
    end = f"sid {made.pk}" if made else result.reason
    return f"{result.status.value:9}  {_shown(file.path)}  {end}"


def _shown(path: Path) -> str:
    """The path as a terminal can show it, whatever bytes it is made of."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in str(path)
    )
