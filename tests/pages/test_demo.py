from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

import telephony.demo
from appointments.models import Appointment, Patient
from appointments.status import Status
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.demo_clinic.story import Story, read_story
from notes.models import Note
from recordings import intake
from recordings.choices import Source
from recordings.errors import StorageFull
from recordings.models import Recording
from telephony.choices import CallType
from telephony.filenames import parse_name
from telephony.models import Account, Call, CallRecording, PbxUser

pytestmark = pytest.mark.django_db

OURS = ["accounts", "audit", "appointments", "recordings", "notes", "telephony"]


def demo(*options: str) -> str:
    out = StringIO()
    call_command("demo", *options, stdout=out)
    return out.getvalue()


def logins() -> list[dict[str, str]]:
    return [json.loads(line) for line in demo("--json").splitlines()]


def everything() -> dict[str, list[Any]]:
    return {
        model._meta.label: sorted(map(repr, model._default_manager.values()))
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        # An index of words is made from what the others hold.
        if model._meta.managed
    }


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    story = read_story()
    other = Story(story.parts, story.today + timedelta(days))
    monkeypatch.setattr(
        "medisync.audit.management.commands.demo.read_story", lambda: other
    )


@pytest.fixture
def loaded() -> list[dict[str, str]]:
    return logins()


def test_it_prints_logins_that_work(loaded: list[dict[str, str]]) -> None:
    assert [set(login) for login in loaded] == [{"email", "password", "role"}] * 4
    roles = [login["role"] for login in loaded]
    assert roles == ["clinician", "clinician", "staff", "superuser"]
    for login in loaded:
        data = {"email": login["email"], "password": login["password"]}
        client = Client()
        assert client.post("/sign-in", data).status_code == 302
        assert client.get("/").status_code == 200
        answer = client.post("/api/login", data, content_type="application/json")
        assert answer.status_code == 200
        user = User.objects.get(email=login["email"])
        assert user.sees_clinic == (login["role"] != "clinician")
        assert user.is_superuser == (login["role"] == "superuser")


def test_it_tells_people_what_there_is() -> None:
    text = demo()

    for login in logins():
        assert login["email"] in text
        assert login["password"] in text
    assert "larkfield-pbx" in text
    assert str(Account.objects.get().pk) in text
    assert "not shown again" in text
    assert "not shown again" not in demo()


def test_the_clinic_is_all_there(loaded: list[dict[str, str]]) -> None:
    today = timezone.localdate()
    assert Patient.objects.count() == 12
    assert set(Appointment.objects.values_list("status", flat=True)) == set(Status)
    days = set(Appointment.objects.values_list("date", flat=True))
    assert min(days) == (today - timedelta(10)).isoformat()
    assert max(days) == (today + timedelta(4)).isoformat()
    for appointment in Appointment.objects.all():
        assert appointment.patient is not None
        assert appointment.patient.doctor == appointment.doctor
        notes = Note.objects.filter(appointment=appointment).exists()
        assert notes == (appointment.status == Status.FINISHED)

    consultations = Recording.objects.filter(source=Source.VISIT)
    assert consultations.count() == 6
    for recording in consultations:
        assert 20_000 <= recording.duration_ms <= 120_000
        appointment = Appointment.objects.get(pk=recording.appointment_id)
        told = timezone.localtime(recording.recorded_at)
        assert (
            told.strftime("%Y-%m-%d %H:%M") == f"{appointment.date} {appointment.time}"
        )
    assert Recording.objects.filter(source=Source.DICTATION).count() == 2


def test_calls_are_as_a_phone_system_names_them(loaded: list[dict[str, str]]) -> None:
    found = CallRecording.objects.select_related("call", "recording")
    assert found.count() == 6
    types = set()
    for call_recording in found:
        named = parse_name(call_recording.file_name)
        assert named is not None
        assert call_recording.call is not None
        assert call_recording.account is not None
        assert named.callid == call_recording.call.callid
        assert named.recording_started_at == call_recording.recording.recorded_at
        assert call_recording.recording.codec == "pcm_s16le"
        assert call_recording.recording.sample_rate == 8000
        types.add(named.type)
    assert types == {CallType.INTERNAL, CallType.INBOUND, CallType.OUTBOUND}
    assert {row.recording.channels for row in found} == {1, 2}
    assert PbxUser.objects.count() == 1


def test_the_pages_have_something_to_tell(loaded: list[dict[str, str]]) -> None:
    staff = Client()
    staff.force_login(User.objects.get(email=loaded[2]["email"]))
    calls = Call.objects.exclude(patient=None).select_related("patient")
    called = [str(call.about) for call in calls]
    assert sorted(called) == ["Annika Vogel", "Eilidh MacKay", "Leonard Carver"]
    carver = Patient.objects.get(last_name="Carver")
    page = staff.get(f"/patients/{carver.pk}/").content.decode()
    assert page.count("Knee") >= 2
    assert "15035550141" in page
    note = Note.objects.get(appointment__name="Knee pain, right")
    assert note.version == 2


def test_a_second_run_changes_nothing(
    loaded: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything()
    assert logins() == loaded
    assert everything() == before

    later(monkeypatch, 3)
    assert logins() == loaded
    assert everything() == before


def test_what_people_did_to_it_stays(loaded: list[dict[str, str]]) -> None:
    Appointment.objects.filter(name="Diabetes review").update(name="Renamed")
    Note.objects.all().delete()
    before = everything()

    demo("--json")

    assert everything() == before


def test_without_room_it_says_so_and_goes_on_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(size: int) -> None:
        raise StorageFull

    with monkeypatch.context() as full:
        full.setattr(intake, "require_room", refuse)
        with pytest.raises(CommandError, match="disk is nearly full"):
            demo()
    assert not Recording.objects.exists()

    demo()

    assert Recording.objects.exists()


def test_a_load_that_was_broken_off_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    make_wav = telephony.demo._make_wav
    made: list[object] = []

    def twice(*files: Any) -> None:
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(files)
        make_wav(*files)

    monkeypatch.setattr(telephony.demo, "_make_wav", twice)
    with pytest.raises(KeyboardInterrupt):
        demo()
    assert CallRecording.objects.count() == 2
    assert not AuditEvent.objects.filter(action="demo.add").exists()
    monkeypatch.setattr(telephony.demo, "_make_wav", make_wav)

    later(monkeypatch, 1)
    demo()

    assert User.objects.count() == 4
    assert Appointment.objects.count() == 24
    assert Recording.objects.count() == 14
    assert CallRecording.objects.count() == 6
    assert Account.objects.count() == PbxUser.objects.count() == 1
