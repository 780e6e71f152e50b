"""Saying what a call was about, and who may hear it from then on."""

from __future__ import annotations

import pytest
from django.test import Client

from appointments.services import delete_appointment, update_appointment
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent, Outcome
from medisync.audit.trail import SYSTEM
from recordings.models import Recording
from telephony.models import Call, CallRecording
from tests.factories import AppointmentFactory, PatientFactory
from tests.pages.conftest import SignedIn
from tests.telephony import speech
from tests.telephony.pages.conftest import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def recording(db: None) -> CallRecording:
    return speech.imported()


@pytest.fixture
def call(recording: CallRecording) -> Call:
    assert recording.call is not None
    return recording.call


def hears(client: Client, recording: CallRecording) -> bool:
    answer = client.get(f"/recordings/{recording.recording_id}/original")
    return answer.status_code == 200 and bool(answer.getvalue())


def test_staff_find_the_patient_and_attach(
    signed_in: SignedIn,
    staff: User,
    doctor: User,
    other_doctor: User,
    call: Call,
    recording: CallRecording,
) -> None:
    patient = PatientFactory.create(doctor=doctor, first_name="Émile", last_name="Roy")
    AppointmentFactory.create(doctor=doctor, patient=patient, name="Knee check")
    desk = signed_in(staff)
    page = f"/calls/{call.pk}/"

    found = text_of(desk.get(page, {"find": "émile r"}))
    assert f'name="patient" value="{patient.pk}"' in found
    assert "Knee check" in found
    assert "No patient’s name" in text_of(desk.get(page, {"find": "zzz"}))
    assert not hears(signed_in(doctor), recording)

    answer = desk.post(f"{page}attach", {"patient": patient.pk}, follow=True)

    assert "Émile Roy" in text_of(answer)
    assert hears(signed_in(doctor), recording)
    assert not hears(signed_in(other_doctor), recording)
    event = AuditEvent.objects.get(action="call.attach")
    assert (event.actor_id, event.object_id) == (staff.pk, str(call.pk))
    assert event.details["patient"] == patient.pk
    given = AuditEvent.objects.get(action="recording.give")
    assert given.object_id == recording.recording_id
    assert given.details["doctor"] == doctor.pk

    desk.post(f"{page}detach")

    assert not hears(signed_in(doctor), recording)
    assert signed_in(doctor).get(page).status_code == 404
    assert AuditEvent.objects.filter(action="call.detach").count() == 1


def test_an_appointments_doctor_hears_it_whoever_that_becomes(
    signed_in: SignedIn,
    staff: User,
    doctor: User,
    other_doctor: User,
    call: Call,
    recording: CallRecording,
) -> None:
    appointment = AppointmentFactory.create(doctor=doctor)
    page = f"/calls/{call.pk}/"
    signed_in(staff).post(f"{page}attach", {"appointment": appointment.pk})
    assert hears(signed_in(doctor), recording)
    assert "Knee check" in text_of(signed_in(doctor).get(page))

    update_appointment(appointment, actor=SYSTEM, changes={"doctor": other_doctor})
    assert not hears(signed_in(doctor), recording)
    assert hears(signed_in(other_doctor), recording)

    delete_appointment(appointment, actor=SYSTEM)
    assert not hears(signed_in(other_doctor), recording)
    assert hears(signed_in(staff), recording)


def test_a_patients_doctor_hears_it_whoever_that_becomes(
    signed_in: SignedIn,
    staff: User,
    doctor: User,
    other_doctor: User,
    call: Call,
    recording: CallRecording,
) -> None:
    patient = PatientFactory.create(doctor=doctor)
    page = f"/calls/{call.pk}/"
    desk = signed_in(staff)
    desk.post(f"{page}attach", {"patient": patient.pk})

    answer = desk.post(
        f"/admin/appointments/patient/{patient.pk}/change/",
        {
            "first_name": patient.first_name,
            "last_name": patient.last_name,
            "doctor": other_doctor.pk,
            "appointments-TOTAL_FORMS": "0",
            "appointments-INITIAL_FORMS": "0",
        },
    )
    assert answer.status_code == 302, answer.context["errors"]

    assert not hears(signed_in(doctor), recording)
    assert signed_in(doctor).get(page).status_code == 404
    assert hears(signed_in(other_doctor), recording)
    given = AuditEvent.objects.filter(action="recording.give").latest("at")
    assert (given.actor_id, given.details["doctor"]) == (staff.pk, other_doctor.pk)


