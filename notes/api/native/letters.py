"""The MediSync dialect's doctor letters (contract medisync 10)."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from appointments.access import appointment_for
from medisync.accounts.services import require_subscription
from medisync.http.native import NativeView, success
from notes import access, letters
from notes.api.native import wire
from notes.api.native.errors import ERRORS
from notes.errors import EngineMissing


class GenerateLetter(NativeView):
    """POST /doctor-letters/generate/{appointment_id}: needs an engine."""

    errors = ERRORS

    def post(self, request: Request, appointment_id: str) -> Response:
        require_subscription(self.user)
        appointment_for(self.user, appointment_id)
        raise EngineMissing


class OneLetter(NativeView):
    """GET by the appointment's id, PUT by the letter's own."""

    errors = ERRORS

    def get(self, request: Request, record_id: str) -> Response:
        """Null, not 404, when there is none."""
        letter = access.appointment_letter(self.user, record_id)
        return success(letter and wire.dump_letter(letter))

    def put(self, request: Request, record_id: str) -> Response:
        letter = access.letter_by_id(self.user, record_id)
        text = wire.present(wire.LetterInput(data=request.data)).get("markdown_content")
        return success(
            wire.dump_letter(letters.edit_letter(letter, text, actor=self.actor))
        )
