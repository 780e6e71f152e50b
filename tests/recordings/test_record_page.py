"""/record/, and which pages may use the microphone."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.test import Client

from medisync.accounts.models import User
from recordings.models import Consent
from tests.factories import AppointmentFactory, PatientFactory
from tests.recordings.conftest import AddVisit

POLICY = "microphone={}, camera=(), geolocation=()"


def page(client: Client, user: User, path: str) -> str:
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_doctor_records_their_own(client: Client, doctor: User) -> None:
    shown = page(client, doctor, "/record/")
    assert f'data-user="{doctor.pk}"' in shown
    assert f'value="{doctor}"' in shown
    assert 'name="doctor"' not in shown


def test_staff_choose_the_doctor(
    client: Client, staff: User, doctor: User, other_doctor: User
) -> None:
    shown = page(client, staff, "/record/")
    for one in (doctor, other_doctor):
        assert f'<option value="{one.pk}">{one}</option>' in shown
    assert f'<option value="{staff.pk}"' not in shown


def test_the_microphone_is_for_the_signed_in_pages(
    client: Client, superuser: User
) -> None:
    assert client.get("/sign-in")["Permissions-Policy"] == POLICY.format("()")
    assert client.get("/shared/x")["Permissions-Policy"] == POLICY.format("()")
    client.force_login(superuser)
    # Also the list: the recorder's page may be exchanged into its document.
    for path in ("/", "/record/"):
        assert client.get(path)["Permissions-Policy"] == POLICY.format("(self)")
    assert client.get("/admin/")["Permissions-Policy"] == POLICY.format("()")


def test_an_appointment_that_is_recorded_says_so_first(
    doctor: User, add_visit: AddVisit
) -> None:
    patient = PatientFactory.create(doctor=doctor, first_name="Lena", last_name="Vogel")
    visit = AppointmentFactory.create(doctor=doctor, patient=patient)
    facts = {"appointment": visit, "user": doctor}
    shown = render_to_string("recordings/_recorder.html", facts)
    assert 'value="Lena Vogel"' in shown
    assert "data-taken" not in shown
    assert "<ms-upload" in render_to_string("recordings/_upload.html", facts)
    recording = add_visit(doctor, appointment=visit)
    shown = render_to_string("recordings/_recorder.html", facts)
    assert "data-taken" in shown
    assert f"/recordings/{recording.pk}/" in shown
    assert "<ms-upload" not in render_to_string("recordings/_upload.html", facts)


def test_consent_is_shown_with_its_recording(
    client: Client, doctor: User, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor)
    address = f"/recordings/{recording.pk}/"
    assert "Consent" not in page(client, doctor, address)
    Consent.objects.create(
        recording=recording,
        given_by="Lena Vogel",
        given_at=recording.recorded_at,
        asked_by="Dr. Mira Okafor",
    )
    shown = page(client, doctor, address)
    assert "Lena Vogel" in shown
    assert "asked by Dr. Mira Okafor" in shown
