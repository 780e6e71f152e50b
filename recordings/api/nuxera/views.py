"""The Nuxera dialect's audio management (contract nuxera 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypedDict

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.http.nuxera import NuxeraView
from medisync.http.openapi import (
    DOWNLOAD_REFUSALS,
    RANGE,
    Parameter,
    download,
    operation,
)
from medisync.http.view import ErrorReply
from recordings import access, services
from recordings.api.nuxera.errors import DELETE, DOWNLOAD
from recordings.choices import Form
from recordings.errors import RecordingNotFound, StorageFailed
from recordings.models import Recording, RecordingQuerySet
from recordings.serving import serve


class DoctorNameMissing(Exception):
    """No doctorName, or only blanks."""


_DOCTOR = Parameter(
    "doctorName",
    "The doctor's name as it is shown, title included.",
    required=True,
    example="Dr. Amara Osei",
)


class Deleted(TypedDict):
    message: str


class AudioView(NuxeraView):
    tag = "Audio management"
    sentences: ClassVar[Mapping[str, str]]

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        if isinstance(error, DoctorNameMissing):
            return ErrorReply(400, {"error": cls.sentences["name_missing"]})
        if isinstance(error, RecordingNotFound):
            return ErrorReply(404, {"error": cls.sentences["nothing_stored"]})
        if isinstance(error, StorageFailed):
            return ErrorReply(500, {"error": "Failed to delete files."})
        return super().describe(error)

    def doctor_name(self) -> str:
        name = self.request.query_params.get("doctorName", "")
        if not name.strip():
            raise DoctorNameMissing
        return name

    def recordings(self) -> RecordingQuerySet:
        return access.doctor_recordings(self.user, self.doctor_name())


class Download(AudioView):
    """GET /api/download: the doctor's newest, in the format it is kept in (3.1)."""

    sentences = DOWNLOAD

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        if isinstance(error, StorageFailed):
            return ErrorReply(500, {"error": "Failed to read audio file"})
        return super().describe(error)

    @operation(
        "Download the newest audio of a doctor",
        "3.1",
        parameters=(_DOCTOR, RANGE),
        answers=download("audio/wav", "audio/flac"),
        refusals=(
            DoctorNameMissing,
            RecordingNotFound,
            StorageFailed,
            *DOWNLOAD_REFUSALS,
        ),
    )
    def get(self, request: Request) -> HttpResponseBase:
        recording = self.recordings().first()
        if recording is None:
            raise RecordingNotFound
        form = _documented_form(recording)
        ending = "flac" if form is None and recording.container == "flac" else "wav"
        return serve(
            request._request,
            recording,
            actor=self.actor,
            form=form,
            content_type=f"audio/{ending}",
            attachment=f"audio-{self.doctor_name()}.{ending}",
            action="recording.download",
        )


def _documented_form(recording: Recording) -> Form | None:
    """As it came when that is WAV or FLAC, the only two documented types."""
    return None if recording.container in ("wav", "flac") else Form.WAV


class Delete(AudioView):
    """DELETE /api/delete: every recording of the doctor (3.2)."""

    sentences = DELETE

    @operation(
        "Delete all audio of a doctor",
        "3.2",
        parameters=(_DOCTOR,),
        answers={200: Deleted},
        got={"message": "File(s) deleted successfully."},
        refusals=(DoctorNameMissing, RecordingNotFound, StorageFailed),
    )
    def delete(self, request: Request) -> Response:
        if not services.delete_recordings(self.recordings(), actor=self.actor):
            raise RecordingNotFound
        return Response({"message": "File(s) deleted successfully."})


class DeleteAll(AudioView):
    """DELETE /api/delete-all: what the caller may delete, calls left out (3.3)."""

    sentences = DELETE

    @operation(
        "Delete all audio that the caller may delete",
        "3.3",
        answers={200: Deleted},
        got={"message": "All files deleted successfully."},
        refusals=(StorageFailed,),
    )
    def delete(self, request: Request) -> Response:
        found = access.clinical_recordings(self.user)
        services.delete_recordings(found, actor=self.actor)
        return Response({"message": "All files deleted successfully."})
