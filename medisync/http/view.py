"""The base of every dialect's views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotFound, ParseError, UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from medisync.http.client import Asked
from medisync.http.json_body import JsonBody
from medisync.http.middleware import log_fault
from medisync.http.openapi.operation import Parameter
from medisync.http.openapi.schema import DialectSchema

#: Exceptions that a document tells of.
Refusals = tuple[Exception | type[Exception], ...]

# An answer is about people, or opens what is.
_KEPT_BY_NO_CACHE = "private, no-store"


@dataclass(frozen=True)
class ErrorReply:
    """A dialect's answer to an error."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class SoleRenderer(BaseContentNegotiation):
    """Answers in the dialect's one form, whatever ``Accept`` says.

    Audio clients send ``Accept: audio/*`` and still expect JSON errors.
    """

    def select_parser(
        self, request: Request, parsers: Iterable[BaseParser]
    ) -> BaseParser | None:
        from_type = request.content_type.partition(";")[0].strip().lower()
        for parser in parsers:
            if parser.media_type in (from_type, "*/*"):
                return parser
        return None

    def select_renderer(  # type: ignore[override]  # DRF types the result loosely.
        self,
        request: Request,
        renderers: Sequence[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type or "application/json"


class DialectView(APIView):
    """One URL of one dialect.

    A dialect overrides ``describe``. Nothing of DRF's global defaults applies.
    """

    authentication_classes: Sequence[type[BaseAuthentication]] = ()
    permission_classes: Sequence[type[BasePermission]] = ()
    throttle_classes: Sequence[type[BaseThrottle]] = ()
    parser_classes: Sequence[type[BaseParser]] = (JsonBody,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = SoleRenderer
    metadata_class = None
    # A browser asks with OPTIONS before it asks another origin, and is answered
    # before any view. Nothing else is answered by it, so Allow does not name it.
    http_method_names = [
        name for name in APIView.http_method_names if name != "options"
    ]

    # What every operation of the view has in common, for its OpenAPI document.
    schema = DialectSchema()
    tag: ClassVar[str] = ""
    undocumented: ClassVar[bool] = False
    security: ClassVar[tuple[str, ...]] = ()
    common_refusals: ClassVar[Refusals] = (Exception,)
    #: Beyond those: what an operation with a body may refuse of it.
    body_refusals: ClassVar[Refusals] = (
        ParseError,
        UnsupportedMediaType("text/csv"),
        RequestDataTooBig,
    )
    common_parameters: ClassVar[tuple[Parameter, ...]] = ()
    path_parameters: ClassVar[Mapping[str, Parameter]] = {}

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        """The dialect's answer to an exception, whichever it is."""
        raise NotImplementedError

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **options: Any
    ) -> Any:
        result = super().finalize_response(request, response, *args, **options)
        # A view that knows better says so.
        result.headers.setdefault("Cache-Control", _KEPT_BY_NO_CACHE)
        return result

    def get_exception_handler(self) -> Any:
        return self._answer

    def _answer(self, error: Exception, context: Mapping[str, Any]) -> Response:
        reply = self.describe(error)
        if reply.status >= 500 and reply.status != 501:  # An answer, not a fault.
            log_fault(context["request"])
        headers = {**getattr(error, "headers", {}), **reply.headers}
        return Response(dict(reply.body), reply.status, headers=headers)


class CallerView(DialectView, Asked):
    """A URL whose callers are users of ours, wherever SignedIn lets them through."""


class UnknownPath(DialectView):
    """A dialect's catch-all: any method, the dialect's own 404."""

    undocumented = True

    def dispatch(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        return json_reply(self.describe(NotFound()))


def json_reply(reply: ErrorReply) -> JsonResponse:
    """The reply where no DRF view is at hand: error handlers, catch-alls."""
    headers = {"Cache-Control": _KEPT_BY_NO_CACHE, **reply.headers}
    return JsonResponse(reply.body, status=reply.status, headers=headers)
