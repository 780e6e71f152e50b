"""The MediSync dialect's envelope, errors and limits, shared by its apps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Literal, NotRequired, TypedDict, TypeVar

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotAuthenticated,
    ParseError,
    Throttled,
    ValidationError,
)
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework_simplejwt.tokens import Token

from medisync.accounts import errors as accounts
from medisync.http.again import Grounds
from medisync.http.authentication import BearerAuthentication, SignedIn
from medisync.http.faults import status_of
from medisync.http.openapi import Parameter
from medisync.http.throttles import HourlyThrottle
from medisync.http.view import CallerView, ErrorReply, Refusals
from medisync.lib.allowance import Allowance

ErrorTable = Mapping[type[Exception], tuple[int, str, str]]


class UidDiffers(APIException):
    """``uid`` names somebody else than the token (contract medisync 1.3)."""

    status_code = 403


#: Exception to status, ``error`` text and ``code`` (none where it is empty).
PLATFORM_ERRORS: ErrorTable = {
    NotAuthenticated: (401, "Authentication required", "AUTH_REQUIRED"),
    AuthenticationFailed: (401, "Invalid or expired token", "INVALID_TOKEN"),
    UidDiffers: (403, "Access denied", "FORBIDDEN"),
    Throttled: (429, "Rate limit exceeded", "RATE_LIMIT_EXCEEDED"),
    accounts.InvalidCredentials: (
        401,
        "Invalid email or password",
        "INVALID_CREDENTIALS",
    ),
    accounts.TooManyAttempts: (
        429,
        "Too many failed login attempts, try again later",
        "TOO_MANY_ATTEMPTS",
    ),
    accounts.NotVerified: (403, "Email not verified", "EMAIL_NOT_VERIFIED"),
    accounts.EmailTaken: (409, "Email already registered", "EMAIL_EXISTS"),
    accounts.WeakPassword: (
        400,
        "Password must have at least 8 characters with letters and numbers",
        "VALIDATION_ERROR",
    ),
    accounts.LinkInvalid: (400, "Invalid or expired token", "INVALID_TOKEN"),
    accounts.SubscriptionRequired: (
        403,
        "Active subscription required",
        "SUBSCRIPTION_REQUIRED",
    ),
}

_BY_STATUS = {
    400: "Invalid request",
    403: "Access denied",
    404: "Not found",
    405: "Method not allowed",
    412: "Precondition failed",
    413: "Request body too large",
    415: "Unsupported media type",
    416: "Requested range not satisfiable",
    500: "Internal server error",
}


def failure(status: int, error: str, code: str = "", **headers: str) -> ErrorReply:
    body = {"success": False, "error": error}
    if code:
        body["code"] = code
    return ErrorReply(status, body, headers)


def describe(error: Exception, table: ErrorTable = PLATFORM_ERRORS) -> ErrorReply:
    """The documented answer to ``error`` (contract medisync 1.4, 1.6 and 12)."""
    for kind in type(error).__mro__:
        if kind in table:
            status, text, code = table[kind]
            headers = _challenge(status) | _retry(error)
            return failure(status, text, code, **headers)
    if isinstance(error, ValidationError):
        return failure(400, first_message(error.detail))
    if isinstance(error, ParseError):
        return failure(400, "Invalid request body")
    status = status_of(error)
    return failure(status, _BY_STATUS.get(status, "Request failed"))


def _challenge(status: int) -> dict[str, str]:
    return {"WWW-Authenticate": 'Bearer realm="api"'} if status == 401 else {}


def _retry(error: Exception) -> dict[str, str]:
    wait = getattr(error, "retry_after", None) or getattr(error, "wait", None)
    return {"Retry-After": str(int(wait))} if wait else {}


def first_message(detail: Any) -> str:
    """The first sentence in DRF's nested validation detail, with its field."""
    if isinstance(detail, Mapping):
        field, inner = next(iter(detail.items()))
        message = first_message(inner)
        return message if field == "non_field_errors" else f"{field}: {message}"
    if isinstance(detail, (list, tuple)):
        return first_message(detail[0])
    return str(detail)


