"""Who listened to a recording or took it away, when, and which part of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from medisync.audit.listening import merged
from medisync.audit.models import AuditEvent, Outcome
from recordings.models import Form, Recording, RenditionState
from recordings.recipes import RECIPES
from recordings.renditions import stored_audio

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
    events = (
        AuditEvent.objects.filter(object_id=recording.pk, action__in=_ACTIONS)
        .order_by("-at", "-id")
        .prefetch_related("heard_ranges")[:_MOST]
    )
    sizes = _sizes(recording)
    return [_access(event, recording, sizes) for event in events]


def _access(event: AuditEvent, recording: Recording, sizes: dict[str, int]) -> Access:
    return Access(
        at=event.at,
        who=event.actor_name,
        address=event.address or "",
        saved=event.action == "recording.download",
        outcome=Outcome(event.outcome),
        parts=_parts(event, recording, sizes.get(event.details.get("form", ""), 0)),
    )


def _parts(event: AuditEvent, recording: Recording, size: int) -> list[tuple[int, int]]:
    """The bytes that were sent, as time: close enough, since they flow evenly."""
    if not size:
        return []
    ranges = [(row.first_byte, row.last_byte) for row in event.heard_ranges.all()]
    return [
        (
            recording.duration_ms * first // size,
            min(recording.duration_ms, recording.duration_ms * (last + 1) // size),
        )
        for first, last in merged(ranges)[:_PARTS]
    ]


def _sizes(recording: Recording) -> dict[str, int]:
    """How many bytes each form has, by its content type."""
    made = recording.renditions.filter(state=RenditionState.READY)
    sizes = {
        RECIPES[Form(rendition.form)].content_type: rendition.size for rendition in made
    }
    return {**sizes, stored_audio(recording, None).content_type: recording.size}
