"""The MediSync dialect's documents (contract medisync 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypedDict

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from appointments.access import appointment_for
from appointments.errors import (
    AppointmentIdInvalid,
    AppointmentNotFound,
    DoctorIdInvalid,
)
from medisync.http.authentication import BearerAuthentication, SessionForReading
from medisync.http.native import (
    PAGE_INVALID,
    PAGE_PARAMETERS,
    Data,
    Listing,
    NativeView,
    enveloped,
    failure,
    success,
)
from medisync.http.openapi import (
    DOWNLOAD_REFUSALS,
    RANGE,
    download,
    operation,
    upload,
)
from medisync.http.pagination import listing
from medisync.http.throttles import HourlyThrottle, UploadThrottle
from medisync.http.view import ErrorReply
from notes import access, documents
from notes.api.native import wire
from notes.api.native.errors import ERRORS
from notes.errors import DocumentExists, DocumentNotFound, NotOwnDocuments, NotPdf
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


_UPLOAD = upload("document", "A PDF; its content decides.")
_DOCUMENT = {
    "_id": "66c0de11aa22bb33cc44ee06",
    "appointment_id": "66c0de11aa22bb33cc44dd01",
    "document_url": "https://clinic.example/api/documents/get/66c0de11aa22bb33cc44dd01",
    "document_key": "66c0de11aa22bb33cc44dd01_report.pdf",
    "doctor_id": "66c0de11aa22bb33cc44aa00",
    "createdAt": "2026-05-04T09:57:00.000Z",
    "updatedAt": "2026-05-04T09:57:00.000Z",
}


class Nothing(TypedDict):
    """``{}``, which says that it is gone."""


class Told(Exception):
    """An answer that is chosen already."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error


def told(answers: Answers) -> tuple[Told, ...]:
    return tuple(Told(*answer) for answer in answers.values())


@contextmanager
def telling(answers: Answers) -> Iterator[None]:
    try:
        yield
    except tuple(answers) as error:
        raise Told(*answers[type(error)]) from error


class DocumentsView(NativeView):
    tag = "Documents"
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

    def dump(self, document: Document) -> wire.DocumentObject:
        return wire.dump_document(document, self.request._request)


class AddDocument(DocumentsView):
    """POST /documents/add/{id}."""

    throttle_classes = (HourlyThrottle, UploadThrottle)

    @operation(
        "Add the document of an appointment",
        "9",
        body=_UPLOAD,
        sent={"document": "the bytes of report.pdf"},
        answers={201: Data[wire.DocumentObject]},
        got=enveloped(_DOCUMENT),
        refusals=(
            AppointmentIdInvalid,
            AppointmentNotFound,
            DocumentExists,
            NoFile,
            NotPdf,
            UploadTooLarge,
            StorageFailed,
        ),
    )
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

    @operation(
        "List the documents of an appointment",
        "9",
        parameters=PAGE_PARAMETERS,
        answers={200: Listing[wire.DocumentObject]},
        got=enveloped([_DOCUMENT]),
        refusals=(*told(LISTING), PAGE_INVALID),
    )
    def get(self, request: Request, appointment_id: str) -> Response:
        """An array, empty when there is none or no such appointment."""
        with telling(LISTING):
            found = access.documents_of(self.user, appointment_id)
        return listing(request.query_params, found, self.dump)

    @operation(
        "Put a document in the place of the appointment's",
        "9",
        body=_UPLOAD,
        sent={"document": "the bytes of report.pdf"},
        answers={200: Data[wire.DocumentObject]},
        got=enveloped(_DOCUMENT),
        refusals=(
            AppointmentIdInvalid,
            AppointmentNotFound,
            NoFile,
            NotPdf,
            UploadTooLarge,
            StorageFailed,
        ),
    )
    def put(self, request: Request, appointment_id: str) -> Response:
        appointment = appointment_for(self.user, appointment_id)
        with incoming_upload(request._request, "document") as incoming:
            kept = documents.replace_document(appointment, incoming, actor=self.actor)
        return success(self.dump(kept))

    @operation(
        "Delete the document of an appointment, for good",
        "9",
        answers={200: Data[Nothing]},
        got=enveloped({}),
        refusals=(AppointmentIdInvalid, *told(DELETING)),
    )
    def delete(self, request: Request, appointment_id: str) -> Response:
        with telling(DELETING):
            found = access.appointment_document(
                self.user, appointment_id, actor=self.actor
            )
            documents.delete_document(found, actor=self.actor)
        return success({})


class DoctorsDocuments(DocumentsView):
    """GET /documents/doctor/{doctorId}."""

    @operation(
        "List a doctor's documents",
        "9",
        parameters=PAGE_PARAMETERS,
        answers={200: Listing[wire.DocumentObject]},
        got=enveloped([_DOCUMENT]),
        refusals=(*told(DOCTORS), NotOwnDocuments, PAGE_INVALID),
    )
    def get(self, request: Request, doctor_id: str) -> Response:
        with telling(DOCTORS):
            found = access.doctor_documents(self.user, doctor_id)
        return listing(request.query_params, found, self.dump)


class DownloadDocument(DocumentsView):
    """GET /documents/get/{id}; a signed-in browser may read too."""

    authentication_classes = (BearerAuthentication, SessionForReading)
    security = ("bearer", "session")

    @operation(
        "Download the document of an appointment",
        "9",
        parameters=(RANGE,),
        answers=download("application/pdf"),
        refusals=(
            AppointmentIdInvalid,
            DocumentNotFound,
            *told(READING),
            *DOWNLOAD_REFUSALS,
        ),
    )
    def get(self, request: Request, appointment_id: str) -> HttpResponseBase:
        document = access.appointment_document(
            self.user, appointment_id, actor=self.actor
        )
        with telling(READING):
            return serve_document(request._request, document, actor=self.actor)
