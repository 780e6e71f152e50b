"""What the recorder and the drop zone need to know wherever a page includes them."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.conf import settings

from appointments.access import clinicians
from appointments.models import Appointment
from medisync.accounts.models import User
from recordings.models import Recording
from recordings.resumable import largest

register = template.Library()


@register.simple_tag
def recording_of(appointment: Appointment | str) -> Recording | None:
    """The one recording that an appointment has, if it has it."""
    if not isinstance(appointment, Appointment):
        return None  # A dictation has none.
    return Recording.objects.ready().filter(appointment=appointment).first()


@register.simple_tag
def most_sample_bytes() -> int:
    return largest(24_000)


@register.simple_tag
def most_file_bytes() -> int:
    return largest(None)


@register.simple_tag
def most_seconds() -> int:
    return int(settings.MAX_RECORDING_SECONDS)


@register.simple_tag
def doctors_for(user: User) -> Iterable[User]:
    """Whose dictation it can be: one's own, or for staff any doctor's."""
    return clinicians() if user.sees_clinic else ()
