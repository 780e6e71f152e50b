from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.audit.trail import Actor
from medisync.http.client import address_of
from medisync.http.middleware import log_fault
from medisync.http.view import DialectView, ErrorReply
from recordings.serving import serve
from telephony import pbx, tickets
from telephony.access import call_recording_named
from telephony.api.yeastar.calls import csv_of, span_of
from telephony.api.yeastar.errors import (
    ACCESS_HEADERS,
    Errno,
    Refused,
    describe,
    is_fault,
)
from telephony.api.yeastar.versions import Version
from telephony.api.yeastar.wire import (
    Query,
    allowed_address,
    checked_name,
    heartbeat_target,
    json_body,
    login_target,
    required_text,
    success,
    token_of,
)
from telephony.cdr import calls_in, lines_of
from telephony.models import PbxToken


class YeastarView(DialectView):
    version: Version

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        return describe(error)

    def dispatch(
        self, request: HttpRequest, *args: Any, version: Version, **options: Any
    ) -> HttpResponseBase:
        self.version = version
        if request.method == "OPTIONS":  # A browser's question before its POST.
            return HttpResponse(
                headers={
                    **ACCESS_HEADERS,
                    "Access-Control-Allow-Headers": "Content-Type, Range",
                }
            )
        return super().dispatch(request, *args, **options)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **options: Any
    ) -> Any:
        result = super().finalize_response(request, response, *args, **options)
        for name, value in ACCESS_HEADERS.items():
            result.headers[name] = value
        return result

    def _answer(self, error: Exception, context: Mapping[str, Any]) -> Response:
        # Faults are answered with 200, too; the log must still know them.
        if is_fault(error):
            log_fault(context["request"])
        return super()._answer(error, context)


class UnknownYeastarPath(YeastarView):
    def initial(self, request: Request, *args: Any, **options: Any) -> NoReturn:
        raise NotFound


class LoginView(YeastarView):
    def post(self, request: Request) -> Response:
        body = json_body(request._request)
        username = required_text(body, "username")
        password = required_text(body, "password")
        login = pbx.log_in(
            username,
            password,
            address=address_of(request._request),
            report_to=login_target(body, self.version),
        )
        return success(token=login.token, refreshtoken=login.refresh_token)


class RefreshView(YeastarView):
    def post(self, request: Request) -> Response:
        refresh_token = required_text(json_body(request._request), "refreshtoken")
        login = pbx.refresh_pbx_token(
            refresh_token, address=address_of(request._request)
        )
        return success(token=login.token, refreshtoken=login.refresh_token)


class TokenView(YeastarView):
    """A call with ``?token=``, which its use keeps alive."""

    query: Query
    token: PbxToken
    actor: Actor

    def authenticate(self, request: Request) -> None:
        http = request._request
        self.query = Query(http)
        self.token = pbx.use_pbx_token(token_of(self.query))
        self.actor = pbx.pbx_actor(self.token.user, address_of(http))

    def initial(self, request: Request, *args: Any, **options: Any) -> None:
        super().initial(request, *args, **options)
        # A method that is not there is the first thing wrong with a request.
        if self._has_handler(request):
            self.authenticate(request)

    def _has_handler(self, request: Request) -> bool:
        name = (request.method or "").lower()
        return name in self.http_method_names and hasattr(self, name)


class HeartbeatView(TokenView):
    """Clients send nothing, or ask with GET, in spite of the page (A3)."""

    def post(self, request: Request) -> Response:
        target = heartbeat_target(request._request, self.version)
        pbx.keep_report_target(self.token, target, actor=self.actor)
        return success()

    get = post


class LogoutView(TokenView):
    def post(self, request: Request) -> Response:
        pbx.log_out(self.token, actor=self.actor)
        return success()


class RandomView(TokenView):
    def post(self, request: Request) -> Response:
        body = json_body(request._request)
        name = checked_name(required_text(body, "recording"))
        address = allowed_address(body)
        random = tickets.issue_ticket(
            call_recording_named(name),
            token=self.token,
            allowed_address=address,
            actor=self.actor,
        )
        return success(recording=name, random=random)


class DownloadView(TokenView):
    def get(self, request: Request) -> HttpResponseBase:
        names = {checked_name(name) for name in self.query.readings("recording")}
        random = self.query.text("random")
        if not random.strip():
            raise Refused(Errno.PARAMETER_BLANK)
        ticket = tickets.ticket_to_redeem(
            random, user=self.token.user, file_names=names, actor=self.actor
        )
        call_recording, actor = ticket.call_recording, self.actor
        assert call_recording is not None  # This kind of ticket has one.
        return serve(
            request._request,
            call_recording.recording,
            actor=actor,
            attachment=call_recording.file_name,
            action="recording.download",
            on_start=lambda: tickets.redeem_ticket(ticket, actor=actor),
        )


class CallsRandomView(TokenView):
    def post(self, request: Request) -> Response:
        body = json_body(request._request)
        names = (self.version.extensions, "starttime", "endtime")
        asked = {name: required_text(body, name) for name in names}
        random = tickets.issue_calls_ticket(
            span_of(*asked.values()),
            token=self.token,
            allowed_address=allowed_address(body),
            actor=self.actor,
        )
        return success(**asked, random=random)


class CallsDownloadView(TokenView):
    """A CSV file of the calls; some clients fetch it with an empty POST (A8)."""

    def get(self, request: Request) -> HttpResponseBase:
        random = self.query.text("random")
        extensions = self.query.readings(self.version.extensions)
        times = [self.query.text(name) for name in ("starttime", "endtime")]
        if not all(text.strip() for text in (random, *extensions, *times)):
            raise Refused(Errno.PARAMETER_BLANK)
        spans = {span_of(text, *times) for text in extensions}
        ticket, span = tickets.calls_ticket_to_redeem(
            random, spans, user=self.token.user, actor=self.actor
        )
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": 'attachment; filename="cdr.csv"',
        }
        content_type = "text/csv; charset=utf-8"
        if request.method == "HEAD":  # Sends nothing, so it burns nothing.
            return HttpResponse(headers=headers, content_type=content_type)
        tickets.redeem_ticket(ticket, actor=self.actor)
        lines = lines_of(calls_in(span).iterator(chunk_size=1000))
        return StreamingHttpResponse(
            csv_of(lines), headers=headers, content_type=content_type
        )

    post = get
