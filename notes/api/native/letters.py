"""The MediSync dialect's doctor letters (contract medisync 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from appointments.access import appointment_for
from appointments.errors import AppointmentIdInvalid, AppointmentNotFound
from medisync.accounts.errors import SubscriptionRequired
from medisync.accounts.services import require_subscription
from medisync.http.native import (
    Data,
    NativeView,
    enveloped,
    success,
)
from medisync.http.openapi import Parameter, operation
from notes import access, letters
from notes.api.native import wire
from notes.api.native.errors import ERRORS
from notes.errors import EngineMissing, LetterIdInvalid, LetterNotFound

_LETTER = {
    "_id": "66c0de11aa22bb33cc44ee05",
    "appointment_id": "66c0de11aa22bb33cc44dd01",
    "patient_id": "66c0de11aa22bb33cc44bb02",
    "doctor_id": "66c0de11aa22bb33cc44aa00",
    "status": "editing",
    "markdown_content": "Dear colleague, ...",
    "generation_inputs": {},
    "createdAt": "2026-05-04T09:55:00.000Z",
    "updatedAt": "2026-05-04T09:56:00.000Z",
}


class GenerateLetter(NativeView):
    """POST /doctor-letters/generate/{appointment_id}: needs an engine."""

    errors = ERRORS
    tag = "Doctor letters"

    @operation(
        "Have a letter to a colleague written",
        "10",
        description="This server has no engine that could.",
        answers={},
        refusals=(
            SubscriptionRequired,
            AppointmentIdInvalid,
            AppointmentNotFound,
            EngineMissing,
        ),
    )
    def post(self, request: Request, appointment_id: str) -> Response:
        require_subscription(self.user)
        appointment_for(self.user, appointment_id)
        raise EngineMissing


class OneLetter(NativeView):
    """GET by the appointment's id, PUT by the letter's own."""

    errors = ERRORS
    tag = "Doctor letters"
    path_parameters: ClassVar[Mapping[str, Parameter]] = {
        **NativeView.path_parameters,
        "record_id": Parameter(
            "record_id",
            "The appointment's id; to change, the letter's own.",
            "path",
            example=_LETTER["appointment_id"],
        ),
    }

    @operation(
        "Get the letter of an appointment, null where there is none",
        "10",
        answers={200: Data[wire.LetterObject | None]},
        got=enveloped(_LETTER),
        refusals=(AppointmentIdInvalid,),
    )
    def get(self, request: Request, record_id: str) -> Response:
        """Null, not 404, when there is none."""
        letter = access.appointment_letter(self.user, record_id)
        return success(letter and wire.dump_letter(letter))

    @operation(
        "Change the text of a letter, by its own id",
        "10",
        body=wire.LetterInput,
        sent={"markdown_content": _LETTER["markdown_content"]},
        answers={200: Data[wire.LetterObject]},
        got=enveloped(_LETTER),
        refusals=(LetterIdInvalid, LetterNotFound),
    )
    def put(self, request: Request, record_id: str) -> Response:
        letter = access.letter_by_id(self.user, record_id)
        text = wire.present(wire.LetterInput(data=request.data)).get("markdown_content")
        return success(
            wire.dump_letter(letters.edit_letter(letter, text, actor=self.actor))
        )
