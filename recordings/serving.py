"""Answers every audio URL of every dialect and page.

Exact length, strong ETag, single ranges (RFC 9110, section 14), conditional
requests, HEAD; and the audit event, committed before the first byte leaves.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from medisync.audit import listening
from medisync.audit.models import Outcome
from medisync.audit.trail import Actor, record
from medisync.http.again import Decision, Grounds
from medisync.http.faults import PreconditionFailed, UnsatisfiableRange
from recordings import storage
from recordings.choices import Form
from recordings.errors import RecordingNotFound, RenditionFailed, StorageFailed
from recordings.following import AudioInTheMaking
from recordings.models import Recording
from recordings.renditions import (
    StoredAudio,
    audio_in_the_making,
    forget_if_lost,
    stored_audio,
)
from recordings.slices import AudioResponse, Source, asked_range, open_slice

_ALL = "bytes=0-"
# A link to the store is followed at once, or not at all.
_LINK_SECONDS = 60

Response = TypeVar("Response", bound=HttpResponseBase)

_PRIVATE = {
    # Nothing of a patient's stays behind on a shared computer.
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
}


def serve(
    request: HttpRequest,
    recording: Recording,
    *,
    actor: Actor,
    form: Form | None = None,
    content_type: str | None = None,
    attachment: str | None = None,
    action: str = "recording.play",
    on_start: Callable[[], None] | None = None,
    grounds: Grounds | None = None,
    may_redirect: bool = False,
) -> HttpResponseBase:
    """The response with the recording's bytes, in ``form`` or as they came.

    ``attachment`` is the file name of a Content-Disposition; without it there is
    none. ``on_start`` is called when bytes are about to be sent (the file is
    open; not for HEAD, 304, 412, 416) and may still refuse by raising. ``grounds``
    are what the caller was let in on: with them, the ranges that follow are answered
    without asking the view again. ``may_redirect``: the dialect's clients follow one
    to the store, where MEDISYNC_S3_REDIRECT wants it.

    Raises UnsatisfiableRange, PreconditionFailed, StorageFailed, RenditionFailed, and
    RecordingNotFound when it is deleted meanwhile: the dialect's table knows how to
    say so. A failure is on the audit trail too.
    """
    headers = _common_headers(attachment)

    events: list[str] = []

    def listen(audio: StoredAudio | AudioInTheMaking) -> str:
        events.append(
            listening.begin(action, recording, actor=actor, form=audio.content_type)
        )
        return events[-1]

    def begin(audio: StoredAudio | AudioInTheMaking) -> str:
        if on_start is not None:
            on_start()
        return listen(audio)

    def link(audio: StoredAudio) -> str | None:
        if not (may_redirect and settings.S3_REDIRECT):
            return None
        return storage.signed_url(
            audio.key,
            seconds=_LINK_SECONDS,
            content_type=content_type or audio.content_type,
            disposition=headers.get("Content-Disposition"),
        )

    def respond(audio: StoredAudio) -> HttpResponseBase:
        response = _respond(
            request, audio, begin=lambda: begin(audio), link=lambda: link(audio)
        )
        if response.status_code == 304 and request.method == "GET":
            listen(audio)  # To the copy that the client has from an earlier time.
        if response.status_code in (200, 206):
            headers["Content-Type"] = content_type or audio.content_type
            if events and grounds is not None and on_start is None:
                _decide(
                    response,
                    grounds,
                    recording,
                    audio,
                    event=events[-1],
                    headers=headers,
                )
        return response

    try:
        growing = audio_in_the_making(recording, form) if _takes_all(request) else None
        if growing is None:
            response = _from_store(recording, form, respond)
        else:
            response = _stream(growing, lambda: begin(growing))
            headers["Content-Type"] = content_type or growing.content_type
            del headers["Accept-Ranges"]
    except (StorageFailed, RenditionFailed):
        if not Recording.objects.ready().filter(pk=recording.pk).exists():
            raise RecordingNotFound from None  # Deleted since it was looked up.
        record(action, recording, actor=actor, outcome=Outcome.FAILED)
        raise
    return _with(response, headers)


def _decide(
    response: HttpResponseBase,
    grounds: Grounds,
    recording: Recording,
    audio: StoredAudio,
    *,
    event: str,
    headers: dict[str, str],
) -> None:
    """Lets the ranges that follow be answered without asking the view again."""
    rows = (*grounds.rows, recording, *filter(None, [audio.rendition]))
    until = min(grounds.until, time.time() + listening.REFRESH_SECONDS)
    response.decision = Decision(  # type: ignore[attr-defined]  # AnswerAgain's
        replace(grounds, rows=rows, until=until),
        lambda request: _respond_again(request, audio, event, headers),
    )


def _respond_again(
    request: HttpRequest, audio: StoredAudio, event: str, headers: dict[str, str]
) -> HttpResponseBase | None:
    """The bytes of a listening whose event is written, or None for any trouble."""
    try:
        response = _respond(request, audio, begin=lambda: event)
    except (StorageFailed, PreconditionFailed, UnsatisfiableRange):
        return None
    return _with(response, headers) if response.status_code in (200, 206) else None


def serve_unheard(recording: Recording, form: Form) -> HttpResponse:
    """A small form that is no sound, whole; nobody has listened to anything.

    Raises StorageFailed, RenditionFailed, RecordingNotFound as :func:`serve` does.
    """

    def read(audio: StoredAudio) -> HttpResponse:
        content = b"".join(storage.chunks(audio.key, length=audio.size))
        return HttpResponse(content, audio.content_type, headers=_PRIVATE)

    try:
        return _from_store(recording, form, read)
    except (StorageFailed, RenditionFailed):
        if not Recording.objects.ready().filter(pk=recording.pk).exists():
            raise RecordingNotFound from None
        raise


def _from_store(
    recording: Recording, form: Form | None, use: Callable[[StoredAudio], Response]
) -> Response:
    """What ``use`` makes of the stored audio; a rendition that is lost comes anew."""
    audio = stored_audio(recording, form)
    try:
        return use(audio)
    except StorageFailed:
        if not forget_if_lost(audio.key):
            raise
    return use(stored_audio(recording, form))


def _takes_all(request: HttpRequest) -> bool:
    """Whether the request can be answered with everything, of unknown length.

    Chunks came with HTTP/1.1; before, an end that came too early looks like any.
    """
    return (
        request.method == "GET"
        and request.META.get("SERVER_PROTOCOL") == "HTTP/1.1"
        and request.headers.get("Range", _ALL).strip() == _ALL
        and not {"If-Match", "If-Unmodified-Since"} & set(request.headers)
    )


def serve_file(
    request: HttpRequest,
    file: StoredAudio,
    *,
    attachment: str,
    begin: Callable[[], str],
) -> HttpResponseBase:
    """As :func:`serve`, for a stored file that is no recording.

    ``begin`` makes the audit event and returns its id; it is called before bytes
    are sent, and for the copy that a client has already. Raises UnsatisfiableRange,
    PreconditionFailed, StorageFailed.
    """
    headers = _common_headers(attachment)
    response = _respond(request, file, begin=begin)
    if response.status_code == 304 and request.method == "GET":
        begin()
    if response.status_code in (200, 206):
        headers["Content-Type"] = file.content_type
    return _with(response, headers)


def _common_headers(attachment: str | None) -> dict[str, str]:
    headers = {**_PRIVATE, "Accept-Ranges": "bytes"}
    if attachment is not None:
        headers["Content-Disposition"] = disposition(attachment)
    return headers


def _respond(
    request: HttpRequest,
    audio: StoredAudio,
    *,
    begin: Callable[[], str],
    link: Callable[[], str | None] = lambda: None,
) -> HttpResponseBase:
    """The bytes that are asked for, or where ``link`` says they are.

    ``begin`` makes the audit event first.
    """
    etag, stored = f'"{audio.sha256}"', int(audio.stored_at.timestamp())
    headers = {"ETag": etag, "Last-Modified": http_date(stored)}
    early = get_conditional_response(request, etag=etag, last_modified=stored)
    if early is not None and early.status_code == 412:
        raise PreconditionFailed
    if early is not None:
        return _with(early, headers)
    if settings.X_ACCEL_PREFIX and request.method == "GET":
        handed_over = _hand_over(request, audio, begin)
        if handed_over is not None:
            return handed_over
    if request.method == "GET" and (url := link()) is not None:
        # What the store sends of it is not seen here: what was asked for counts.
        asked = asked_range(request, etag, stored, audio.size) or (0, audio.size)
        _heard(begin(), *asked)
        return HttpResponseRedirect(url)
    start, length, status = 0, audio.size, 200
    partial = asked_range(request, etag, stored, audio.size)
    if partial is not None:
        (start, length), status = partial, 206
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{audio.size}"
    headers["Content-Length"] = str(length)
    if request.method == "HEAD":
        return _with(HttpResponse(status=status), headers)
    response = _stream(open_slice(audio, start, length), begin, start)
    response.status_code = status
    return _with(response, headers)


def _stream(source: Source, begin: Callable[[], str], start: int = 0) -> AudioResponse:
    try:
        event = begin()
    except BaseException:
        source.end()
        raise
    return AudioResponse(source, lambda sent: _heard(event, start, sent))


def _hand_over(
    request: HttpRequest, audio: StoredAudio, begin: Callable[[], str]
) -> HttpResponse | None:
    """Lets nginx send a local file; it sees to ranges, ETag and length itself."""
    file = storage.open_local(audio.key, size=audio.size)
    if file is None:
        return None
    file.close()
    asked = asked_range(request, "", 0, audio.size) or (0, audio.size)
    _heard(begin(), *asked)
    target = f"{settings.X_ACCEL_PREFIX.rstrip('/')}/{audio.key}"
    return HttpResponse(headers={"X-Accel-Redirect": target})


def _with(response: HttpResponseBase, headers: dict[str, str]) -> HttpResponseBase:
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _heard(event: str, start: int, sent: int) -> None:
    if sent:
        listening.heard(event, start, start + sent - 1)


def disposition(file_name: str) -> str:
    """``attachment`` with a file name that is safe in a header (RFC 6266, 5987).

    What a header or a file system would trip over becomes ``_``. A name outside
    ASCII comes twice: folded for old clients and whole for the rest.
    """
    clean = "".join(
        "_" if char in '"\\/' or not char.isprintable() else char for char in file_name
    )
    folded = clean.encode("ascii", "replace").decode().replace("?", "_")
    if folded == clean:
        return f'attachment; filename="{clean}"'
    whole = quote(clean.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{folded}\"; filename*=UTF-8''{whole}"
