"""/api/documents (contract medisync 9)."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from appointments.models import Appointment
from appointments.services import update_appointment
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.models import Document
from recordings import storage
from recordings.errors import StorageFailed
from tests.conftest import Bearer
from tests.notes.conftest import Call
from tests.notes.documents import NO_SUCH, Send, bytes_of, error_of, stored
from tests.notes.pdf import NOT_PDF, pdf


@pytest.mark.contract("medisync", "9", "POST /documents/add/{id}")
def test_a_document_is_kept(
    send: Send, call: Call, visit: Appointment, doctor: User
) -> None:
    answer = send("POST", f"add/{visit.pk}?uid=x", pdf(), name="../a/Befund Ä.pdf")

    assert answer.status_code == 201
    row = Document.objects.get()
    data = answer.json()["data"]
    assert data.pop("createdAt").endswith("Z")
    assert data.pop("updatedAt").endswith("Z")
    assert data == {
        "_id": row.pk,
        "appointment_id": visit.pk,
        "document_url": f"http://testserver/api/documents/get/{visit.pk}",
        "document_key": f"{visit.pk}_Befund Ä.pdf",
        "doctor_id": doctor.pk,
    }
    assert stored() == [row.key]
    assert b"".join(storage.chunks(row.key)) == pdf()
    appointment = call("GET", f"appointments/get/{visit.pk}").json()["data"]
    assert appointment["document_id"] == row.pk
    event = AuditEvent.objects.get(action="document.add")
    assert (event.object_id, event.actor_id) == (row.pk, doctor.pk)


@pytest.mark.contract("medisync", "9", "POST /documents/add/{id}")
def test_an_appointment_without_one_has_no_such_key(
    call: Call, visit: Appointment
) -> None:
    data = call("GET", f"appointments/get/{visit.pk}").json()["data"]

    assert "document_id" not in data


@pytest.mark.contract("medisync", "9", "POST /documents/add/{id}")
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("name", NOT_PDF)
def test_the_content_decides(
    send: Send, visit: Appointment, method: str, name: str
) -> None:
    path = f"add/{visit.pk}" if method == "POST" else visit.pk

    answer = send(method, path, NOT_PDF[name], name="real.pdf")

    assert error_of(answer) == (400, "Only PDF files are allowed")
    assert not Document.objects.exists()
    assert not stored()


@pytest.mark.contract("medisync", "9", "POST /documents/add/{id}")
@pytest.mark.parametrize("name", ["letter.txt", "x", "a.exe", "😀.pdf"])
def test_any_name_will_do(send: Send, visit: Appointment, name: str) -> None:
    for data in (b"\xef\xbb\xbf" + pdf(), b"\r\n" + pdf(), pdf() + b"\n" * 900):
        assert send("PUT", visit.pk, data, name=name).status_code == 200


@pytest.mark.contract("medisync", "9", "POST /documents/add/{id}")
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_no_file(
    send: Send,
    client: Client,
    bearer: Bearer,
    visit: Appointment,
    doctor: User,
    method: str,
) -> None:
    path = f"add/{visit.pk}" if method == "POST" else visit.pk
    missing = (400, "No file uploaded")

    assert error_of(send(method, path, pdf(), part="audio")) == missing
    for kind, body in (
        ("application/json", b"{}"),
        ("application/pdf", pdf()),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
    ):
        answer = client.generic(
            method, f"/api/documents/{path}", body, kind, headers=bearer(doctor)
        )
        assert error_of(answer) == missing
    assert not stored()


@pytest.mark.contract(
    "medisync", "9", "POST /documents/add/{id}", "PUT /documents/{id}"
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_too_large(settings: Any, send: Send, visit: Appointment, method: str) -> None:
    settings.MAX_UPLOAD_BYTES = 5_000
    path = f"add/{visit.pk}" if method == "POST" else visit.pk

    for size in (5_000, 2_000_000):
        assert error_of(send(method, path, pdf(padding=size))) == (
            400,
            "File is too large",
        )
    assert not stored()


@pytest.mark.contract("medisync", "9", "POST /documents/add/{id}")
def test_a_second_one_is_refused(
    send: Send, visit: Appointment, added: dict[str, Any]
) -> None:
    answer = send("POST", f"add/{visit.pk}", pdf("two"))

    assert error_of(answer) == (400, "Document already exists for this appointment")
    assert stored() == [Document.objects.get().key]


@pytest.mark.contract("medisync", "9")
@pytest.mark.parametrize(("method", "path"), [("POST", "add/{}"), ("PUT", "{}")])
def test_unknown_appointments(
    send: Send, visit: Appointment, other_doctor: User, method: str, path: str
) -> None:
    missing = (404, "Appointment not found")
    theirs = send(method, path.format(visit.pk), pdf(), by=other_doctor)
    malformed = send(method, path.format("x"), pdf())

    assert error_of(send(method, path.format(NO_SUCH), pdf())) == missing
    assert error_of(theirs) == missing
    assert error_of(malformed) == (400, "Missing or invalid appointment ID")
    assert not stored()


@pytest.mark.contract("medisync", "9", "PUT /documents/{id}")
def test_it_is_replaced(
    send: Send, call: Call, visit: Appointment, added: dict[str, Any]
) -> None:
    answer = send("PUT", visit.pk.upper(), pdf("two"), name="two.pdf")

    data = answer.json()["data"]
    assert answer.status_code == 200
    assert data["_id"] != added["_id"]
    assert data["document_key"] == f"{visit.pk}_two.pdf"
    assert stored() == [Document.objects.get().key]
    assert bytes_of(call("GET", f"documents/get/{visit.pk}")) == pdf("two")
    visit.refresh_from_db()
    assert visit.document_id == data["_id"]
    actions = AuditEvent.objects.order_by("at", "id").values_list("action", flat=True)
    assert list(actions)[:3] == ["document.add", "document.delete", "document.add"]


@pytest.mark.contract("medisync", "9", "PUT /documents/{id}")
def test_a_refused_replacement_leaves_the_old_one(
    send: Send, call: Call, visit: Appointment, added: dict[str, Any]
) -> None:
    assert send("PUT", visit.pk, b"text").status_code == 400

    assert call("GET", f"documents/{visit.pk}").json()["data"] == [added]
    assert bytes_of(call("GET", f"documents/get/{visit.pk}")) == pdf()


@pytest.mark.contract("medisync", "9", "DELETE /documents/{id}")
def test_it_is_deleted(
    call: Call, visit: Appointment, added: Any, other_doctor: User
) -> None:
    path = f"documents/{visit.pk}"
    gone = (404, "Document not found for deletion")
    assert error_of(call("DELETE", path, by=other_doctor)) == gone

    answer = call("DELETE", path)

    assert (answer.status_code, answer.json()) == (200, {"success": True, "data": {}})
    assert not Document.objects.exists()
    assert not stored()
    visit.refresh_from_db()
    assert visit.document_id == ""
    assert error_of(call("DELETE", path)) == gone
    assert call("DELETE", "documents/x").status_code == 400


@pytest.mark.contract("medisync", "9", "DELETE /documents/{id}", "PUT /documents/{id}")
def test_a_store_that_does_not_delete(
    call: Call,
    visit: Appointment,
    added: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(key: str) -> None:
        raise StorageFailed

    with monkeypatch.context() as broken:
        broken.setattr(storage, "remove", fail)
        answer = call("DELETE", f"documents/{visit.pk}")

    assert error_of(answer) == (400, "Error deleting document from storage")
    assert call("GET", f"documents/{visit.pk}").json()["data"] == []
    assert len(stored()) == 1
    call_command("sweep")
    assert "1 document deletions finished" in capsys.readouterr().out
    assert not stored()


def test_a_store_that_does_not_keep(
    send: Send, visit: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise StorageFailed

    monkeypatch.setattr(storage, "keep", fail)

    answer = send("POST", f"add/{visit.pk}", pdf())

    assert error_of(answer) == (500, "Error storing document")
    assert not Document.objects.exists()


def test_the_sweep_takes_orphans_alone(added: Any) -> None:
    kept = Document.objects.get().key
    orphan = storage.local_path("documents/ab/" + "ab" * 12)
    assert orphan is not None
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(pdf())
    for key in storage.stored_keys():
        path = storage.local_path(key)
        assert path is not None
        os.utime(path, (time.time() - 10 * 24 * 3600,) * 2)

    call_command("sweep")

    assert stored() == [kept]


def test_it_follows_the_appointment_and_outlives_it(
    call: Call, visit: Appointment, added: Any, other_doctor: User
) -> None:
    visit_id = visit.pk
    update_appointment(visit, actor=SYSTEM, changes={"doctor": other_doctor})
    assert call("GET", f"documents/get/{visit_id}").status_code == 404
    assert (
        call("DELETE", f"appointments/{visit_id}", by=other_doctor).status_code == 200
    )

    found = call("GET", f"documents/get/{visit_id}", by=other_doctor)

    assert bytes_of(found) == pdf()
    assert call("DELETE", f"documents/{visit_id}", by=other_doctor).status_code == 200
    assert not stored()


@pytest.mark.contract("medisync", "1.7")
def test_both_ways_to_send_one_count_as_uploads(
    settings: Any, send: Send, call: Call, visit: Appointment
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "uploads": {"standard": 2}}

    sent = [send("PUT", visit.pk, pdf()), send("POST", f"add/{visit.pk}", pdf())]
    sent.append(send("PUT", visit.pk, pdf()))

    assert [answer.status_code for answer in sent] == [200, 400, 429]
    assert sent[0]["X-RateLimit-Limit"] == "2"
    assert call("GET", f"documents/{visit.pk}").status_code == 200
