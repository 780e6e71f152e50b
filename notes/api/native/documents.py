"""The MediSync dialect's documents (contract medisync 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from appointments.access import appointment_for
from appointments.errors import AppointmentIdInvalid, DoctorIdInvalid
from medisync.http.authentication import BearerAuthentication, SessionForReading
from medisync.http.native import NativeView, failure, success
from medisync.http.pagination import listing
from medisync.http.throttles import HourlyThrottle, UploadThrottle
from medisync.http.view import ErrorReply
from notes import access, documents
from notes.api.native import wire
from notes.api.native.errors import ERRORS
from notes.errors import DocumentExists, DocumentNotFound
from notes.models import Document
from notes.serving import serve_document
from recordings.errors import NoFile, StorageFailed, UploadTooLarge
from recordings.uploads import incoming_upload

Answers = Mapping[type[Exception], tuple[int, str]]

# One method's own words for what the others of its URL call something else.
LISTING: Answers = {
    AppointmentIdInvalid: (400, "Error fetching documents by appointment ID")
}
DOCTORS: Answers = {DoctorIdInvalid: (400, "Error fetching documents by doctor ID")}
READING: Answers = {
    StorageFailed: (500, "Failed to retrieve document content from storage")
}
DELETING: Answers = {
    DocumentNotFound: (404, "Document not found for deletion"),
    StorageFailed: (400, "Error deleting document from storage"),
}


class Told(Exception):
    """An answer that is chosen already."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error


@contextmanager
def telling(answers: Answers) -> Iterator[None]:
    try:
        yield
    except tuple(answers) as error:
        raise Told(*answers[type(error)]) from error


class DocumentsView(NativeView):
    errors = {
        **ERRORS,
        NoFile: (400, "No file uploaded", ""),
        UploadTooLarge: (400, "File is too large", ""),
        StorageFailed: (500, "Error storing document", ""),
    }

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        if isinstance(error, Told):
            return failure(error.status, error.error)
        return super().describe(error)

    def dump(self, document: Document) -> dict[str, object]:
        return wire.dump_document(document, self.request._request)


class AddDocument(DocumentsView):
    """POST /documents/add/{id}."""

    throttle_classes = (HourlyThrottle, UploadThrottle)

    def post(self, request: Request, appointment_id: str) -> Response:
        appointment = appointment_for(self.user, appointment_id)
        # Refused before the body is read; the row's constraint decides races.
        if access.documents_of(self.user, appointment_id).exists():
            raise DocumentExists
        with incoming_upload(request._request, "document") as incoming:
            added = documents.add_document(appointment, incoming, actor=self.actor)
        return success(self.dump(added), 201)


class AppointmentDocument(DocumentsView):
    """GET, PUT and DELETE /documents/{id}."""

    def get_throttles(self) -> list[BaseThrottle]:
        upload = [UploadThrottle()] if self.request.method == "PUT" else []
        return [*super().get_throttles(), *upload]

    def get(self, request: Request, appointment_id: str) -> Response:
        """An array, empty when there is none or no such appointment."""
        with telling(LISTING):
            found = access.documents_of(self.user, appointment_id)
        return listing(request.query_params, found, self.dump)

    def put(self, request: Request, appointment_id: str) -> Response:
        appointment = appointment_for(self.user, appointment_id)
        with incoming_upload(request._request, "document") as incoming:
            kept = documents.replace_document(appointment, incoming, actor=self.actor)
        return success(self.dump(kept))

    def delete(self, request: Request, appointment_id: str) -> Response:
        with telling(DELETING):
            found = access.appointment_document(
                self.user, appointment_id, actor=self.actor
            )
            documents.delete_document(found, actor=self.actor)
        return success({})


class DoctorsDocuments(DocumentsView):
    """GET /documents/doctor/{doctorId}."""

    def get(self, request: Request, doctor_id: str) -> Response:
        with telling(DOCTORS):
            found = access.doctor_documents(self.user, doctor_id)
        return listing(request.query_params, found, self.dump)


class DownloadDocument(DocumentsView):
    """GET /documents/get/{id}; a signed-in browser may read too."""

    authentication_classes = (BearerAuthentication, SessionForReading)

    def get(self, request: Request, appointment_id: str) -> HttpResponseBase:
        document = access.appointment_document(
            self.user, appointment_id, actor=self.actor
        )
        with telling(READING):
            return serve_document(request._request, document, actor=self.actor)
