"""Audio that arrives as part of a multipart request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

from recordings import storage
from recordings.errors import NoFile, UploadTooLarge
from recordings.intake import Incoming, IncomingWriter
from recordings.room import require_room

# What a multipart body may hold besides the file itself.
_ENVELOPE = 1024 * 1024


@contextmanager
def incoming_upload(request: HttpRequest, field: str) -> Iterator[Incoming]:
    """The file part ``field`` of a multipart request, read as this is entered.

    The body is written once, as it arrives. Raises NoFile, UploadTooLarge,
    StorageFull or StorageFailed; nothing is left behind then, nor after the block.
    """
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > settings.MAX_UPLOAD_BYTES + _ENVELOPE:
        raise UploadTooLarge
    require_room(length)
    handler = _IntakeHandler(request, field)
    request.upload_handlers = [handler]
    try:
        yield _sent_file(request, field)
    finally:
        handler.discard()


def _sent_file(request: HttpRequest, field: str) -> Incoming:
    try:
        file = _files(request).get(field)
    except (MultiPartParserError, TooManyFilesSent) as error:
        raise NoFile from error
    if not isinstance(file, _IncomingFile):
        raise NoFile
    return file.incoming


def _files(request: HttpRequest) -> Mapping[str, object]:
    if request.method == "POST":
        return request.FILES
    # Django reads the forms of POST by itself, and of no other method.
    if request.content_type != "multipart/form-data":
        return {}
    return request.parse_file_upload(request.META, request)[1]


class _IncomingFile(UploadedFile):  # type: ignore[type-arg]  # not at run time
    """What Django's form parser hands on in place of the bytes."""

    def __init__(self, incoming: Incoming, **facts: Any) -> None:
        super().__init__(name=incoming.file_name, size=incoming.size, **facts)
        self.incoming = incoming


class _IntakeHandler(FileUploadHandler):
    """Takes the first file of one field; other files are read and dropped."""

    #: Django asks for so much at a time. The less often, the fewer copies.
    chunk_size = storage.CHUNK

    def __init__(self, request: HttpRequest, field: str) -> None:
        super().__init__(request)
        self._field = field
        self._writer: IncomingWriter | None = None

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        if self.field_name != self._field or self._writer is not None:
            raise SkipFile
        self._writer = IncomingWriter()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._writer is not None
        self._writer.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        assert self._writer is not None
        return _IncomingFile(
            self._writer.finish(self.file_name or ""), content_type=self.content_type
        )

    def discard(self) -> None:
        if self._writer is not None:
            self._writer.discard()
