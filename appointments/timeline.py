"""A patient's story: what the apps know of them, newest first.

Each app adds what it has to tell, so that none needs to know another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from appointments.access import appointments_for
from appointments.models import Appointment, Patient
from medisync.accounts.models import User


@dataclass(frozen=True)
class Entry:
    """One line: ``template`` shows ``row``, as ``entry.row``."""

    at: datetime
    template: str
    row: Any


#: ``(user, patient, before, most)`` to the newest ``most`` entries before a moment
#: that the user may see, with a number of queries that does not grow.
Teller = Callable[[User, Patient, datetime | None, int], Sequence[Entry]]

#: By a name of the app's own; the apps add theirs when they are ready.
TELLERS: dict[str, Teller] = {}

# Entries of one moment stay on one page, as long as they are no more than this.
_AT_ONCE = 20


def story(
    user: User, patient: Patient, *, before: datetime | None, most: int
) -> tuple[list[Entry], datetime | None]:
    """The newest entries before a moment, and before when there are more."""
    told = [
        entry
        for teller in TELLERS.values()
        for entry in teller(user, patient, before, most + _AT_ONCE)
    ]
    told.sort(key=lambda entry: entry.at, reverse=True)
    end = most
    while end < len(told) and told[end].at == told[end - 1].at:
        end += 1
    shown = told[:end]
    return shown, shown[-1].at if end < len(told) else None


def visits(
    user: User, patient: Patient, before: datetime | None, most: int
) -> list[Entry]:
    """The patient's appointments, at the time they are planned for."""
    found = appointments_for(user).filter(patient=patient).select_related("doctor")
    if before is not None:
        local = timezone.localtime(before)
        day, clock = local.date().isoformat(), f"{local:%H:%M}"
        found = found.filter(date__lte=day).exclude(date=day, time__gte=clock)
    return [
        Entry(moment_of(appointment), "patients/_visit.html", appointment)
        for appointment in found[:most]
    ]


def moment_of(appointment: Appointment) -> datetime:
    naive = datetime.fromisoformat(f"{appointment.date}T{appointment.time}")
    return timezone.make_aware(naive)


TELLERS["visits"] = visits
