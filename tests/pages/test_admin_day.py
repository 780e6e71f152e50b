"""The admin's first page says what is up today and what waits, to each their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment
from medisync.accounts.models import User
from recordings.choices import Form, RenditionState
from recordings.models import Rendition
from tests.factories import AppointmentFactory, PatientFactory
from tests.pages.conftest import SignedIn
from tests.recordings.conftest import AddVisit

pytestmark = pytest.mark.django_db


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days)).isoformat()


def appointment(doctor: User, days: int, name: str, **facts: str) -> Appointment:
    patient = PatientFactory.create(doctor=doctor, last_name=f"Of {name}")
    return AppointmentFactory.create(
        doctor=doctor, patient=patient, date=day(days), name=name, **facts
    )


def panel(client: Client, title: str) -> str:
    page = client.get(reverse("admin:index")).content.decode()
    _, found, rest = page.partition(f"<h2>{title}</h2>")
    assert found, title
    return rest.partition("</section>")[0]


def test_today_shows_ones_own_appointments(
    signed_in: SignedIn, doctor: User, other_doctor: User, staff: User
) -> None:
    one = appointment(doctor, 0, "Knee", time="09:20", status="planned")
    appointment(doctor, 1, "Shoulder")
    appointment(other_doctor, 0, "Migraine", time="10:00")
    mine = panel(signed_in(doctor), "Today’s appointments")

    assert reverse("admin:appointments_appointment_change", args=[one.pk]) in mine
    for text in ("09:20 Knee", "Of Knee", "Planned", "No recording yet"):
        assert text in mine
    assert "Migraine" not in mine
    assert "Shoulder" not in mine
    clinic = panel(signed_in(staff), "Today’s appointments")
    assert "Knee" in clinic
    assert "Migraine" in clinic


def test_what_waits_is_told(signed_in: SignedIn, doctor: User) -> None:
    appointment(doctor, -1, "Forgotten", status="recording")
    appointment(doctor, -40, "Long ago", status="recording")
    appointment(doctor, -2, "Spoken", status="processing", recording_id="1" * 24)
    appointment(doctor, -3, "Broken", status="error", recording_id="2" * 24)
    client = signed_in(doctor)

    for title, name in (
        ("Without a recording", "Forgotten"),
        ("Transcribed, notes not written", "Spoken"),
        ("Something went wrong", "Broken"),
    ):
        lines = panel(client, title)
        assert name in lines
        assert lines.count("<li>") == 1


def test_staff_see_what_could_not_be_made(
    signed_in: SignedIn, doctor: User, staff: User, add_visit: AddVisit
) -> None:
    Rendition.objects.create(
        recording=add_visit(doctor),
        form=Form.MP3,
        recipe="mp3-old",
        state=RenditionState.FAILED,
        error="The audio is damaged.",
    )
    assert "The audio is damaged." in panel(signed_in(staff), "Could not be made")
    page = signed_in(doctor).get(reverse("admin:index")).content.decode()
    assert "Could not be made" not in page
