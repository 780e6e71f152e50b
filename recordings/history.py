"""Who listened to a recording or took it away, when, and which part of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from medisync.audit import history
from medisync.audit.history import Happening
from medisync.audit.models import Outcome
from recordings.models import Recording
from recordings.renditions import sent_sizes

_MOST = 50
_PARTS = 4
_ACTIONS = ("recording.play", "recording.download")


@dataclass(frozen=True)
class Access:
    """One listening or download; ``parts`` are from and to, in milliseconds."""

    at: datetime
    who: str
    address: str
    saved: bool
    outcome: Outcome
    parts: list[tuple[int, int]]


def accesses_to(recording: Recording) -> list[Access]:
    """The latest, newest first."""
    events = history.of_record(recording).filter(action__in=_ACTIONS)[:_MOST]
    happenings = history.happenings(events, sent_sizes(recording))
    return [_access(happening, recording) for happening in happenings]


def _access(happening: Happening, recording: Recording) -> Access:
    event = happening.event
    return Access(
        at=event.at,
        who=event.actor_name,
        address=event.address or "",
        saved=event.action == "recording.download",
        outcome=Outcome(event.outcome),
        parts=_parts(happening, recording.duration_ms),
    )


def _parts(happening: Happening, length_ms: int) -> list[tuple[int, int]]:
    """The bytes that were sent, as time: close enough, since they flow evenly."""
    size = happening.size
    if not size:
        return []
    return [
        (length_ms * first // size, min(length_ms, length_ms * (last + 1) // size))
        for first, last in happening.spans[:_PARTS]
    ]
