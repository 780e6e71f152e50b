"""The Nuxera dialect's transcription and dictation (contract nuxera 4, 5 and 7)."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from medisync.accounts.services import require_subscription
from medisync.http.authentication import ApiKeyAuthentication, BearerAuthentication
from medisync.http.nuxera import NuxeraAuthView
from medisync.http.view import ErrorReply
from notes.errors import EngineMissing

#: What the vendor's client names (contract nuxera 4.1).
SPECIALITIES = {
    "general_practice": "General practice",
    "cardiology": "Cardiology",
    "emergency": "Emergency medicine",
    "radiology": "Radiology",
    "pathology": "Pathology",
    "surgery": "Surgery",
    "pediatrics": "Pediatrics",
    "psychiatry": "Psychiatry",
    "soap_note": "SOAP note",
}


class Engine(NuxeraAuthView):
    """What needs a speech or language engine, in every form it can be asked for."""

    authentication_classes = (ApiKeyAuthentication, BearerAuthentication)

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        if isinstance(error, EngineMissing):
            body = {"error": "Not implemented", "message": error.message}
            return ErrorReply(501, body)
        return super().describe(error)

    def post(self, request: Request) -> Response:
        require_subscription(self.user)
        raise EngineMissing


class Specialities(NuxeraAuthView):
    """GET /api/supported-specialities (4.5): a list for everybody."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request) -> Response:
        return Response(
            {
                "specialities": [
                    {"value": value, "label": label, "description": label}
                    for value, label in SPECIALITIES.items()
                ]
            }
        )
