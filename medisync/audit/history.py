"""What the audit trail knows of one record: who did, read or heard what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from medisync.audit.listening import merged
from medisync.audit.models import AuditEvent, HeardRange
from medisync.audit.words import VERBS

_RANGES = 1000
_SPANS = 5

SOUND = ["recording.play", "recording.download", "recording.read"]


@dataclass(frozen=True)
class Happening:
    """One event as people read it."""

    event: AuditEvent
    #: The bytes that were sent, first and last of each span, of ``size`` in all.
    spans: Sequence[tuple[int, int]] = ()
    size: int = 0

    @property
    def what(self) -> str:
        verb = self.event.action.rpartition(".")[2]
        return str(VERBS.get(verb, self.event.action))

    @property
    def part(self) -> str:
        """Which part was sent: all, or from where to where, in hundredths."""
        spans, size = self.spans, self.size
        if not spans or not size:
            return ""
        if spans[0][0] == 0 and spans[0][1] >= size - 1:
            return _("all of it")
        told = [
            f"{100 * first // size}-{min(100, -(-100 * (last + 1) // size))} %"
            for first, last in spans[:_SPANS]
        ]
        return ", ".join(told) + (" …" if len(spans) > _SPANS else "")


def of_record(subject: models.Model) -> models.QuerySet[Any]:
    """Every event of a record, newest first."""
    kind = subject._meta.model_name or ""
    return AuditEvent.objects.filter(object_id=str(subject.pk), object_kind=kind)


def heard(subject: models.Model) -> models.QuerySet[Any]:
    """Who heard or downloaded a recording, or tried to."""
    return of_record(subject).filter(action__in=SOUND)


def happenings(
    events: Iterable[AuditEvent], sizes: Mapping[str, int]
) -> list[Happening]:
    """``sizes`` has the bytes of each form of the record, by its content type."""
    events = list(events)
    ranges: dict[str, list[tuple[int, int]]] = {}
    ids = [event.pk for event in events]
    for row in HeardRange.objects.filter(event__in=ids).order_by("-id")[:_RANGES]:
        ranges.setdefault(row.event_id, []).append((row.first_byte, row.last_byte))
    return [
        Happening(
            event,
            merged(ranges.get(event.pk, [])),
            sizes.get(event.details.get("form", ""), 0),
        )
        for event in events
    ]
