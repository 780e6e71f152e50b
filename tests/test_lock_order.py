"""Deleting a recording while somebody else changes what hangs on it."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest
from django.db.models.signals import post_save

from appointments.models import Appointment
from appointments.services import update_appointment
from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from recordings import making, storage
from recordings.choices import Form, Source
from recordings.intake import incoming_file
from recordings.models import Recording, Rendition
from recordings.services import add_recording, delete_recording
from tests.factories import AppointmentFactory
from tests.locks import meanwhile
from tests.telephony import speech

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.row_locks]


@pytest.fixture
def visit(doctor: User) -> Appointment:
    return AppointmentFactory.create(doctor=doctor)


@pytest.fixture
def recording(visit: Appointment) -> Recording:
    with incoming_file(speech.PROMPT, file_name="visit.wav") as incoming:
        return add_recording(
            incoming,
            source=Source.VISIT,
            appointment=visit,
            actor=SYSTEM,
            origin="test",
        )


def test_an_appointment_that_is_given_away_and_a_deletion_do_not_block_each_other(
    visit: Appointment, recording: Recording, other_doctor: User
) -> None:
    deletions: list[Future[object]] = []

    def delete(**signal: Any) -> None:
        """The appointment is held by now, and its recording is not yet."""
        post_save.disconnect(delete, sender=Appointment)
        deletions.append(meanwhile(lambda: delete_recording(recording, actor=SYSTEM)))

    post_save.connect(delete, sender=Appointment)
    update_appointment(visit, actor=SYSTEM, changes={"doctor": other_doctor})

    deletions[0].result(60)
    visit.refresh_from_db()
    assert (visit.doctor, visit.recording_id) == (other_doctor, "")
    assert not Recording.objects.exists()


def test_a_deletion_finds_the_rendition_that_is_just_done(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendition, mine = making.claim(recording, Form.MP3)
    assert mine
    own = making._own
    deletions: list[Future[object]] = []

    def delete_first(rendition: Rendition) -> Any:
        """The bytes are kept by now, and the row does not name them yet."""
        if not deletions:
            begun = meanwhile(lambda: delete_recording(recording, actor=SYSTEM))
            deletions.append(begun)
        return own(rendition)

    monkeypatch.setattr(making, "_own", delete_first)
    making.carry_out(recording, rendition)

    deletions[0].result(60)
    assert not Recording.objects.exists()
    assert not list(storage.stored_keys())
