"""Call detail records: the calls a phone application may ask for.

Like a phone system, every PBX user sees all calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from recordings.models import State
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
