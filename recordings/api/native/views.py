"""The MediSync dialect's recordings (contract medisync 6)."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.access import appointment_for
from appointments.errors import AppointmentIdInvalid, AppointmentNotFound
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
from medisync.http.openapi import DOWNLOAD_REFUSALS, RANGE, download, operation, upload
from medisync.http.pagination import listing
from medisync.http.throttles import HourlyThrottle, UploadThrottle
from medisync.http.view import ErrorReply
from medisync.lib.objectid import is_object_id
from recordings import access, services
from recordings.api.native.errors import ERRORS
from recordings.api.native.wire import RecordingObject, dump_recording
from recordings.choices import Form, Source
from recordings.errors import (
    AudioRefused,
    NoFile,
    RecordingExists,
    RecordingNotFound,
    StorageFailed,
    UploadTooLarge,
)
from recordings.media.probe import UnusableAudio
from recordings.models import Recording, RecordingQuerySet
from recordings.serving import serve
from recordings.uploads import incoming_upload

_ID = "66c0de11aa22bb33cc44dd01"
_RECORDING = {
    "_id": "66c0de11aa22bb33cc44cc03",
    "appointment_id": _ID,
    "recording_url": f"https://clinic.example/api/recordings/get/{_ID}",
    "recording_key": f"{_ID}_visit.wav",
    "createdAt": "2026-05-04T09:41:00.000Z",
    "updatedAt": "2026-05-04T09:41:00.000Z",
}
_NOT_AUDIO = UnusableAudio("not_audio")


class RecordingsView(NativeView):
    errors = ERRORS
    tag = "Recordings"

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        if isinstance(error, AudioRefused):
            return failure(400, error.message)
        return super().describe(error)

    def of_visits(self) -> RecordingQuerySet:
        """What this dialect can name: recordings that have an appointment's id."""
        return access.recordings_for(self.user).filter(source=Source.VISIT)

    def dump(self, recording: Recording) -> RecordingObject:
        return dump_recording(recording, self.request._request)


class RecordingList(RecordingsView):
    """GET /recordings (6.3)."""

    @operation(
        "List the recordings of the caller's appointments",
        "6.3",
        parameters=PAGE_PARAMETERS,
        answers={200: Listing[RecordingObject]},
        got=enveloped([_RECORDING]),
        refusals=(PAGE_INVALID,),
    )
    def get(self, request: Request) -> Response:
        return listing(request.query_params, self.of_visits(), self.dump)


class AddRecording(RecordingsView):
    """POST /recordings/add/{appointmentId} (6.2)."""

    throttle_classes = (HourlyThrottle, UploadThrottle)

    @operation(
        "Upload the audio of an appointment",
        "6.2",
        body=upload("audio", "Audio in any common format; its content decides."),
        sent={"audio": "the bytes of visit.wav"},
        answers={201: Data[RecordingObject]},
        got=enveloped(_RECORDING),
        refusals=(
            AppointmentIdInvalid,
            AppointmentNotFound,
            NoFile,
            UploadTooLarge,
            AudioRefused(_NOT_AUDIO.code, _NOT_AUDIO.message),
            RecordingExists,
            StorageFailed,
        ),
    )
    def post(self, request: Request, appointment_id: str) -> Response:
        appointment = appointment_for(self.user, appointment_id)
        # Refused before the body is read; the row's constraint decides races.
        if self.of_visits().filter(appointment=appointment).exists():
            raise RecordingExists
        with incoming_upload(request._request, "audio") as incoming:
            recording = services.add_recording(
                incoming,
                source=Source.VISIT,
                appointment=appointment,
                actor=self.actor,
                origin="native",
            )
        return success(self.dump(recording), 201)


class AppointmentRecordings(RecordingsView):
    """GET and DELETE /recordings/{appointmentId} (6.3, 6.5)."""

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        if isinstance(error, StorageFailed):
            return failure(500, "Error deleting recording from storage")
        return super().describe(error)

    @staticmethod
    def require_id(appointment_id: str) -> None:
        if not is_object_id(appointment_id):
            raise AppointmentIdInvalid

    @operation(
        "List the recordings of an appointment",
        "6.3",
        parameters=PAGE_PARAMETERS,
        answers={200: Listing[RecordingObject]},
        got=enveloped([_RECORDING]),
        refusals=(AppointmentIdInvalid, PAGE_INVALID),
    )
    def get(self, request: Request, appointment_id: str) -> Response:
        self.require_id(appointment_id)
        found = self.of_visits().filter(appointment_id=appointment_id.lower())
        return listing(request.query_params, found, self.dump)

    @operation(
        "Delete the recording of an appointment, for good",
        "6.5",
        answers={200: Data[RecordingObject]},
        got=enveloped(_RECORDING),
        refusals=(AppointmentIdInvalid, RecordingNotFound, StorageFailed),
    )
    def delete(self, request: Request, appointment_id: str) -> Response:
        self.require_id(appointment_id)
        recording = access.appointment_recording(
            self.user, appointment_id, actor=self.actor
        )
        deleted = self.dump(recording)
        services.delete_recording(recording, actor=self.actor)
        return success(deleted)


class DownloadRecording(RecordingsView):
    """GET /recordings/get/{appointmentId} (6.4): always WAV, whatever came in.

    A missing recording is 400 here, and the 500 says ``message``: both are the
    page's own words. A browser session may read too, for ``<audio src>``.
    """

    authentication_classes = (BearerAuthentication, SessionForReading)
    security = ("bearer", "session")

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        if isinstance(error, RecordingNotFound):
            return failure(400, "Recording not found")
        reply = super().describe(error)
        if reply.status == 500:
            return ErrorReply(
                500, {"success": False, "message": "Internal server error"}
            )
        return reply

    @operation(
        "Download the recording of an appointment as WAV",
        "6.4",
        parameters=(RANGE,),
        answers=download("audio/wav"),
        refusals=(RecordingNotFound, *DOWNLOAD_REFUSALS),
    )
    def get(self, request: Request, appointment_id: str) -> HttpResponseBase:
        recording = access.appointment_recording(
            self.user, appointment_id, actor=self.actor
        )
        return serve(
            request._request,
            recording,
            actor=self.actor,
            form=Form.WAV,
            content_type="audio/wav",
            grounds=self.grounds,
        )
