"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import os
from io import BytesIO
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpResponse
from django.urls import get_resolver
from gunicorn.http.errors import ParseException

from medisync.http.faults import UnreadableRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medisync.settings")


class Request(WSGIRequest):
    """A request as it may arrive, not only as Django expects it.

    Bodies of unknown length, which Django would read as empty: a chunked body
    says itself where it ends (``wsgi.input_terminated``), so the largest length
    that the kind of request may have stands in for the true one.

    Any Content-Type: Django lets its ``charset`` choose among all of Python's
    codecs, some of which are compressions, and parses parameters of RFC 2231. Both
    can raise here, before there is anything to answer but the server's bare 500.
    Text is UTF-8, as JSON has it and browsers send it; a type that cannot be read
    is no type.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        if environ.get("wsgi.input_terminated") and not environ.get("CONTENT_LENGTH"):
            environ["CONTENT_LENGTH"] = str(_largest_body(environ))
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
        super().__init__(environ)

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        read = super()._set_content_type_params  # type: ignore[misc]  # not in stubs
        try:
            read(meta)
        except (LookupError, ValueError):
            meta["CONTENT_TYPE"] = ""
            read(meta)

    @property
    def encoding(self) -> str | None:
        return None  # The default, which is UTF-8.

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        pass


class _Body:
    """The server's stream. Chunks that are none break it off, as a lost line does."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, *size: int) -> bytes:
        return self._checked(self._stream.read, *size)

    def readline(self, *size: int) -> bytes:
        return self._checked(self._stream.readline, *size)

    def _checked(self, read: Any, *size: int) -> bytes:
        try:
            return bytes(read(*size))
        except ParseException as error:
            raise OSError("not chunked as it says") from error


def _largest_body(environ: dict[str, Any]) -> int:
    if "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return 0
    if environ.get("CONTENT_TYPE", "").startswith("multipart/form-data"):
        return int(settings.MAX_UPLOAD_BYTES)
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


class Handler(WSGIHandler):
    request_class = Request

    def refuse(self, path: str, status: int) -> HttpResponse:
        """The answer to a message at ``path`` that cannot be read as a request."""
        request = Request(
            {"REQUEST_METHOD": "GET", "PATH_INFO": path, "wsgi.input": BytesIO()}
        )
        handler: Any = get_resolver().resolve_error_handler(400)
        response = handler(request, exception=UnreadableRequest(status))
        assert isinstance(response, HttpResponse)
        return response


django.setup(set_prefix=False)
application = Handler()
