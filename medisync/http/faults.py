"""The HTTP status of an exception that Django or DRF raised."""

from __future__ import annotations

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import APIException


class UnsatisfiableRange(APIException):
    """A range that lies outside the file: 416 with its true size (RFC 9110 15.5.17)."""

    status_code = 416

    def __init__(self, size: int) -> None:
        super().__init__()
        self.headers = {"Content-Range": f"bytes */{size}"}


class PreconditionFailed(APIException):
    """If-Match or If-Unmodified-Since does not hold (RFC 9110 15.5.13)."""

    status_code = 412


class UnreadableRequest(APIException):
    """What came is not HTTP, or more of it than the server takes."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status_code = status


# In this order: the first that fits counts.
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (Http404, 404),
    (PermissionDenied, 403),
    (RequestDataTooBig, 413),
    (SuspiciousOperation, 400),
    (BadRequest, 400),
    (MultiPartParserError, 400),
    (UnreadablePostError, 400),
)


def status_of(error: Exception) -> int:
    """4xx for a request that was at fault, 500 for anything unexpected."""
    if isinstance(error, APIException):
        return int(error.status_code)
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    return 500
