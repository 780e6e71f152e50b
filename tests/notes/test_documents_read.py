"""Finding and fetching documents (contract medisync 9)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from appointments.models import Appointment
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent, Outcome
from notes.models import Document
from recordings import storage
from tests.conftest import Bearer
from tests.notes.conftest import Call
from tests.notes.documents import NO_SUCH, bytes_of, error_of
from tests.notes.pdf import pdf


@pytest.mark.contract("medisync", "9", "GET /documents/{id}")
def test_the_list(
    call: Call, visit: Appointment, added: dict[str, Any], other_doctor: User
) -> None:
    assert call("GET", f"documents/{visit.pk}").json()["data"] == [added]
    page = call("GET", f"documents/{visit.pk}?limit=5").json()
    assert page["pagination"]["total"] == 1
    for answer in (
        call("GET", f"documents/{NO_SUCH}"),
        call("GET", f"documents/{visit.pk}", by=other_doctor),
    ):
        assert answer.json() == {"success": True, "data": []}
    assert error_of(call("GET", "documents/x")) == (
        400,
        "Error fetching documents by appointment ID",
    )


@pytest.mark.contract("medisync", "9", "GET /documents/doctor/{id}")
def test_a_doctors_list(
    call: Call, doctor: User, added: dict[str, Any], other_doctor: User, staff: User
) -> None:
    path = f"documents/doctor/{doctor.pk}"
    assert call("GET", path).json()["data"] == [added]
    assert call("GET", path, by=staff).json()["data"] == [added]
    assert call("GET", f"documents/doctor/{NO_SUCH}", by=staff).json()["data"] == []
    for refused in (
        call("GET", path, by=other_doctor),
        call("GET", f"documents/doctor/{NO_SUCH}"),
    ):
        assert error_of(refused) == (403, "Access denied")
    assert error_of(call("GET", "documents/doctor/x")) == (
        400,
        "Error fetching documents by doctor ID",
    )


@pytest.mark.contract("medisync", "9", "GET /documents/get/{id}")
def test_the_download(
    call: Call, visit: Appointment, added: dict[str, Any], doctor: User
) -> None:
    answer = call("GET", f"documents/get/{visit.pk}")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="Befund.PDF"'
    assert answer["Content-Length"] == str(len(pdf()))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert bytes_of(answer) == pdf()
    event = AuditEvent.objects.get(action="document.read")
    assert (event.actor_id, event.outcome) == (doctor.pk, Outcome.DONE)


@pytest.mark.contract("medisync", "9", "GET /documents/get/{id}")
def test_a_part_of_it(
    client: Client, bearer: Bearer, visit: Appointment, added: Any, doctor: User
) -> None:
    def get(**headers: str) -> Any:
        url = f"/api/documents/get/{visit.pk}"
        return client.get(url, headers={**bearer(doctor), **headers})

    part = get(Range="bytes=0-7")
    assert (part.status_code, bytes_of(part)) == (206, b"%PDF-1.7")
    assert get(**{"If-None-Match": part["ETag"]}).status_code == 304
    beyond = get(Range="bytes=99999999-")
    assert (beyond.status_code, beyond["Content-Range"]) == (
        416,
        f"bytes */{len(pdf())}",
    )
    assert client.head(
        f"/api/documents/get/{visit.pk}", headers=bearer(doctor)
    ).headers["Content-Length"] == str(len(pdf()))


@pytest.mark.contract("medisync", "9", "GET /documents/get/{id}")
def test_no_download(
    call: Call,
    client: Client,
    visit: Appointment,
    added: Any,
    doctor: User,
    other_doctor: User,
) -> None:
    theirs = call("GET", f"documents/get/{visit.pk}", by=other_doctor)

    assert error_of(theirs) == (404, "Document not found")
    refused = AuditEvent.objects.get(outcome=Outcome.REFUSED)
    assert (refused.action, refused.actor_id) == ("document.read", other_doctor.pk)
    assert error_of(call("GET", f"documents/get/{NO_SUCH}")) == error_of(theirs)
    assert call("GET", "documents/get/x").status_code == 400
    assert client.get(f"/api/documents/get/{visit.pk}").status_code == 401
    client.force_login(doctor)  # A page of ours may link to it.
    assert client.get(f"/api/documents/get/{visit.pk}").status_code == 200
    assert client.delete(f"/api/documents/{visit.pk}").status_code == 401


@pytest.mark.contract("medisync", "9", "GET /documents/get/{id}")
@pytest.mark.parametrize("damage", ["gone", "empty"])
def test_bytes_that_are_lost(
    call: Call, visit: Appointment, added: Any, damage: str
) -> None:
    path = storage.local_path(Document.objects.get().key)
    assert path is not None
    path.unlink() if damage == "gone" else path.write_bytes(b"")

    answer = call("GET", f"documents/get/{visit.pk}")

    assert error_of(answer) == (
        500,
        "Failed to retrieve document content from storage",
    )
    assert AuditEvent.objects.filter(outcome=Outcome.FAILED).count() == 1
