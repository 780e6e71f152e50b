"""What is changed in the admin goes through the services, and onto the trail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from appointments.models import Appointment, Patient
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.models import Note
from notes.services import save_notes
from recordings import storage
from recordings.errors import StorageFailed
from recordings.models import Recording
from tests.factories import AppointmentFactory, PatientFactory
from tests.pages.conftest import SignedIn
from tests.recordings.conftest import AddVisit
from tests.telephony.speech import imported

pytestmark = pytest.mark.django_db

NO_INLINES = {
    "appointments-TOTAL_FORMS": "0",
    "appointments-INITIAL_FORMS": "0",
    "transcriptions-TOTAL_FORMS": "0",
    "transcriptions-INITIAL_FORMS": "0",
    "notes-TOTAL_FORMS": "0",
    "notes-INITIAL_FORMS": "0",
}


def at(model: str, page: str, *args: object) -> str:
    return reverse(f"admin:{model}_{page}", args=args)


def save(client: Client, url: str, **data: Any) -> None:
    answer = client.post(url, {**NO_INLINES, **data})
    assert answer.status_code == 302, _errors(answer)


def _errors(answer: Any) -> str:
    text = answer.content.decode()
    return str(text[text.find("errorlist") :][:300])


def trail(user: User) -> list[tuple[str, Any]]:
    events = (
        AuditEvent.objects.filter(actor_id=user.pk)
        .exclude(action="user.sign_in")
        .order_by("at", "id")
    )
    return [(event.action, event.details.get("fields")) for event in events]


def test_a_patient_is_added_and_changed(signed_in: SignedIn, doctor: User) -> None:
    client = signed_in(doctor)
    facts = {
        "first_name": "Ana",
        "last_name": "Reyes",
        "date_of_birth": "1987-06-25",
        "phone": "+1 503-555-0123",
        "city": "Larkfield",
        "provider": "Cedar Mutual",
    }
    save(client, at("appointments_patient", "add"), **facts)
    patient = Patient.objects.get()
    assert patient.contact == {"phone": "+1 503-555-0123", "email": ""}
    assert patient.address["city"] == "Larkfield"
    assert patient.search_name == "ana reyes"

    # What a client of the API put there besides stays.
    Patient.objects.update(address={**patient.address, "country": "US"})
    url = at("appointments_patient", "change", patient.pk)
    save(client, url, **{**facts, "city": "Tilden Falls", "last_name": "Medina"})

    patient.refresh_from_db()
    assert patient.address["city"] == "Tilden Falls"
    assert patient.address["country"] == "US"
    assert patient.search_name == "ana medina"
    assert trail(doctor) == [
        ("patient.add", None),
        ("patient.update", ["address", "last_name"]),
    ]
    assert not LogEntry.objects.exists()  # There is one trail.


def appointment_facts(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Knee check",
        "date": "2026-05-04",
        "time": "09:20",
        "status": "planned",
        "language": "en",
        "notes_type": "",
        "appointment_type": "in_person",
        "notes": "",
        **changes,
    }


def test_an_appointment_is_added_changed_and_deleted(
    signed_in: SignedIn, doctor: User
) -> None:
    client = signed_in(doctor)
    patient = PatientFactory.create(doctor=doctor)
    save(
        client,
        at("appointments_appointment", "add"),
        **appointment_facts(patient=patient.pk, status="processing"),
    )
    appointment = Appointment.objects.get()
    assert appointment.doctor == doctor
    assert appointment.patient == patient
    assert appointment.status == "processing"
    assert appointment.notes_type == "soap_clinical_notes_en"

    url = at("appointments_appointment", "change", appointment.pk)
    save(client, url, **appointment_facts(patient=patient.pk, time="10:30"))
    appointment.refresh_from_db()
    assert (appointment.time, appointment.status) == ("10:30", "planned")
    assert appointment.notes_type == "soap_clinical_notes_en"

    save(client, at("appointments_appointment", "delete", appointment.pk), post="yes")
    assert not Appointment.objects.exists()
    assert trail(doctor) == [
        ("appointment.add", None),
        ("appointment.update", ["status", "time"]),
        ("appointment.delete", None),
    ]


def test_an_appointment_given_away_takes_its_recording_along(
    signed_in: SignedIn,
    doctor: User,
    other_doctor: User,
    staff: User,
    add_visit: AddVisit,
) -> None:
    recording = add_visit(doctor)
    client = signed_in(staff)
    url = at("appointments_appointment", "change", recording.appointment_id)

    save(client, url, **appointment_facts(doctor=other_doctor.pk))

    recording.refresh_from_db()
    assert recording.doctor == other_doctor


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": "04.05.2026"},
        {"date": ""},
        {"time": "25:00"},
        {"name": ""},
        {"name": "x" * 301},
        {"status": "done"},
        {"patient": "x" * 5000},
        {"language": "x" * 36},
        {"notes": "x" * 100_001},
        {"notes_type": "x" * 101},
    ],
)
def test_a_wrong_field_is_pointed_out(
    signed_in: SignedIn, doctor: User, wrong: dict[str, str]
) -> None:
    answer = signed_in(doctor).post(
        at("appointments_appointment", "add"),
        {**NO_INLINES, **appointment_facts(**wrong)},
    )

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("field", ["name", "time", "patient", "notes", "status"])
def test_nul_is_refused_in_whole(signed_in: SignedIn, doctor: User, field: str) -> None:
    answer = signed_in(doctor).post(
        at("appointments_appointment", "add"),
        {**NO_INLINES, **appointment_facts(**{field: "a\0b"})},
    )

    assert answer.status_code == 400
    assert not Appointment.objects.exists()


def test_a_patient_of_another_doctor_is_pointed_out(
    signed_in: SignedIn, doctor: User, other_doctor: User, staff: User
) -> None:
    patient = PatientFactory.create(doctor=doctor)
    facts = appointment_facts(doctor=other_doctor.pk, patient=patient.pk)

    answer = signed_in(staff).post(
        at("appointments_appointment", "add"), {**NO_INLINES, **facts}
    )

    assert f"This is a patient of {doctor}." in answer.content.decode()


def test_without_a_subscription_the_reason_is_told(
    signed_in: SignedIn, doctor: User
) -> None:
    User.objects.filter(pk=doctor.pk).update(subscription_until=None)

    answer = signed_in(doctor).post(
        at("appointments_appointment", "add"),
        {**NO_INLINES, **appointment_facts()},
        follow=True,
    )

    assert "An active subscription is required." in answer.content.decode()
    assert not Appointment.objects.exists()


def test_notes_are_added_and_changed(signed_in: SignedIn, doctor: User) -> None:
    client = signed_in(doctor)
    appointment = AppointmentFactory.create(doctor=doctor)
    facts = {"appointment": appointment.pk, "notes": "S: well", "summary": "Well"}
    save(client, at("notes_note", "add"), **facts)
    note = Note.objects.get()
    appointment.refresh_from_db()
    assert appointment.status == "finished"

    again = client.post(at("notes_note", "add"), facts)
    assert "This appointment has notes" in again.content.decode()

    url = at("notes_note", "change", note.pk)
    save(client, url, notes="S: better", summary="Well")
    note.refresh_from_db()
    assert (note.notes, note.summary) == ("S: better", "Well")
    assert [action for action, _ in trail(doctor)] == ["notes.add", "notes.update"]
    page = client.get(at("appointments_appointment", "change", appointment.pk))
    assert "S: better" in page.content.decode()


def test_notes_without_an_appointment_can_be_read(
    signed_in: SignedIn, doctor: User
) -> None:
    appointment = AppointmentFactory.create(doctor=doctor)
    note = save_notes(
        doctor, appointment_id=appointment.pk, notes="S: kept", actor=SYSTEM
    )
    Appointment.objects.all().delete()
    client = signed_in(doctor)
    url = at("notes_note", "change", note.pk)

    assert "S: kept" in client.get(url).content.decode()
    assert client.post(url, {"notes": "S: lost"}).status_code == 403
    assert client.get(at("notes_note", "changelist")).status_code == 200


def stored(settings: Any) -> list[Path]:
    media = Path(settings.MEDIA_ROOT)
    return [path for path in media.rglob("*") if path.is_file()]


def test_recordings_are_deleted_for_good(
    signed_in: SignedIn, doctor: User, add_visit: AddVisit, settings: Any
) -> None:
    client = signed_in(doctor)
    one, two, three = add_visit(doctor), add_visit(doctor), add_visit(doctor)
    client.get(f"/recordings/{one.pk}/audio.mp3").getvalue()
    assert len(stored(settings)) == 4

    asked = client.get(at("recordings_recording", "delete", one.pk))
    assert "Are you sure" in asked.content.decode()
    save(client, at("recordings_recording", "delete", one.pk), post="yes")

    chosen = {"action": "delete_selected", "_selected_action": [two.pk, three.pk]}
    url = at("recordings_recording", "changelist")
    assert "Delete these?" in client.post(url, chosen).content.decode()
    mistyped = client.post(url, {**chosen, "count": "3"}).content.decode()
    assert "not the number of rows" in mistyped
    assert Recording.objects.count() == 2
    save(client, url, **chosen, count="2")

    assert not Recording.objects.exists()
    assert stored(settings) == []
    events = AuditEvent.objects.filter(action="recording.delete")
    assert {event.object_id for event in events} == {one.pk, two.pk, three.pk}
    assert {event.actor_id for event in events} == {doctor.pk}


def test_a_selection_reaches_ones_own_only(
    signed_in: SignedIn, doctor: User, other_doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)
    data = {
        "action": "delete_selected",
        "_selected_action": [recording.pk],
        "count": "1",
    }
    url = at("recordings_recording", "changelist")

    signed_in(other_doctor).post(url, data)
    assert Recording.objects.count() == 1
    signed_in(doctor).post(url, data)
    assert Recording.objects.count() == 0


def test_a_store_out_of_reach_is_told(
    signed_in: SignedIn,
    doctor: User,
    add_visit: AddVisit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, two = add_visit(doctor), add_visit(doctor)

    def broken(key: str) -> None:
        raise StorageFailed

    monkeypatch.setattr(storage, "remove", broken)
    client = signed_in(doctor)
    answer = client.post(
        at("recordings_recording", "delete", one.pk), {"post": "yes"}, follow=True
    )
    assert "cannot be reached at the moment" in answer.content.decode()

    answer = client.post(
        at("recordings_recording", "changelist"),
        {"action": "delete_selected", "_selected_action": [two.pk], "count": "1"},
        follow=True,
    )
    page = answer.content.decode()
    assert f"{two}: The" in page
    assert "its audio will be removed by itself later" in page
    assert "0 were deleted." in page
    assert not Recording.objects.ready().exists()


def test_a_deleted_recording_takes_its_call_recording_along(
    signed_in: SignedIn, staff: User
) -> None:
    call_recording = imported()
    pk = call_recording.recording_id

    save(signed_in(staff), at("recordings_recording", "delete", pk), post="yes")

    assert not type(call_recording).objects.exists()


def test_the_trail_is_for_reading(
    signed_in: SignedIn, superuser: User, staff: User, doctor: User
) -> None:
    PatientFactory.create(doctor=doctor)
    signed_in(doctor).post(
        at("appointments_patient", "add"),
        {**NO_INLINES, "first_name": "Ana", "last_name": "Reyes"},
    )
    event = AuditEvent.objects.get(action="patient.add")
    url = at("audit_auditevent", "change", event.pk)
    listed = at("audit_auditevent", "changelist")

    for user in (staff, superuser):
        client = signed_in(user)
        assert event.object_id in client.get(url).content.decode()
        for query in ("", "?q=patient.add", f"?q={event.object_id}", "?at__year=1999"):
            found = event.pk in client.get(listed + query).content.decode()
            assert found is (query != "?at__year=1999")
        assert client.post(url, {"action": "x"}).status_code == 403
        assert client.get(at("audit_auditevent", "add")).status_code == 403
        assert (
            client.post(
                at("audit_auditevent", "delete", event.pk), {"post": "yes"}
            ).status_code
            == 403
        )
        client.post(
            listed,
            {
                "action": "delete_selected",
                "_selected_action": [event.pk],
                "count": "1",
            },
        )
    event.refresh_from_db()
    assert event.action == "patient.add"
