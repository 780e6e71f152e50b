"""What every list of the pages is narrowed and paged by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.http import HttpRequest
from django.utils import timezone


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


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
