"""Resumable uploads for the pages, by tus 1.0 (https://tus.io/protocols).

Senders are browsers in which somebody is signed in, so that Django's session and
its CSRF token hold here as they do for a form.
"""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any, ClassVar

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext
from django.views.generic import View

from appointments.access import appointment_for, doctor_for
from medisync.accounts.models import User
from medisync.http.client import Asked
from medisync.lib.errors import DomainError
from recordings import resumable, storage
from recordings.access import upload_for
from recordings.api.tus import wire
from recordings.api.tus.errors import CHECKSUM_MISMATCH, STATUS
from recordings.errors import StorageFailed, UploadTooLarge
from recordings.models import ResumableUpload
from recordings.room import require_room

# What is read from the line at once; the less, the more is kept when it breaks.
_READ = 64 * 1024
# Of a piece that must be whole before any of it counts.
_IN_MEMORY = 1024 * 1024


class TusView(View, Asked):
    allowed: ClassVar[list[str]]

    def dispatch(
        self, request: HttpRequest, *args: Any, **options: Any
    ) -> HttpResponseBase:
        method = request.method or ""
        if method == "POST":
            # Of POST alone: that is asked for a CSRF token, as GET is not.
            method = request.headers.get("X-HTTP-Method-Override", method)
        if not isinstance(request.user, User):
            response: HttpResponseBase = refusal(401, "signed_out", "Sign in first.")
        elif method == "OPTIONS":
            response = HttpResponse(status=204, headers=_abilities())
        elif method not in self.allowed:
            response = refusal(405, "method_not_allowed", "There is no such method.")
            response.headers["Allow"] = ", ".join([*self.allowed, "OPTIONS"])
        elif request.headers.get("Tus-Resumable") != wire.VERSION:
            response = refusal(412, "version", f"This is tus {wire.VERSION}.")
            response.headers["Tus-Version"] = wire.VERSION
        else:
            response = self._answer(getattr(self, method.lower()), request, **options)
        response.headers["Tus-Resumable"] = wire.VERSION
        response.headers["Cache-Control"] = "no-store"
        return response

    def _answer(self, view: Any, request: HttpRequest, **options: Any) -> HttpResponse:
        try:
            answer: HttpResponse = view(request, **options)
        except wire.Malformed:
            return refusal(
                400, "malformed", "A header is missing or not as it must be."
            )
        except UnreadablePostError:
            # Nobody is there to hear it; what had arrived is kept.
            return refusal(400, "broken_off", "The piece broke off.")
        except DomainError as error:
            # An audio refusal is one class with a code for each reason.
            status = STATUS.get(type(error))
            if status is None:
                raise
            return refusal(status, error.code, gettext(error.message))
        return answer


def refusal(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)


def _abilities() -> dict[str, str]:
    return {
        "Tus-Version": wire.VERSION,
        "Tus-Extension": wire.EXTENSIONS,
        "Tus-Max-Size": str(resumable.largest(None)),
        "Tus-Checksum-Algorithm": ",".join(wire.ALGORITHMS),
    }


class Uploads(TusView):
    """Where uploads begin."""

    allowed: ClassVar[list[str]] = ["POST"]

    def post(self, request: HttpRequest) -> HttpResponse:
        told = wire.metadata(request.headers)
        appointment = (
            appointment_for(self.user, told.appointment) if told.appointment else None
        )
        plan = resumable.Plan(
            file_name=told.filename,
            length=wire.announced_length(request.headers),
            appointment=appointment,
            doctor=(
                appointment.doctor
                if appointment
                else doctor_for(self.user, told.doctor)
            ),
            title=told.title,
            sample_rate=told.sample_rate,
            sha256=wire.whole_digest(request.headers),
            consent_from=told.consent,
            consent_at=told.consent_at,
            recorded_at=told.recorded_at,
        )
        upload = resumable.begin_upload(self.user, plan, actor=self.actor)
        place = reverse("upload", args=[upload.pk])
        return HttpResponse(status=201, headers={"Location": place, **_until(upload)})


