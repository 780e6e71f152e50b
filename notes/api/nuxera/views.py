"""The Nuxera dialect's transcription and dictation (contract nuxera 4, 5 and 7)."""

from __future__ import annotations

from typing import ClassVar, NoReturn, TypedDict

from rest_framework.request import Request
from rest_framework.response import Response

from medisync.accounts.errors import SubscriptionRequired
from medisync.accounts.services import require_subscription
from medisync.http.authentication import ApiKeyAuthentication, BearerAuthentication
from medisync.http.nuxera import NuxeraAuthView
from medisync.http.openapi import operation
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


_NONE = "There is no engine for it here: whatever is sent, none of it is read or kept."


class Speciality(TypedDict):
    value: str
    label: str
    description: str


class Offered(TypedDict):
    specialities: list[Speciality]


def dump_specialities() -> Offered:
    return {
        "specialities": [
            {"value": value, "label": label, "description": label}
            for value, label in SPECIALITIES.items()
        ]
    }


class Engine(NuxeraAuthView):
    """What needs a speech or language engine, in every form it can be asked for."""

    authentication_classes = (ApiKeyAuthentication, BearerAuthentication)
    tag = "Transcription and dictation"
    security: ClassVar[tuple[str, ...]] = ("apiKey", "bearer")

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        if isinstance(error, EngineMissing):
            body = {"error": "Not implemented", "message": error.message}
            return ErrorReply(501, body)
        return super().describe(error)

    def refuse(self) -> NoReturn:
        require_subscription(self.user)
        raise EngineMissing


class Transcribe(Engine):
    @operation(
        "Transcribe a conversation, chunk by chunk",
        "4.1",
        description=_NONE,
        answers={},
        refusals=(SubscriptionRequired, EngineMissing),
    )
    def post(self, request: Request) -> Response:
        return self.refuse()


class TranscribeChunk(Engine):
    @operation(
        "Transcribe one chunk on its own",
        "4.3",
        description=_NONE,
        answers={},
        refusals=(SubscriptionRequired, EngineMissing),
    )
    def post(self, request: Request) -> Response:
        return self.refuse()


class MedicalNote(Engine):
    @operation(
        "Write a medical note from a transcription",
        "4.4",
        description=_NONE,
        answers={},
        refusals=(SubscriptionRequired, EngineMissing),
    )
    def post(self, request: Request) -> Response:
        return self.refuse()


class Dictate(Engine):
    @operation(
        "Transcribe a dictation",
        "5",
        description=_NONE,
        answers={},
        refusals=(SubscriptionRequired, EngineMissing),
    )
    def post(self, request: Request) -> Response:
        return self.refuse()


class Specialities(NuxeraAuthView):
    """GET /api/supported-specialities (4.5): a list for everybody."""

    authentication_classes = ()
    permission_classes = ()
    tag = "Transcription and dictation"
    security = ()
    common_refusals = (Exception,)

    @operation(
        "List the specialities that can be named",
        "4.5",
        answers={200: Offered},
        got=dump_specialities(),
    )
    def get(self, request: Request) -> Response:
        return Response(dump_specialities())
