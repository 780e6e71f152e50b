"""Who heard a recording, when and which part of it, for whom it belongs to."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from medisync.accounts.models import User
from medisync.audit import listening
from tests.factories import PatientFactory
from tests.pages.conftest import SignedIn
from tests.recordings.conftest import AddVisit

pytestmark = pytest.mark.django_db


def rows(page: str) -> list[list[str]]:
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = []
    for row in body.split("</tr>")[:-1]:
        cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        found.append([re.sub(r"<[^>]+>", "", cell).strip() for cell in cells])
    return found


def test_a_recordings_page_says_who_heard_what(
    signed_in: SignedIn,
    doctor: User,
    staff: User,
    other_doctor: User,
    add_visit: AddVisit,
) -> None:
    recording = add_visit(doctor)
    url = reverse("admin:recordings_recording_change", args=[recording.pk])
    original = reverse("recording-original", args=[recording.pk])
    reader = signed_in(doctor)
    assert "Nobody yet." in reader.get(url).content.decode()
    half = {"Range": f"bytes=0-{recording.size // 2 - 1}"}
    reader.get(original, headers=half).getvalue()
    signed_in(staff).get(f"{original}?download=1").getvalue()
    signed_in(other_doctor).get(original)
    listening.flush()

    found = rows(reader.get(url).content.decode())

    assert [row[1:4] for row in found] == [
        [str(other_doctor), "Tried to reach Refused", ""],
        [str(staff), "Downloaded", "all of it"],
        [str(doctor), "Heard", "0-50 %"],
    ]
    history = reverse("admin:recordings_recording_history", args=[recording.pk])
    assert [row[2] for row in rows(reader.get(history).content.decode())] == [
        *("Tried to reach Refused", "Downloaded", "Heard", "Added")
    ]
    assert signed_in(other_doctor).get(history).status_code == 302


def test_every_record_has_its_history(signed_in: SignedIn, doctor: User) -> None:
    patient = PatientFactory.create(doctor=doctor, first_name="Ana", last_name="Reyes")
    desk = signed_in(doctor)
    desk.post(
        reverse("admin:appointments_patient_change", args=[patient.pk]),
        {
            "first_name": "Ana",
            "last_name": "Medina",
            "appointments-TOTAL_FORMS": "0",
            "appointments-INITIAL_FORMS": "0",
        },
    )
    page = desk.get(reverse("admin:appointments_patient_history", args=[patient.pk]))

    _, who, what, *_ = rows(page.content.decode())[0]
    assert (who, what) == (str(doctor), "Changed (last_name)")
