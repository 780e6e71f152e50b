"""Calls as this dialect asks for them and writes them (contract A8, A11, B)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from django.utils import timezone as django_timezone

from medisync.lib.csv_lines import csv_lines
from medisync.lib.text import storable
from telephony.api.yeastar.errors import Errno, Refused
from telephony.api.yeastar.versions import V2, Version
from telephony.cdr import CallLine, CallSpan
from telephony.models import Call

_TIME = re.compile(r"[0-9]{4}(-[0-9]{2}){2} [0-9]{2}(:[0-9]{2}){2}")
# As many as a phone system of this make has; the query has a place for each.
_MOST_EXTENSIONS = 1000
_LONGEST_EXTENSION = 100

COLUMNS = (
    "callid",
    "timestart",
    "callfrom",
    "callto",
    "callduraction",
    "talkduraction",
    "srctrunkname",
    "dsttrunkname",
    "status",
    "type",
    "pincode",
    "recording",
    "didnumber",
    "sn",
)


def span_of(extensions: str, start: str, end: str) -> CallSpan:
    """Raises Refused: a bad time, or extensions that there cannot be.

    A local time that a clock change brings twice is its first as a start and its
    second as an end.
    """
    return CallSpan(_extensions(extensions), _utc(start, fold=0), _utc(end, fold=1))


def _extensions(text: str) -> tuple[str, ...]:
    names = tuple(name for part in text.split(",") if (name := part.strip()))
    if not names:
        raise Refused(Errno.PARAMETER_BLANK)
    if any(name.lower() == "all" for name in names):
        return ()
    if len(names) > _MOST_EXTENSIONS or any(
        len(name) > _LONGEST_EXTENSION or not storable(name) for name in names
    ):
        raise Refused(Errno.EXTENSION_UNKNOWN)
    return names


def _utc(text: str, *, fold: int) -> datetime:
    if not _TIME.fullmatch(text.strip()):
        raise Refused(Errno.CALLS_TIME_INVALID)
    zone = django_timezone.get_default_timezone()
    try:
        local = datetime.fromisoformat(text.strip()).replace(tzinfo=zone, fold=fold)
        return local.astimezone(timezone.utc)
    except (ValueError, OverflowError):  # The 30th of February; before year 1.
        raise Refused(Errno.CALLS_TIME_INVALID) from None


def csv_of(lines: Iterable[CallLine]) -> Iterator[str]:
    return csv_lines(COLUMNS, map(_row, lines))


def _row(line: CallLine) -> list[str]:
    facts = {**_facts(line), "dsttrunkname": line.call.destination_trunk}
    return [facts[column] for column in COLUMNS]


def call_told_by(row: Mapping[str, str]) -> dict[str, Any]:
    """A call's facts from a line of such a file. Raises ValueError, Refused.

    Its recording is not among them: that comes with the recording.
    """
    talk = int(row["talkduraction"])
    return {
        "callid": row["callid"],
        "caller": row["callfrom"],
        "callee": row["callto"],
        "type": row["type"],
        "started_at": _utc(row["timestart"], fold=0),
        "ring_s": max(0, int(row["callduraction"]) - talk),
        "duration_s": talk,
        "status": row["status"],
        "source_trunk": row["srctrunkname"],
        "destination_trunk": row["dsttrunkname"],
        "did_number": row["didnumber"],
        "pincode": row["pincode"],
        "sn": row["sn"],
    }


def new_cdr(line: CallLine, version: Version, *, old_form: bool) -> Mapping[str, Any]:
    """The NewCdr report's body.

    Yeastar spells the destination's trunk differently in each of its lists. To an
    application that asked for no version of the report it goes by its oldest name,
    too.
    """
    facts = _facts(line)
    trunk, pincode = line.call.destination_trunk, line.call.pincode
    # A number, says the table; but not one that would lose a digit.
    digits = pincode.isascii() and pincode.isdigit() and not pincode.startswith("0")
    typed: dict[str, Any] = {**facts, "pincode": int(pincode) if digits else pincode}
    if version is V2:
        return {
            "event": "NewCdr",
            "cdrid": str(line.call.number),
            **typed,
            "dsttrcunkname": trunk,
            "agentringtime": "",
        }
    typed["desttrunkname"] = trunk
    if old_form:
        typed["dstrunkname"] = trunk
    return {
        "action": "NewCdr",
        **{name: value for name, value in typed.items() if value != ""},
    }


def _facts(line: CallLine) -> dict[str, str]:
    call: Call = line.call
    return {
        "callid": call.callid,
        "timestart": f"{django_timezone.localtime(call.started_at):%Y-%m-%d %H:%M:%S}",
        "callfrom": call.caller,
        "callto": call.callee,
        "callduraction": str(call.ring_s + call.duration_s),
        "talkduraction": str(call.duration_s),
        "srctrunkname": call.source_trunk,
        "status": call.status,
        "type": call.type,
        "pincode": call.pincode,
        "recording": line.recording,
        "didnumber": call.did_number,
        "sn": call.sn,
    }
