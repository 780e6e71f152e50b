"""Every list comes whole, or in pages to whoever asks (contract medisync 1.5)."""

from __future__ import annotations

import pytest
from django.test import Client

from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from notes.services import save_notes
from tests.conftest import Bearer
from tests.factories import AppointmentFactory, PatientFactory

pytestmark = pytest.mark.contract("medisync", "1.5")

LISTS = [
    "appointments/doctors",
    "appointments/patients?patient_id={patient}",
    "patients/search?query=",
    "recordings",
    "recordings/{visit}",
    "notes",
    "notes/{visit}",
    "documents/{visit}",
    "documents/doctor/{doctor}",
]


@pytest.mark.parametrize("path", LISTS)
def test_pages(client: Client, bearer: Bearer, doctor: User, path: str) -> None:
    patient = PatientFactory.create(doctor=doctor)
    visit = AppointmentFactory.create(doctor=doctor, patient=patient)
    save_notes(doctor, appointment_id=visit.pk, notes="S: pain", actor=SYSTEM)
    url = path.format(patient=patient.pk, visit=visit.pk, doctor=doctor.pk)
    join = "&" if "?" in url else "?"

    def get(query: str = "") -> tuple[int, dict[str, object]]:
        whole = f"/api/{url}{join}{query}" if query else f"/api/{url}"
        answer = client.get(whole, headers=bearer(doctor))
        return answer.status_code, answer.json()

    status, whole = get()
    assert (status, set(whole)) == (200, {"success", "data"})
    rows = whole["data"]
    assert isinstance(rows, list)
    status, page = get("page=1&limit=1")
    assert status == 200
    assert page["data"] == rows[:1]
    assert page["pagination"] == {
        "page": 1,
        "limit": 1,
        "total": len(rows),
        "pages": len(rows),
    }
    for bad in ("page=0", "limit=x", "page=-1", "limit=1.5", f"page={'9' * 20}"):
        status, body = get(bad)
        assert (status, body["success"]) == (400, False)
