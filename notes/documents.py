"""Every change to documents: PDF files that are kept as recordings are."""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.db import transaction

from appointments.errors import AppointmentNotFound
from appointments.models import Appointment
from appointments.services import hold, note_document
from medisync.audit.trail import Actor, record
from notes.errors import DocumentExists, DocumentNotFound, NotPdf
from notes.models import Document, DocumentState
from recordings import storage
from recordings.intake import Incoming
from recordings.keeping import add_row, bytes_kept, finish_each

# The first line of a PDF is its header, the last its end mark (ISO 32000-1, 7.5).
# Writers may put a byte order mark or blank lines before the one, and readers look
# for the other in the last kilobyte. Nothing in between is ever read.
_HEADER = re.compile(rb"(\xef\xbb\xbf)?\s*%PDF-[12]\.\d")
_END = b"%%EOF"
_LOOKED_AT = 1024  # bytes at either end


def add_document(
    appointment: Appointment, incoming: Incoming, *, actor: Actor
) -> Document:
    """Makes the one document of an appointment of a file that came in.

    The bytes are safe in the store before the row can be seen; row, audit event
    and the appointment's ``document_id`` appear together. Any failure leaves
    nothing. Raises NotPdf, DocumentExists, StorageFailed, and AppointmentNotFound
    when the row is gone meanwhile.
    """
    return _keep(appointment, incoming, actor=actor)


def replace_document(
    appointment: Appointment, incoming: Incoming, *, actor: Actor
) -> Document:
    """As :func:`add_document`, in place of the one that is there, if any.

    The old one is there until the new one is, and unreachable from then on. When
    the store does not remove its bytes now, the sweep does later.
    """
    document = _keep(appointment, incoming, actor=actor, replace=True)
    finish_deletions(appointment.pk)
    return document


def _keep(
    appointment: Appointment, incoming: Incoming, *, actor: Actor, replace: bool = False
) -> Document:
    if not is_pdf(incoming.path):
        raise NotPdf
    document = Document(
        appointment=appointment,
        file_name=incoming.file_name,
        sha256=incoming.sha256,
        size=incoming.size,
    )
    document.key = storage.document_key(document.pk)
    with bytes_kept(document, incoming.path):
        # It may have been given to another doctor while the bytes came.
        doctor = hold(appointment.pk)
        if doctor is None:
            raise AppointmentNotFound
        document.doctor = doctor
        for old in _ready(appointment.pk) if replace else ():
            _hide(old, actor=actor)
        add_row(document, taken=DocumentExists)
        note_document(appointment.pk, document.pk)
        record("document.add", document, actor=actor, appointment=appointment.pk)
    return document


def is_pdf(path: Path) -> bool:
    """Whether the file begins and ends as a PDF does, whatever it is called."""
    with path.open("rb") as file:
        if not _HEADER.match(file.read(_LOOKED_AT)):
            return False
        file.seek(max(0, path.stat().st_size - _LOOKED_AT), os.SEEK_SET)
        return _END in file.read(_LOOKED_AT)


def _ready(appointment_id: str) -> list[Document]:
    return list(Document.objects.ready().filter(appointment_id=appointment_id))


def delete_document(document: Document, *, actor: Actor) -> None:
    """Removes file and row; the audit event stays.

    From the first commit on nobody reaches it. When the store fails then,
    StorageFailed is raised and the sweep goes on with it. Of several who delete it
    at once one does; the others get DocumentNotFound.
    """
    with transaction.atomic():
        hold(document.appointment_id or "")  # Before the document, as everywhere.
        if not _hide(document, actor=actor):
            raise DocumentNotFound
        note_document(document.appointment_id or "", "")
    _remove(document)


def _hide(document: Document, *, actor: Actor) -> bool:
    claimed = Document.objects.ready().filter(pk=document.pk)
    if not claimed.update(state=DocumentState.DELETING):
        return False
    record(
        "document.delete",
        document,
        actor=actor,
        sha256=document.sha256,
        appointment=document.appointment_id or "",
    )
    return True


def _remove(document: Document) -> None:
    storage.remove(document.key)
    document.delete()


def finish_deletions(appointment_id: str | None = None) -> int:
    """Goes on with deletions that were broken off, of one appointment or all."""
    waiting = Document.objects.filter(state=DocumentState.DELETING)
    if appointment_id is not None:
        waiting = waiting.filter(appointment_id=appointment_id)
    return finish_each(waiting, _remove)


def sweep(**signal: object) -> dict[str, int]:
    return {"document deletions finished": finish_deletions()}
