from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.audit.trail import Actor
from medisync.http.client import address_of
from medisync.http.middleware import log_fault
from medisync.http.openapi import (
    DOWNLOAD_REFUSALS,
    RANGE,
    Parameter,
    download,
    operation,
)
from medisync.http.view import DialectView, ErrorReply, Refusals
from recordings.errors import StorageFailed
from recordings.serving import serve
from telephony import errors, pbx, tickets
from telephony.access import call_recording_named
from telephony.api.yeastar.calls import csv_of, span_of
from telephony.api.yeastar.described import DAY, LOGIN, NAME, RANDOM, TOKENS
from telephony.api.yeastar.errors import (
    ACCESS_HEADERS,
    Errno,
    Refused,
    describe,
    is_fault,
)
from telephony.api.yeastar.versions import Version
from telephony.api.yeastar.wire import (
    CallsRandom,
    CallsRandomBody,
    Done,
    HeartbeatBody,
    LoginBody,
    Query,
    Random,
    RandomBody,
    RefreshBody,
    Tokens,
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

_BLANK = Refused(Errno.PARAMETER_BLANK)


class YeastarView(DialectView):
    version: Version
    tag = "Yeastar PBX"
    body_refusals: ClassVar[Refusals] = (
        Refused(Errno.BODY_BLANK),
        Refused(Errno.BODY_NOT_JSON),
        Refused(Errno.JSON_ALLOCATION_FAILED),
    )

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
    undocumented = True

    def initial(self, request: Request, *args: Any, **options: Any) -> NoReturn:
        raise NotFound


class LoginView(YeastarView):
    @operation(
        "Log in",
        "A2",
        description=(
            "The password is sent as the lower-case MD5 of it. Five failures in a row"
            " lock the caller's address for 10 minutes. port, url and urltag say where"
            " reports of calls go."
        ),
        body=LoginBody,
        sent=LOGIN,
        answers={200: Tokens},
        got=TOKENS,
        refusals=(
            errors.PbxCredentialsInvalid,
            errors.PbxAddressLocked,
            Refused(Errno.PORT_INVALID),
            _BLANK,
        ),
    )
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
    @operation(
        "Change a token for a new one",
        "A4",
        body=RefreshBody,
        sent={"refreshtoken": RANDOM},
        answers={200: Tokens},
        got=TOKENS,
        refusals=(errors.PbxTokenUnknown, errors.PbxTokenExpired, _BLANK),
    )
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
    security = ("token",)
    common_refusals = (
        Refused(Errno.TOKEN_BLANK),
        errors.PbxTokenUnknown,
        errors.PbxTokenExpired,
        Exception,
    )

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

    # An unreadable body is as good as none here.
    body_refusals = ()

    @operation(
        "Keep a token alive, and say where reports go",
        "A3",
        body=HeartbeatBody,
        body_required=False,
        sent={"ipaddr": "10.20.0.5", "port": "8260"},
        answers={200: Done},
        got={"status": "Success"},
        refusals=(Refused(Errno.HEARTBEAT_FAILED),),
    )
    def post(self, request: Request) -> Response:
        target = heartbeat_target(request._request, self.version)
        pbx.keep_report_target(self.token, target, actor=self.actor)
        return success()

    @operation(
        "Keep a token alive",
        "A3",
        answers={200: Done},
        got={"status": "Success"},
        refusals=(Refused(Errno.HEARTBEAT_FAILED),),
    )
    def get(self, request: Request) -> Response:
        return self.post(request)


class LogoutView(TokenView):
    @operation("Log out", "A5", answers={200: Done}, got={"status": "Success"})
    def post(self, request: Request) -> Response:
        pbx.log_out(self.token, actor=self.actor)
        return success()


class RandomView(TokenView):
    @operation(
        "Get a one-time link to a recording",
        "A6",
        description=(
            "random opens the recording once, within 30 seconds, from this address"
            " and from the one in allowedip."
        ),
        body=RandomBody,
        sent={"recording": NAME, "allowedip": "10.20.0.9"},
        answers={200: Random},
        got={"status": "Success", "recording": NAME, "random": RANDOM},
        refusals=(
            _BLANK,
            errors.CallRecordingNotFound,
            Refused(Errno.ALLOWEDIP_INVALID),
        ),
    )
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
    @operation(
        "Download a recording",
        "A7",
        parameters=(
            Parameter(
                "recording", "The recording's name.", required=True, example=NAME
            ),
            Parameter("random", "What get_random gave.", required=True, example=RANDOM),
            RANGE,
        ),
        answers=download("audio/*"),
        refusals=(
            _BLANK,
            errors.TicketInvalid,
            errors.TicketAddressRefused,
            StorageFailed,
            *DOWNLOAD_REFUSALS,
        ),
    )
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


_CALLS_REFUSALS = (
    _BLANK,
    Refused(Errno.CALLS_TIME_INVALID),
    Refused(Errno.EXTENSION_UNKNOWN),
)


class CallsRandomView(TokenView):
    @operation(
        "Get a one-time link to a list of calls",
        "A8",
        body=CallsRandomBody,
        sent=DAY,
        answers={200: CallsRandom},
        got={"status": "Success", **DAY, "random": RANDOM},
        refusals=(
            *_CALLS_REFUSALS,
            errors.CallsNotFound,
            Refused(Errno.ALLOWEDIP_INVALID),
        ),
    )
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

    @operation(
        "Download a list of calls",
        "A8",
        description="The query repeats what get_random was asked for.",
        parameters=(
            *(
                Parameter(name, "As get_random had it.", required=True, example=value)
                for name, value in DAY.items()
            ),
            Parameter("random", "What get_random gave.", required=True, example=RANDOM),
        ),
        answers={200: ("text/csv",)},
        refusals=(
            *_CALLS_REFUSALS,
            errors.CallsTicketInvalid,
            errors.CallsNotFound,
            errors.TicketAddressRefused,
        ),
    )
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
        headers = {"Content-Disposition": 'attachment; filename="cdr.csv"'}
        content_type = "text/csv; charset=utf-8"
        if request.method == "HEAD":  # Sends nothing, so it burns nothing.
            return HttpResponse(headers=headers, content_type=content_type)
        tickets.redeem_ticket(ticket, actor=self.actor)
        lines = lines_of(calls_in(span).iterator(chunk_size=1000))
        return StreamingHttpResponse(
            csv_of(lines), headers=headers, content_type=content_type
        )

    post = get
