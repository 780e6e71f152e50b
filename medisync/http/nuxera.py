"""The Nuxera dialect's two envelopes and base views, shared by its apps.

Audio endpoints say ``{"error"}``; sign-in says ``{"error", "message"}``, and so do
every 401 and whatever the contract leaves open (nuxera 1 and 4.1): a body with
both suits every client.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    AuthenticationFailed,
    NotAuthenticated,
    ParseError,
    Throttled,
    ValidationError,
)
from rest_framework.permissions import BasePermission

from medisync.accounts.errors import (
    ApiKeyNotFound,
    InvalidCredentials,
    NotVerified,
    SubscriptionRequired,
    TooManyAttempts,
    WeakPassword,
)
from medisync.http.authentication import BearerAuthentication, SignedIn
from medisync.http.faults import status_of
from medisync.http.native import first_message
from medisync.http.view import CallerView, ErrorReply, Refusals
from medisync.lib.errors import DomainError

_UNAUTHORISED = ErrorReply(
    401,
    {
        "error": "Authentication required",
        "message": "Invalid or missing authentication token",
    },
    {"WWW-Authenticate": 'Bearer realm="api"'},
)
_LOGIN_FAILED = ErrorReply(
    401,
    {"error": "Authentication failed", "message": "Invalid username or password"},
)

_BY_STATUS = {
    400: ("Bad request", "The request is not valid"),
    403: ("Forbidden", "This is not allowed"),
    404: ("Not found", "There is no such endpoint"),
    405: ("Method not allowed", "This endpoint does not take this method"),
    412: ("Precondition failed", "The file is not the one that was meant"),
    413: ("Request too large", "The request body is too large"),
    415: ("Unsupported media type", "Send JSON"),
    429: ("Too many requests", "Too many sign-ins from this address, try again later"),
    416: ("Range not satisfiable", "The range lies outside the file"),
    500: ("Internal server error", "Something went wrong on the server"),
}

_REFUSALS: Mapping[type[Exception], int] = {
    WeakPassword: 400,
    SubscriptionRequired: 403,
    ApiKeyNotFound: 404,
}


def describe(error: Exception) -> ErrorReply:
    """The answer of an audio endpoint to ``error``, whichever it is."""
    if isinstance(error, (NotAuthenticated, AuthenticationFailed)):
        return _UNAUTHORISED
    status = status_of(error)
    return ErrorReply(status, {"error": _sentences(status)[0]})


def describe_auth(error: Exception) -> ErrorReply:
    """The answer with both keys to ``error``, whichever it is."""
    if isinstance(error, (NotAuthenticated, AuthenticationFailed)):
        return _UNAUTHORISED
    # An address that is not verified yet is no account to this dialect.
    if isinstance(error, (InvalidCredentials, NotVerified)):
        return _LOGIN_FAILED
    if isinstance(error, TooManyAttempts):
        return ErrorReply(
            429,
            {"error": "Too many attempts", "message": error.message},
            {"Retry-After": str(error.retry_after)},
        )
    status = _REFUSALS.get(type(error)) or status_of(error)
    short, long = _sentences(status)
    if isinstance(error, DomainError):
        long = error.message
    wait = getattr(error, "wait", None) if isinstance(error, Throttled) else None
    if status == 400 and isinstance(error, (ValidationError, ParseError)):
        long = first_message(error.detail)
    headers = {"Retry-After": str(int(wait))} if wait else {}
    return ErrorReply(status, {"error": short, "message": long}, headers)


def _sentences(status: int) -> tuple[str, str]:
    return _BY_STATUS.get(status, ("Request failed", "The request failed"))


class NuxeraView(CallerView):
    """An audio endpoint: Bearer token, no documented limits."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (BearerAuthentication,)
    permission_classes: Sequence[type[BasePermission]] = (SignedIn,)
    security: ClassVar[tuple[str, ...]] = ("bearer",)
    common_refusals: ClassVar[Refusals] = (
        NotAuthenticated,
        AuthenticationFailed,
        Exception,
    )

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        return describe(error)


class NuxeraAuthView(NuxeraView):
    """Sign-in, keys, transcription: whatever answers errors with both keys."""

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        return describe_auth(error)
