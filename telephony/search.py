"""Finding calls: what the staff's list shows, a page at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q

from medisync.accounts.models import User
from medisync.lib import keyset
from medisync.lib.keyset import Page
from medisync.lib.text import storable
from recordings.choices import State
from telephony.access import calls_for
from telephony.models import Call, CallQuerySet, CallRecording

PAGE_SIZE = 25

_NO_NUMBER = re.compile(r"[\s()./-]")


@dataclass(frozen=True)
class CallFilters:
    """What a list of calls is narrowed to. Empty and ``None`` narrow nothing."""

    #: Part of the caller's or the callee's number, however it is grouped.
    number: str = ""
    type: str = ""
    since: datetime | None = None
    #: Not this moment itself any more.
    until: datetime | None = None
    recorded: bool | None = None
    attached: bool | None = None


def calls(
    user: User, filters: CallFilters, *, after: str = "", before: str = ""
) -> Page[Call]:
    """A page of the calls that ``user`` may know of, the newest first."""
    return keyset.page(
        with_facts(_narrowed(calls_for(user), filters)),
        ("-started_at", "-number"),
        size=PAGE_SIZE,
        after=after,
        before=before,
    )


def with_facts(found: CallQuerySet) -> CallQuerySet:
    """``found`` with what a page tells of a call, its recordings that are ready."""
    ready = CallRecording.objects.filter(recording__state=State.READY)
    return found.select_related(
        "patient", "appointment__patient", "doctor"
    ).prefetch_related(
        Prefetch("recordings", ready.select_related("recording").order_by("number"))
    )


def _narrowed(found: CallQuerySet, filters: CallFilters) -> CallQuerySet:
    number = _NO_NUMBER.sub("", filters.number)
    if not storable(number):
        return found.none()
    if number:
        found = found.filter(Q(caller__contains=number) | Q(callee__contains=number))
    bounds = {
        "type": filters.type or None,
        "started_at__gte": filters.since,
        "started_at__lt": filters.until,
    }
    found = found.filter(**{k: v for k, v in bounds.items() if v is not None})
    if filters.recorded is not None:
        ready = CallRecording.objects.filter(
            call=OuterRef("pk"), recording__state=State.READY
        )
        found = found.filter(Exists(ready) if filters.recorded else ~Exists(ready))
    if filters.attached is not None:
        found = found.filter(doctor__isnull=not filters.attached)
    return found
