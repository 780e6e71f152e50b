"""What a patient's time line tells of calls."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from appointments.models import Appointment, Patient
from appointments.timeline import Entry
from medisync.accounts.models import User
from telephony.access import calls_for
from telephony.search import with_facts


def calls_told(
    user: User, patient: Patient, before: datetime | None, most: int
) -> list[Entry]:
    """The calls that were about the patient, or about one of their appointments."""
    # No join: each side of the "or" has an index of its own.
    visits = Appointment.objects.filter(patient=patient).values("pk")
    found = calls_for(user).filter(Q(patient=patient) | Q(appointment__in=visits))
    if before is not None:
        found = found.filter(started_at__lt=before)
    latest = with_facts(found).order_by("-started_at", "-number")[:most]
    return [Entry(call.started_at, "telephony/_told.html", call) for call in latest]