def test_a_recording_that_comes_in_later_is_the_doctors_too(
    signed_in: SignedIn, staff: User, doctor: User, call: Call
) -> None:
    patient = PatientFactory.create(doctor=doctor)
    signed_in(staff).post(f"/calls/{call.pk}/attach", {"patient": patient.pk})

    later = speech.imported(
        speech.CALL_NAME.replace("20240311094512", "20240311094523")
    )

    assert later.call == call
    assert hears(signed_in(doctor), later)


def test_a_doctor_hears_it_and_no_more(
    signed_in: SignedIn, staff: User, doctor: User, call: Call, recording: CallRecording
) -> None:
    patient = PatientFactory.create(doctor=doctor)
    page = f"/calls/{call.pk}/"
    signed_in(staff).post(f"{page}attach", {"patient": patient.pk})
    client = signed_in(doctor)

    text = text_of(client.get(page))
    assert str(patient) in text
    assert "/attach" not in text
    assert "/detach" not in text
    assert client.post(f"{page}detach").status_code == 403
    assert client.post(f"{page}attach", {"patient": patient.pk}).status_code == 403
    admin = f"/admin/recordings/recording/{recording.recording_id}/delete/"
    assert client.post(admin, {"post": "yes"}).status_code == 403
    rows = {"action": "delete_selected", "_selected_action": recording.recording_id}
    client.post("/admin/recordings/recording/", {**rows, "post": "yes"})
    own = f"/recordings/{recording.recording_id}/"
    assert client.post(f"{own}delete", {"typed": "delete"}).status_code == 403
    assert f"{own}delete" not in text_of(client.get(own))
    assert Recording.objects.ready().count() == 1


def test_it_is_on_the_patients_time_line(
    signed_in: SignedIn, staff: User, doctor: User, other_doctor: User, call: Call
) -> None:
    patient = PatientFactory.create(doctor=doctor)
    visit = AppointmentFactory.create(doctor=doctor, patient=patient)
    page, link = f"/patients/{patient.pk}/", f'href="/calls/{call.pk}/"'
    assert link not in text_of(signed_in(doctor).get(page))

    for body in ({"patient": patient.pk}, {"appointment": visit.pk}):
        signed_in(staff).post(f"/calls/{call.pk}/attach", body)
        assert link in text_of(signed_in(doctor).get(page))
        assert link in text_of(signed_in(staff).get(page))


def test_a_call_that_is_not_ones_own_is_as_a_missing_one(
    signed_in: SignedIn, other_doctor: User, call: Call
) -> None:
    client = signed_in(other_doctor)

    hidden = client.get(f"/calls/{call.pk}/")
    missing = client.get("/calls/00000000-0000-4000-8000-000000000000/")

    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content
    refused = AuditEvent.objects.get(outcome=Outcome.REFUSED)
    assert refused.object_id == str(call.pk)
    for bad in ("x", "é" * 12, "{call}", "0" * 32):
        assert client.get(f"/calls/{bad}/").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 302),
        ({"patient": "0" * 24}, 404),
        ({"patient": "x"}, 404),
        ({"appointment": "\0"}, 302),
        ({"appointment": "0" * 24}, 404),
        ({"patient": "0" * 24, "appointment": "0" * 24}, 302),
    ],
)
def test_what_is_no_record_attaches_nothing(
    signed_in: SignedIn, staff: User, call: Call, body: dict[str, str], status: int
) -> None:
    desk = signed_in(staff)

    answer = desk.post(f"/calls/{call.pk}/attach", body)

    assert answer.status_code == status
    call.refresh_from_db()
    assert call.doctor is None
    told = "Choose one patient or one appointment." in text_of(
        desk.get(f"/calls/{call.pk}/")
    )
    assert told is (status == 302)


def test_the_page_tells_the_facts(
    signed_in: SignedIn, staff: User, call: Call, recording: CallRecording
) -> None:
    text = text_of(signed_in(staff).get(f"/calls/{call.pk}/"))

    for fact in (call.caller, call.callee, call.direction, call.callid, str(call.pk)):
        assert fact in text
    assert f"/recordings/{recording.recording_id}/" in text
    CallRecording.objects.all().delete()
    text = text_of(signed_in(staff).get(f"/calls/{call.pk}/"))
    assert "not recorded" in text
