"""The waveform's address: who may hear the recording may see it, and unheard."""

from __future__ import annotations

from django.test import Client

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent, Outcome
from recordings import storage
from recordings.choices import Form
from recordings.models import Rendition
from tests.recordings.conftest import AddVisit


def test_it_is_whole_private_and_no_listening(
    client: Client, doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor, "stereo.wav")
    client.force_login(doctor)
    answer = client.get(f"/recordings/{recording.pk}/peaks.json")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "private, no-store"
    found = answer.json()
    assert abs(found["duration"] * 1000 - recording.duration_ms) <= 50
    assert [len(channel) > 10 for channel in found["peaks"]] == [True, True]
    about = AuditEvent.objects.filter(object_id=recording.pk)
    assert [event.action for event in about] == ["recording.add"]


def test_anothers_is_missing_and_the_attempt_is_on_the_trail(
    client: Client, doctor: User, other_doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)
    client.force_login(other_doctor)
    answer = client.get(f"/recordings/{recording.pk}/peaks.json")
    missing = client.get(f"/recordings/{'0' * 24}/peaks.json")

    assert answer.status_code == missing.status_code == 404
    event = AuditEvent.objects.get(object_id=recording.pk, action="recording.read")
    assert (event.actor_id, event.outcome) == (other_doctor.pk, Outcome.REFUSED)


def test_a_lost_one_is_made_again(
    client: Client, doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)
    client.force_login(doctor)
    url = f"/recordings/{recording.pk}/peaks.json"
    first = client.get(url).content
    storage.remove(Rendition.objects.get(form=Form.PEAKS).key)

    assert client.get(url).content == first
