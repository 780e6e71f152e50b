"""Documents that several send or remove at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from appointments.models import Appointment
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.documents import add_document, delete_document, replace_document
from notes.errors import DocumentExists, DocumentNotFound
from notes.models import Document
from recordings import storage
from recordings.intake import incoming_file
from tests.factories import AppointmentFactory
from tests.notes.pdf import pdf

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.contract(
        "medisync",
        "9",
        "POST /documents/add/{id}",
        "PUT /documents/{id}",
        "DELETE /documents/{id}",
    ),
]

MANY = 6


@pytest.fixture
def visit(doctor: User) -> Appointment:
    return AppointmentFactory.create(doctor=doctor)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "letter.pdf"
    path.write_bytes(pdf())
    return path


def at_once(work: Callable[[], object]) -> list[bool]:
    """Whether each of many did what it was to do."""
    gate = threading.Barrier(MANY)

    def one(number: int) -> bool:
        try:
            gate.wait()
            work()
        except (DocumentExists, DocumentNotFound):
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def test_one_of_many_is_kept(visit: Appointment, file: Path) -> None:
    def add() -> None:
        with incoming_file(file, file_name="a.pdf") as incoming:
            add_document(visit, incoming, actor=SYSTEM)

    assert sum(at_once(add)) == 1
    assert list(storage.stored_keys()) == [Document.objects.get().key]
    assert AuditEvent.objects.get().action == "document.add"


def test_the_last_of_many_replaces_all(visit: Appointment, file: Path) -> None:
    def replace() -> None:
        with incoming_file(file, file_name="a.pdf") as incoming:
            replace_document(visit, incoming, actor=SYSTEM)

    assert all(at_once(replace))
    last = Document.objects.get()
    assert list(storage.stored_keys()) == [last.key]
    visit.refresh_from_db()
    assert visit.document_id == last.pk
    events = AuditEvent.objects.filter(action="document.delete")
    assert events.count() == MANY - 1


def test_it_is_deleted_once(visit: Appointment, file: Path) -> None:
    with incoming_file(file, file_name="a.pdf") as incoming:
        document = add_document(visit, incoming, actor=SYSTEM)

    done = at_once(lambda: delete_document(document, actor=SYSTEM))

    assert sorted(done) == [False] * (MANY - 1) + [True]

    assert not Document.objects.exists()
    assert not list(storage.stored_keys())
    assert AuditEvent.objects.filter(action="document.delete").count() == 1
