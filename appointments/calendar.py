"""What a day and a week of appointments show."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from appointments.models import Appointment, AppointmentQuerySet

#: A week shows so many of a day; the day itself has the rest.
MOST_A_DAY = 12


@dataclass(frozen=True)
class Day:
    date: date
    appointments: list[Appointment]
    more: int = 0

    @property
    def is_today(self) -> bool:
        return self.date == timezone.localdate()

    @property
    def is_past(self) -> bool:
        return self.date < timezone.localdate()


def week_of(day: date) -> list[date]:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=number) for number in range(7)]


def in_order(found: AppointmentQuerySet) -> AppointmentQuerySet:
    """As a day goes, with what a row shows."""
    return found.select_related("doctor", "patient").order_by("date", "time", "id")


def week(found: AppointmentQuerySet, day: date) -> list[Day]:
    """The week of ``day``, with two queries, however much it holds."""
    days = week_of(day)
    found = found.filter(date__gte=str(days[0]), date__lte=str(days[-1]))
    place = Window(
        RowNumber(), partition_by=F("date"), order_by=[F("time").asc(), F("id").asc()]
    )
    shown: dict[str, list[Appointment]] = defaultdict(list)
    for appointment in in_order(
        found.annotate(place=place).filter(place__lte=MOST_A_DAY)
    ):
        shown[appointment.date].append(appointment)
    per_day = found.order_by().values_list("date").annotate(Count("id"))
    counts = dict(per_day)
    return [
        Day(day, shown[str(day)], counts.get(str(day), 0) - len(shown[str(day)]))
        for day in days
    ]
