"""What every list of the pages is narrowed and paged by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import ClassVar

from django import forms
from django.http import HttpRequest
from django.utils import timezone


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ListSearch(forms.Form):
    """What a list is narrowed to, as ``list_search.html`` shows it."""

    #: The fields that are asked for less often, folded away until they are used.
    folded_away: ClassVar[tuple[str, ...]]

    @property
    def first(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.folded_away]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.folded_away]

    @property
    def narrowed(self) -> bool:
        return any(field.value() for field in self.more)


def midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """When ``day`` begins in the clinic, or one ``days`` later."""
    if day is None:
        return None
    try:
        begins = datetime.combine(day + timedelta(days), time.min)
        return timezone.make_aware(begins)
    except OverflowError:
        return None  # The calendar's first and last day bound nothing.


def places_and_query(request: HttpRequest) -> tuple[dict[str, str], str]:
    """The cursors of medisync.lib.keyset that the URL names, and the rest of it."""
    query = request.GET.copy()
    places = {way: (query.pop(way, None) or [""])[-1] for way in ("after", "before")}
    return places, query.urlencode()
