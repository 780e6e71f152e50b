"""The demo clinic's consultations and dictations."""

from __future__ import annotations

from typing import Any

from appointments.demo import appointment_of, tell_status
from appointments.models import Appointment
from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from medisync.demo_clinic.story import Story
from recordings.choices import Source
from recordings.intake import incoming_file
from recordings.models import Recording
from recordings.services import add_recording


def load(story: Story, **signal: object) -> None:
    for told in story.parts["appointments"]:
        if "audio" in told:
            _add_visit(story, told)
    for told in story.parts["dictations"]:
        _add_dictation(story, told)


def _add_visit(story: Story, told: dict[str, Any]) -> None:
    appointment = appointment_of(story, told)
    assert appointment is not None
    if not Recording.objects.filter(appointment=appointment).exists():
        _add(story, told, told["day"], Source.VISIT, appointment=appointment)
    appointment.refresh_from_db()
    tell_status(appointment, told["status"])


def _add_dictation(story: Story, told: dict[str, Any]) -> None:
    doctor = User.objects.get(email=story.email(told["doctor"]))
    known = Recording.objects.filter(doctor=doctor, title=told["title"])
    if not known.exists():
        _add(
            story,
            told,
            -told["days_ago"],
            Source.DICTATION,
            doctor=doctor,
            title=told["title"],
        )


def _add(
    story: Story,
    told: dict[str, Any],
    day: int,
    source: Source,
    *,
    appointment: Appointment | None = None,
    doctor: User | None = None,
    title: str = "",
) -> None:
    name = told["audio"]
    with incoming_file(story.audio(name), file_name=name) as incoming:
        add_recording(
            incoming,
            source=source,
            actor=SYSTEM,
            origin="demo",
            appointment=appointment,
            doctor=doctor,
            title=title,
            recorded_at=story.moment(day, told["time"]),
        )