Payload = TypeVar("Payload")


class Data(TypedDict, Generic[Payload]):
    """The envelope of one record (contract medisync 1.4)."""

    success: Literal[True]
    data: Payload


class Done(TypedDict):
    success: Literal[True]


class Pagination(TypedDict):
    page: int
    limit: int
    total: int
    pages: int


class Listing(TypedDict, Generic[Payload]):
    """A list; ``pagination`` is there when the client asked for a page (1.5)."""

    success: Literal[True]
    data: list[Payload]
    pagination: NotRequired[Pagination]


#: What asks for a page of any list.
PAGE_PARAMETERS = (
    Parameter("page", "Which page, from 1.", type=int, example=1),
    Parameter("limit", "Records on a page, at most 100.", type=int, example=20),
)
PAGE_INVALID = ValidationError({"page": "Must be a whole number from 1"})
_OBJECT_ID = "66c0de11aa22bb33cc44dd01"
PATH_PARAMETERS: Mapping[str, Parameter] = {
    name: Parameter(name, text, where="path", example=_OBJECT_ID)
    for name, text in {
        "appointment_id": "The appointment's id: 24 hexadecimal digits.",
        "patient_id": "The patient's id: 24 hexadecimal digits.",
        "doctor_id": "The doctor's id: 24 hexadecimal digits.",
    }.items()
}


DONE: Done = {"success": True}


def enveloped(data: Any) -> dict[str, Any]:
    return {"success": True, "data": data}


def success(data: Any, status: int = 200) -> Response:
    return Response(enveloped(data), status)


class OwnUid(BasePermission):
    """In strict mode a ``uid`` in the query must be the caller's."""

    def has_permission(self, request: Request, view: Any) -> bool:
        uid = request.query_params.get("uid", request.user.pk)
        if settings.STRICT_UID and view.uid_is_caller and uid != request.user.pk:
            raise UidDiffers
        return True


#: What any operation may refuse a caller, strict mode apart.
CALLER_REFUSALS = (
    NotAuthenticated,
    AuthenticationFailed,
    Throttled(wait=60),
    Exception,
)


class NativeView(CallerView):
    """A MediSync URL: Bearer token, the hourly limit, the envelope's errors.

    ``errors`` is the app's own addition to the platform's table.
    """

    errors: ClassVar[ErrorTable] = {}
    authentication_classes: Sequence[type[BaseAuthentication]] = (BearerAuthentication,)
    permission_classes: Sequence[type[BasePermission]] = (SignedIn, OwnUid)
    #: Whether ``uid`` says who calls; on one page it says whose records are asked for.
    uid_is_caller: ClassVar[bool] = True
    throttle_classes: Sequence[type[BaseThrottle]] = (HourlyThrottle,)
    allowance: Allowance | None = None
    security: ClassVar[tuple[str, ...]] = ("bearer",)
    common_refusals: ClassVar[Refusals] = (*CALLER_REFUSALS, UidDiffers)
    path_parameters: ClassVar[Mapping[str, Parameter]] = PATH_PARAMETERS
    take: Callable[[], Allowance] | None = None

    @property
    def grounds(self) -> Grounds | None:
        """What a bearer was let in on; None for a session, which is no row of ours."""
        token = self.request.auth
        if not isinstance(token, Token):
            return None
        return Grounds((self.user,), float(token.payload["exp"]), self.take)

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        return describe(error, {**PLATFORM_ERRORS, **cls.errors})

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **options: Any
    ) -> Any:
        result = super().finalize_response(request, response, *args, **options)
        if self.allowance is not None:
            for name, value in self.allowance.headers.items():
                result.headers[name] = value
        return result


class AnonymousNativeView(NativeView):
    """Login, register: no token; the limit counts the caller's address."""

    authentication_classes = ()
    permission_classes = ()
    security: ClassVar[tuple[str, ...]] = ()
    common_refusals: ClassVar[Refusals] = (Throttled(wait=60), Exception)
