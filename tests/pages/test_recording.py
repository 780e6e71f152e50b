from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent, Outcome
from recordings.choices import Form
from recordings.models import Recording
from recordings.renditions import stored_audio
from tests.factories import AppointmentFactory, PatientFactory
from tests.pages.conftest import SignedIn
from tests.recordings.conftest import AddVisit

pytestmark = pytest.mark.django_db


def body(client: Client, url: str) -> bytes:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.getvalue()


def kept(recording: Recording, form: Form | None) -> str:
    return stored_audio(recording, form).sha256


def test_the_page_tells_the_facts(
    signed_in: SignedIn, doctor: User, add_visit: AddVisit
) -> None:
    patient = PatientFactory.create(doctor=doctor, first_name="Eilidh")
    appointment = AppointmentFactory.create(doctor=doctor, patient=patient)
    recording = add_visit(doctor, "opus.ogg", appointment)

    text = signed_in(doctor).get(f"/recordings/{recording.pk}/").content.decode()

    for fact in (
        "Knee check",
        str(patient),
        doctor.doctor_name,
        recording.sha256,
        "Opus in ogg",
        "48000 Hz",
        "1 (mono)",
        "opus.ogg",
        f'data-original="/recordings/{recording.pk}/original" data-type="audio/ogg;',
        f'data-mp3="/recordings/{recording.pk}/audio.mp3"',
        f'href="/recordings/{recording.pk}/audio.wav?download=1"',
        f'href="/recordings/{recording.pk}/audio.mp3?download=1"',
    ):
        assert fact in text, fact


def test_no_url_names_the_patient(
    signed_in: SignedIn, doctor: User, add_visit: AddVisit
) -> None:
    patient = PatientFactory.create(doctor=doctor, first_name="Xanthippe")
    appointment = AppointmentFactory.create(
        doctor=doctor, patient=patient, name="Xanthippe's knee"
    )
    recording = add_visit(doctor, "pcm-16.wav", appointment)
    client = signed_in(doctor)

    for page in ("/", f"/recordings/{recording.pk}/", "/admin/recordings/recording/"):
        text = client.get(page).content.decode()
        links = [part.split('"')[0] for part in text.split('="')[1:]]
        assert not any("anthippe" in link and "/" in link for link in links)


@pytest.mark.parametrize("name", ["opus.ogg", "gsm.wav", "aac.m4a"])
def test_downloads_are_what_is_stored(
    signed_in: SignedIn, doctor: User, add_visit: AddVisit, name: str
) -> None:
    recording = add_visit(doctor, name)
    client = signed_in(doctor)
    stem = Path(name).stem

    for url, form, saved in (
        ("original", None, name),
        ("audio.wav", Form.WAV, f"{stem}.wav"),
        ("audio.mp3", Form.MP3, f"{stem}.mp3"),
    ):
        answer = client.get(f"/recordings/{recording.pk}/{url}?download=1")
        assert answer["Content-Disposition"] == f'attachment; filename="{saved}"'
        data = answer.getvalue()
        assert hashlib.sha256(data).hexdigest() == kept(recording, form)
        assert int(answer["Content-Length"]) == len(data)
    # A WAV is its own WAV form: one download of it, whichever way.
    forms = 2 if recording.container == "wav" else 3
    events = AuditEvent.objects.filter(action="recording.download")
    assert [event.actor_id for event in events] == [doctor.pk] * forms
    assert {event.object_id for event in events} == {recording.pk}


def test_playing_is_on_the_trail_and_saves_no_file(
    signed_in: SignedIn, doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)
    client = signed_in(doctor)
    url = f"/recordings/{recording.pk}/original"

    answer = client.get(url, headers={"Range": "bytes=0-99"})

    assert (answer.status_code, len(answer.getvalue())) == (206, 100)
    assert "Content-Disposition" not in answer
    event = AuditEvent.objects.get(action="recording.play")
    assert (event.actor_id, event.object_id) == (doctor.pk, recording.pk)

    beyond = client.get(url, headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416
    assert beyond["Content-Range"] == f"bytes */{recording.size}"
    head = client.head(url)
    assert (head.status_code, head["Content-Length"]) == (200, str(recording.size))
    assert client.post(url).status_code == 405


@pytest.mark.parametrize("end", ["", "audio.wav", "audio.mp3", "original"])
def test_anothers_is_as_a_missing_one(
    signed_in: SignedIn,
    doctor: User,
    other_doctor: User,
    staff: User,
    add_visit: AddVisit,
    end: str,
) -> None:
    recording = add_visit(doctor)
    url = f"/recordings/{recording.pk}/{end}"
    assert body(signed_in(doctor), url)
    assert body(signed_in(staff), url)
    assert Client().get(url)["Location"].startswith("/sign-in?next=")

    client = signed_in(other_doctor)
    hidden = client.get(url)
    missing = client.get(f"/recordings/{'0' * 24}/{end}")

    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content
    refused = AuditEvent.objects.filter(outcome=Outcome.REFUSED)
    assert [event.object_id for event in refused] == [recording.pk]


@pytest.mark.parametrize("bad", ["x", "%00", "..%2f", "é" * 12, "0" * 25, "%ff" * 24])
def test_a_strange_id_is_a_missing_one(
    signed_in: SignedIn, doctor: User, bad: str
) -> None:
    client = signed_in(doctor)

    for end in ("", "original", "audio.wav"):
        assert client.get(f"/recordings/{bad}/{end}").status_code in (400, 404)


def test_a_lost_original_is_told_kindly(
    signed_in: SignedIn, doctor: User, add_visit: AddVisit, settings: object
) -> None:
    recording = add_visit(doctor, "opus.ogg")
    media = Path(settings.MEDIA_ROOT)  # type: ignore[attr-defined]
    (media / recording.key).unlink()

    answer = signed_in(doctor).get(f"/recordings/{recording.pk}/original")

    assert answer.status_code == 503
    assert "Not available right now" in answer.content.decode()


def test_the_appointments_page_plays_the_api_address(
    signed_in: SignedIn, doctor: User, other_doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)
    client = signed_in(doctor)
    page = reverse(
        "admin:appointments_appointment_change", args=[recording.appointment_id]
    )
    url = f"/api/recordings/get/{recording.appointment_id}"

    assert (
        f'<audio controls preload="none" src="{url}">'
        in client.get(page).content.decode()
    )
    assert hashlib.sha256(body(client, url)).hexdigest() == recording.sha256
    assert signed_in(other_doctor).get(url).status_code == 400
