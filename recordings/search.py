"""Finding recordings: what the staff's list shows, a page at a time.

Every word of a search is the beginning of a word that the recording is found by
(``recordings.indexing``). SQLite's index holds these in the order of time, with the
doctor and the source among them, so that a page of the newest is read off it and
costs the same for rare words and for frequent ones. For every other list, what is
rare is found by the index and sorted, and what is frequent by going along the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Subquery

from medisync.accounts.models import User
from medisync.lib import keyset
from medisync.lib.keyset import Page
from medisync.lib.text import words_of
from recordings.access import recordings_for
from recordings.choices import Form, RenditionState, Source
from recordings.indexing import of_doctor, of_source, place
from recordings.match import along, expression, few, gives_in_order
from recordings.models import Recording, RecordingQuerySet, Rendition, SearchMatch

PAGE_SIZE = 25

# A search of more words would be an expression deeper than SQLite takes.
_MOST_WORDS = 20


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
# The same, as the index of words has it.
_ORDERS_OF_MATCHES = {Sort.NEWEST: ("-place",), Sort.OLDEST: ("place",)}


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
    """A page of what ``user`` may hear, with doctor, appointment and patient.

    Each has a ``sketch`` of its sound, None where it is not made yet.
    """
    found = _narrowed(recordings_for(user), filters)
    order: tuple[str, ...] = _ORDERS[filters.sort]
    if words := words_of(filters.text)[:_MOST_WORDS]:
        exact = _exact(user, filters)
        if gives_in_order() and filters.sort in _ORDERS_OF_MATCHES:
            order = _ORDERS_OF_MATCHES[filters.sort]
            found = _by_place(found, expression(words, exact), filters)
        else:
            found = _matching(found, order, words, exact)
    elif filters.text.strip():
        found = found.none()
    # The doctor is not joined: with one given, SQLite would begin with that table,
    # and sort everything that was found.
    shown = found.select_related("appointment__patient").prefetch_related("doctor")
    return keyset.page(
        shown.annotate(sketch=_sketch()),
        order,
        size=PAGE_SIZE,
        after=after,
        before=before,
    )


def newest_matches(user: User, text: str, most: int) -> RecordingQuerySet:
    """The ``most`` newest that ``user`` may hear of what a search finds.

    For lists with an order and filters of their own, which would otherwise sort all
    that a frequent word finds.
    """
    found = recordings_for(user)
    words = words_of(text)[:_MOST_WORDS]
    if not words:
        return found.none()
    own = [] if user.sees_clinic else [of_doctor(user.pk)]
    if gives_in_order():
        matches = SearchMatch.objects.filter(words__matches=expression(words, own))
        newest = matches.order_by("-pk").values("recording")
        return found.filter(pk__in=newest[:most])
    order = _ORDERS[Sort.NEWEST]
    matching = _matching(found, order, words, own).order_by(*order)
    return found.filter(pk__in=matching.values("pk")[:most])


def _sketch() -> Subquery:
    peaks = Rendition.objects.filter(
        recording=OuterRef("pk"), form=Form.PEAKS, state=RenditionState.READY
    )
    return Subquery(peaks.values("sketch")[:1])


def _narrowed(found: RecordingQuerySet, filters: RecordingFilters) -> RecordingQuerySet:
    found = found.filter(
        **_given(
            source=filters.source,
            doctor=filters.doctor,
            recorded_at__gte=filters.since,
            recorded_at__lt=filters.until,
            duration_ms__gte=filters.at_least_ms,
            duration_ms__lte=filters.at_most_ms,
        )
    )
    if filters.state is None:
        return found
    forms = Rendition.objects.filter(recording=OuterRef("pk"))
    if filters.state == RenditionState.READY:
        return found.exclude(Exists(forms.exclude(state=RenditionState.READY)))
    unready = Rendition.objects.filter(state=filters.state)
    return found.filter(pk__in=unready.values("recording"))


def _given(**bounds: Any) -> dict[str, Any]:
    return {name: value for name, value in bounds.items() if value is not None}


def _matching(
    found: RecordingQuerySet, order: Sequence[str], words: list[str], exact: list[str]
) -> RecordingQuerySet:
    """What is sought, for a list that has another order than the index of words."""
    ids = few(found.order_by(*order), words, exact)
    return along(found, words) if ids is None else found.filter(pk__in=ids)


def _by_place(
    found: RecordingQuerySet, sought: str, filters: RecordingFilters
) -> RecordingQuerySet:
    """What is sought, as the index has it in the order of place."""
    return found.annotate(place=F("search_match__id")).filter(
        search_match__words__matches=sought,
        **_given(
            search_match__id__gte=filters.since and place(filters.since),
            search_match__id__lt=filters.until and place(filters.until),
        ),
    )


def _exact(user: User, filters: RecordingFilters) -> list[str]:
    """The index is told what else the list is narrowed to."""
    doctor = filters.doctor if user.sees_clinic else user
    told = [of_doctor(doctor.pk)] if doctor else []
    return [*told, of_source(filters.source)] if filters.source else told
