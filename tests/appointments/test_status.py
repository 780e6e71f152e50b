"""The life-cycle of an appointment (contract medisync 4.2), and what moves it."""

from __future__ import annotations

import pytest

from appointments import services
from appointments.models import Appointment
from appointments.status import Event, Status, after
from medisync.accounts.models import User
from tests.factories import AppointmentFactory

pytestmark = pytest.mark.contract("medisync", "4.2")

ALWAYS = {
    Event.RECORDING_ADDED: Status.TRANSCRIBING,
    Event.TRANSCRIPTION_ADDED: Status.PROCESSING,
    Event.NOTES_SAVED: Status.FINISHED,
    Event.PIPELINE_FAILED: Status.ERROR,
}


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("status", Status)
def test_every_transition(status: Status, event: Event) -> None:
    if event == Event.TRANSCRIPTION_UPDATED:
        moved = status == Status.TRANSCRIBING
        assert after(status, event) == (Status.PROCESSING if moved else status)
    else:
        assert after(status, event) == ALWAYS[event]


def test_it_starts_from_the_status_of_now(doctor: User) -> None:
    stale = AppointmentFactory.create(doctor=doctor, status=Status.TRANSCRIBING)
    Appointment.objects.update(status=Status.FINISHED)

    services.advance(stale, Event.TRANSCRIPTION_UPDATED)

    assert stale.status == Status.FINISHED
    stale.refresh_from_db()
    assert stale.status == Status.FINISHED


def test_one_that_is_gone_is_no_error(doctor: User) -> None:
    gone = AppointmentFactory.create(doctor=doctor)
    Appointment.objects.all().delete()

    services.advance(gone, Event.NOTES_SAVED)
    services.attach_recording(gone, recording_id="1", url="/x", key="k")
    services.detach_recording(gone.pk)

    assert not Appointment.objects.exists()


def test_a_recording_comes_and_goes(doctor: User) -> None:
    visit = AppointmentFactory.create(doctor=doctor, status=Status.TRANSCRIBING)

    services.attach_recording(visit, recording_id="1", url="/x", key="k")
    visit.refresh_from_db()
    assert (visit.recording_id, visit.recording_url, visit.recording_key) == (
        "1",
        "/x",
        "k",
    )
    services.detach_recording(visit.pk)
    visit.refresh_from_db()
    assert (visit.recording_id, visit.recording_url, visit.recording_key) == ("",) * 3
    assert visit.status == Status.TRANSCRIBING