class Upload(TusView):
    """One upload: how far it is, the next piece, and its end."""

    allowed: ClassVar[list[str]] = ["HEAD", "PATCH", "DELETE"]

    def head(self, request: HttpRequest, upload_id: str) -> HttpResponse:
        upload = upload_for(self.user, upload_id)
        # Whoever hears that all of it is here may take it for a recording.
        self._finish_if_whole(upload)
        headers = {"Upload-Offset": str(resumable.received(upload))}
        if upload.length is None:
            headers["Upload-Defer-Length"] = "1"
        else:
            headers["Upload-Length"] = str(upload.length)
        return HttpResponse(headers=headers | _until(upload))

    def patch(self, request: HttpRequest, upload_id: str) -> HttpResponse:
        if request.content_type != wire.PIECE:
            return refusal(415, "content_type", f"A piece is {wire.PIECE}.")
        offset = wire.number(request.headers, "Upload-Offset")
        if offset is None:
            raise wire.Malformed
        checksum = wire.checksum(request.headers)
        upload = upload_for(self.user, upload_id)
        # What comes with a piece that is refused is not kept either.
        resumable.check_offset(upload, offset)
        resumable.declare(
            upload,
            length=wire.number(request.headers, "Upload-Length"),
            sha256=wire.whole_digest(request.headers),
        )
        if checksum is None:
            offset = resumable.append(upload, offset, _pieces(request))
        else:
            room = resumable.room(upload, offset)
            folder = str(storage.partial_dir())
            with SpooledTemporaryFile(_IN_MEMORY, dir=folder) as spool:
                if not _spool(request, checksum, spool, room):
                    return refusal(CHECKSUM_MISMATCH, "checksum", "Send it again.")
                offset = resumable.append(upload, offset, _chunks(spool))
        self._finish_if_whole(upload)
        headers = {"Upload-Offset": str(offset)}
        return HttpResponse(status=204, headers=headers | _until(upload))

    def delete(self, request: HttpRequest, upload_id: str) -> HttpResponse:
        upload = upload_for(self.user, upload_id)
        resumable.discard_upload(upload, actor=self.actor)
        return HttpResponse(status=204)

    def _finish_if_whole(self, upload: ResumableUpload) -> None:
        if upload.recording_id is None and resumable.is_whole(upload):
            resumable.finish_upload(upload, actor=self.actor)


def _until(upload: ResumableUpload) -> dict[str, str]:
    """When it is given up; and what became of it, once it is a recording."""
    headers = {"Upload-Expires": http_date(upload.expires_at.timestamp())}
    if upload.recording_id is not None:
        headers["Content-Location"] = reverse("recording", args=[upload.recording_id])
    return headers


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    """The body as it arrives, in pieces worth a write each."""
    waiting = bytearray()
    try:
        while data := request.read(_READ):
            waiting += data
            if len(waiting) >= storage.CHUNK:
                yield bytes(waiting)
                waiting.clear()
    except UnreadablePostError:
        if waiting:
            yield bytes(waiting)
        raise
    if waiting:
        yield bytes(waiting)


def _spool(
    request: HttpRequest, checksum: wire.Checksum, spool: IO[bytes], room: int
) -> bool:
    """Sets a piece aside; whether all of it came as it was sent.

    Raises UploadTooLarge before there is more than ``room``, StorageFull,
    StorageFailed.
    """
    digest = wire.ALGORITHMS[checksum.algorithm]()
    for data in _pieces(request):
        room -= len(data)
        if room < 0:
            raise UploadTooLarge
        require_room(len(data))
        digest.update(data)
        try:
            spool.write(data)
        except OSError as error:  # The disk is full, or gone.
            raise StorageFailed from error
    spool.seek(0)
    return digest.digest() == checksum.value


def _chunks(spool: IO[bytes]) -> Iterator[bytes]:
    while data := spool.read(storage.CHUNK):
        yield data
