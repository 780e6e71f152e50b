"""Call detail records: the calls a phone application may ask for.

Like a phone system, every PBX user sees all calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from recordings.choices import State
from recordings.models import Recording
from telephony.models import Call, CallRecording


@dataclass(frozen=True)
class CallSpan:
    """Calls that began from ``start`` to ``end``, both included.

    ``extensions`` are the numbers that made or took them; empty means all.
    """

    extensions: tuple[str, ...]
    start: datetime
    end: datetime


def calls_in(span: CallSpan) -> QuerySet[Call]:
    """The span's calls, the oldest first."""
    calls = Call.objects.filter(started_at__gte=span.start, started_at__lte=span.end)
    if span.extensions:
        calls = calls.filter(
            Q(caller__in=span.extensions) | Q(callee__in=span.extensions)
        )
    return with_recordings(calls.order_by("started_at", "number"))


def with_recordings(calls: QuerySet[Call]) -> QuerySet[Call]:
    """``calls``, each with the recordings of it that can be had, in order."""
    ready = CallRecording.objects.filter(recording__state=State.READY)
    return calls.prefetch_related(
        Prefetch("recordings", ready.order_by("started_at", "number"))
    )


@dataclass(frozen=True)
class CallLine:
    """One line of a list of calls: a call, or each of its several recordings."""

    call: Call
    recording: str  # its file name; empty when there is none


def lines_of(calls: Iterable[Call]) -> Iterable[CallLine]:
    for call in calls:
        names: Sequence[str] = [row.file_name for row in call.recordings.all()]
        for name in names or [""]:
            yield CallLine(call, name)


@dataclass(frozen=True)
class Sought:
    """What calls, or recordings of calls, are asked for; None and empty ask nothing."""

    start: datetime | None = None
    end: datetime | None = None
    caller: str = ""
    callee: str = ""
    status: str = ""
    did_number: str = ""
    numbers: tuple[int, ...] = ()
    #: Whether a caller's or callee's number may be a part of the whole one.
    fuzzy: bool = False


def calls_sought(sought: Sought) -> QuerySet[Call]:
    calls = Call.objects.filter(
        _times("started_at", sought) & _parties("", sought) & _numbers(sought)
    )
    if sought.status:
        calls = calls.filter(status=sought.status)
    if sought.did_number:
        calls = calls.filter(did_number=sought.did_number)
    return calls


def call_recordings_sought(sought: Sought) -> QuerySet[CallRecording]:
    """Recordings that can be had, those without a known call too."""
    # Not joined: SQLite would begin with the other table, and sort all of this
    # one for a single page.
    ready = Recording.objects.filter(pk=OuterRef("recording"), state=State.READY)
    return CallRecording.objects.prefetch_related("recording", "call").filter(
        _times("recording__recorded_at", sought)
        & _parties("call__", sought)
        & _numbers(sought),
        Exists(ready),
    )


def _times(field: str, sought: Sought) -> Q:
    wanted = Q()
    if sought.start is not None:
        wanted &= Q(**{f"{field}__gte": sought.start})
    if sought.end is not None:
        wanted &= Q(**{f"{field}__lte": sought.end})
    return wanted


def _parties(prefix: str, sought: Sought) -> Q:
    lookup = "__contains" if sought.fuzzy else ""
    wanted = Q()
    if sought.caller:
        wanted &= Q(**{f"{prefix}caller{lookup}": sought.caller})
    if sought.callee:
        wanted &= Q(**{f"{prefix}callee{lookup}": sought.callee})
    return wanted


def _numbers(sought: Sought) -> Q:
    return Q(number__in=sought.numbers) if sought.numbers else Q()
