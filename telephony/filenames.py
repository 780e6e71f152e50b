"""What a phone system's file names say (contract yeastar A10)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from medisync.lib.text import storable

_LONGEST = 255

# Split from both ends: a caller's number may itself hold dashes. The sizes are
# those of the call's columns; a longer part is not a number anyone dialled.
_YEASTAR = re.compile(
    r"(?P<stamp>[0-9]{14})"
    r"-(?P<callid>(?P<epoch>[0-9]{9,10})\.[0-9]{1,29})"
    r"-(?P<caller>.{1,100})"
    r"-(?P<callee>[^-]{1,100})"
    r"-(?P<type>[A-Za-z]{1,20})"
    r"\.(?i:wav|yswav|mp3)"
)

_QUARTER = timedelta(minutes=15)
# The stamp and the call id may be read from different clocks, so recording can
# seem to begin a moment before its call.
_JITTER = timedelta(minutes=1)
_OFFSETS = (timedelta(hours=-12), timedelta(hours=14))


@dataclass(frozen=True)
class NamedCall:
    """A call as its recording's file name describes it; times are UTC."""

    callid: str
    caller: str
    callee: str
    type: str
    call_started_at: datetime
    recording_started_at: datetime


def usable_name(name: str) -> bool:
    """Whether ``name`` can name a call recording to every dialect.

    No path, nothing unprintable: it is looked up exactly as it is stored, and
    the Yeastar dialect refuses separators before looking.
    """
    return (
        0 < len(name) <= _LONGEST
        and storable(name)
        and name.isprintable()
        and not name.isspace()
        and name not in (".", "..")
        and not set(name) & set("/\\")
    )


def parse_name(name: str) -> NamedCall | None:
    """The call behind a Yeastar file name, None for names of another make."""
    match = _YEASTAR.fullmatch(name)
    if match is None:
        return None
    try:
        local = datetime.strptime(match["stamp"], "%Y%m%d%H%M%S").replace(
            tzinfo=timezone.utc  # Only to reckon with; what it is comes next.
        )
        call_started = datetime.fromtimestamp(int(match["epoch"]), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
    return NamedCall(
        callid=match["callid"],
        caller=match["caller"],
        callee=match["callee"],
        type=match["type"],
        call_started_at=call_started,
        recording_started_at=_start(local, call_started),
    )


def _start(local: datetime, call_started: datetime) -> datetime:
    """When recording began, from the phone system's local clock.

    The name does not say its offset from UTC. Offsets are whole quarters of an
    hour and recording starts seconds to minutes into the call, so the offset is
    the whole quarters between the two. A difference that is no time zone's says
    that one of the two is wrong; the call's own start is then the better guess.
    """
    offset = (local - call_started + _JITTER) // _QUARTER * _QUARTER
    if not _OFFSETS[0] <= offset <= _OFFSETS[1]:
        return call_started
    return local - offset
