"""The HTTP status of an exception that Django or DRF raised."""

from __future__ import annotations

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, UnreadablePostError
from rest_framework.exceptions import APIException

# In this order: the first that fits counts.
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (Http404, 404),
    (PermissionDenied, 403),
    (RequestDataTooBig, 413),
    (SuspiciousOperation, 400),
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
