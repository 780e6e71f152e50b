"""Finding recordings: what the staff's list shows, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef

from medisync.accounts.models import User
from medisync.lib import keyset
from medisync.lib.keyset import Page
from recordings.access import recordings_for
from recordings.models import (
    Recording,
    RecordingQuerySet,
    Rendition,
    RenditionState,
    Source,
)

PAGE_SIZE = 25


class Sort(models.TextChoices):
    NEWEST = "newest", "Newest first"
    OLDEST = "oldest", "Oldest first"
    LONGEST = "longest", "Longest first"
    SHORTEST = "shortest", "Shortest first"


_ORDERS = {
    Sort.NEWEST: ("-recorded_at", "-id"),
    Sort.OLDEST: ("recorded_at", "id"),
    Sort.LONGEST: ("-duration_ms", "-id"),
    Sort.SHORTEST: ("duration_ms", "id"),
}


@dataclass(frozen=True)
class RecordingFilters:
    """What a list of recordings is narrowed to. ``None`` narrows nothing."""

    text: str = ""
    source: Source | None = None
    doctor: User | None = None
    since: datetime | None = None
    #: Not this moment itself any more.
    until: datetime | None = None
    at_least_ms: int | None = None
    at_most_ms: int | None = None
    #: READY where nothing is left to be made of it; else what one of its forms is.
    state: RenditionState | None = None
    sort: Sort = Sort.NEWEST


def recordings(
    user: User, filters: RecordingFilters, *, after: str = "", before: str = ""
) -> Page[Recording]:
    """A page of what ``user`` may hear, with doctor, appointment and patient."""
    found = _narrowed(recordings_for(user), filters).matching(filters.text.split())
    return keyset.page(
        found.select_related("doctor", "appointment__patient"),
        _ORDERS[filters.sort],
        size=PAGE_SIZE,
        after=after,
        before=before,
    )


def _narrowed(found: RecordingQuerySet, filters: RecordingFilters) -> RecordingQuerySet:
    bounds = {
        "source": filters.source,
        "doctor": filters.doctor,
        "recorded_at__gte": filters.since,
        "recorded_at__lt": filters.until,
        "duration_ms__gte": filters.at_least_ms,
        "duration_ms__lte": filters.at_most_ms,
    }
    found = found.filter(**{k: v for k, v in bounds.items() if v is not None})
    if filters.state is None:
        return found
    forms = Rendition.objects.filter(recording=OuterRef("pk"))
    if filters.state == RenditionState.READY:
        return found.exclude(Exists(forms.exclude(state=RenditionState.READY)))
    return found.filter(pk__in=forms_in(filters.state))


def forms_in(state: RenditionState) -> models.QuerySet[Rendition, str]:
    """The recordings that have a form in ``state``."""
    return Rendition.objects.filter(state=state).values_list("recording", flat=True)
