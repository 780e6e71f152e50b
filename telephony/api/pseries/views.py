from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, ClassVar, NoReturn

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.audit.trail import Actor, record
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
from telephony import cdr, errors, openapi
from telephony.access import call_recording_named, call_recording_numbered
from telephony.api.pseries import wire
from telephony.api.pseries.described import (
    AGENT,
    CALLS,
    CALLS_SOUGHT,
    DONE,
    LINK,
    NAME,
    RECORDINGS,
    TIMES,
    TOKENS,
    page_parameters,
    refused,
    resource_of,
)
from telephony.api.pseries.errors import Errcode, Refused, describe, is_fault
from telephony.models import OpenApiToken
from telephony.pbx import pbx_actor


class OpenApiView(DialectView):
    tag = "Yeastar P-Series"
    common_parameters: ClassVar[tuple[Parameter, ...]] = (AGENT,)
    common_refusals: ClassVar[Refusals] = (Refused(Errcode.ACCESS_DENIED), Exception)
    body_refusals = (Refused(Errcode.PARAMETER_SYNTAX_ERROR),)
    #: "User-Agent: OpenAPI" is documented for every request (contract C1).
    names_itself: ClassVar[bool] = True

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        return describe(error)

    def initial(self, request: Request, *args: Any, **options: Any) -> None:
        super().initial(request, *args, **options)
        agent = request.headers.get("User-Agent", "").strip()
        if self.names_itself and agent.lower() != "openapi":
            raise Refused(Errcode.ACCESS_DENIED)

    def _answer(self, error: Exception, context: Mapping[str, Any]) -> Response:
        # Faults are answered with 200, too; the log must still know them.
        if is_fault(error):
            log_fault(context["request"])
        return super()._answer(error, context)


class UnknownInterface(OpenApiView):
    undocumented = True

    def initial(self, request: Request, *args: Any, **options: Any) -> NoReturn:
        raise NotFound


class UnknownVersion(OpenApiView):
    undocumented = True

    def initial(self, request: Request, *args: Any, **options: Any) -> NoReturn:
        raise Refused(Errcode.API_VERSION_UNSUPPORTED)


# --- Tokens -------------------------------------------------------------------------


class GetTokenView(OpenApiView):
    @operation(
        "Get an access token",
        "C1",
        description=(
            "username is the client's id and password its secret, in plain. Five"
            " failures in a row lock the caller's address for 10 minutes."
        ),
        body=wire.Credentials,
        sent={"username": "front-desk", "password": "Kamille-77"},
        answers={200: wire.Tokens},
        got=TOKENS,
        refusals=(
            errors.PbxCredentialsInvalid,
            errors.PbxAddressLocked,
            refused("username"),
        ),
    )
    def post(self, request: Request) -> Response:
        http = request._request
        name, secret = wire.body_texts(http, "username", "password")
        return _tokens(
            openapi.issue_openapi_token(name, secret, address=address_of(http))
        )


class RefreshTokenView(OpenApiView):
    @operation(
        "Change a refresh token for new tokens",
        "C1",
        body=wire.Refresh,
        sent={"refresh_token": TOKENS["refresh_token"]},
        answers={200: wire.Tokens},
        got=TOKENS,
        refusals=(errors.OpenApiTokenInvalid, refused("refresh_token")),
    )
    def post(self, request: Request) -> Response:
        http = request._request
        (token,) = wire.body_texts(http, "refresh_token")
        return _tokens(openapi.refresh_openapi_token(token, address=address_of(http)))


def _tokens(login: openapi.OpenApiLogin) -> Response:
    return wire.success(
        access_token_expire_time=int(openapi.ACCESS_LIFE.total_seconds()),
        access_token=login.access_token,
        refresh_token_expire_time=int(openapi.REFRESH_LIFE.total_seconds()),
        refresh_token=login.refresh_token,
    )


class TokenView(OpenApiView):
    """A call with ``?access_token=``."""

    token: OpenApiToken
    actor: Actor
    security = ("accessToken",)
    common_refusals: ClassVar[Refusals] = (
        Refused(Errcode.ACCESS_DENIED),
        errors.OpenApiTokenInvalid,
        Exception,
    )

    def initial(self, request: Request, *args: Any, **options: Any) -> None:
        super().initial(request, *args, **options)
        # A method that is not there is the first thing wrong with a request.
        if hasattr(self, (request.method or "").lower()):
            text = request.query_params.get("access_token", "")
            self.token = openapi.use_openapi_token(text)
            address = address_of(request._request)
            self.actor = pbx_actor(self.token.user, address)


class DeleteTokenView(TokenView):
    @operation("Give an access token back", "C1", answers={200: wire.Done}, got=DONE)
    def get(self, request: Request) -> Response:
        openapi.revoke_openapi_token(self.token, actor=self.actor)
        return wire.success()


# --- Lists --------------------------------------------------------------------------


class RecordingListView(TokenView):
    @operation(
        "List recordings",
        "C2",
        parameters=page_parameters(wire.RECORDING_ORDERS),
        answers={200: wire.Listing[wire.RecordingFacts]},
        got=RECORDINGS,
        refusals=(refused("page_size", "0"),),
    )
    def get(self, request: Request) -> Response:
        return self.page(request)

    def page(self, request: Request) -> Response:
        page = wire.page_of(request.query_params, wire.RECORDING_ORDERS)
        total, rows = page.of(cdr.call_recordings_sought(self.sought(request)))
        return wire.success(
            total_number=total, data=[wire.recording_facts(row) for row in rows]
        )

    def sought(self, request: Request) -> cdr.Sought:
        return cdr.Sought()


class RecordingSearchView(RecordingListView):
    @operation(
        "Search recordings",
        "C3",
        parameters=(
            *TIMES,
            Parameter("caller", "Who called.", example="2104"),
            Parameter("callee", "Who was called.", example="2117"),
            Parameter("ids", "Ids of recordings, with commas between.", example="71"),
            *page_parameters(wire.RECORDING_ORDERS),
        ),
        answers={200: wire.Listing[wire.RecordingFacts]},
        got=RECORDINGS,
        refusals=(refused("start_time", "yesterday"),),
    )
    def get(self, request: Request) -> Response:
        return self.page(request)

    def sought(self, request: Request) -> cdr.Sought:
        return wire.sought_recordings(request.query_params)


class CallListView(TokenView):
    @operation(
        "List calls",
        "C6",
        parameters=page_parameters(wire.CALL_ORDERS),
        answers={200: wire.Listing[wire.CallFacts]},
        got=CALLS,
        refusals=(refused("page_size", "0"),),
    )
    def get(self, request: Request) -> Response:
        return self.page(request)

    def page(self, request: Request) -> Response:
        page = wire.page_of(request.query_params, wire.CALL_ORDERS)
        calls = cdr.with_recordings(cdr.calls_sought(self.sought(request)))
        total, rows = page.of(calls)
        return wire.success(
            total_number=total, data=[wire.call_facts(call) for call in rows]
        )

    def sought(self, request: Request) -> cdr.Sought:
        return cdr.Sought()


class CallSearchView(CallListView):
    @operation(
        "Search calls",
        "C6",
        parameters=(*CALLS_SOUGHT, *page_parameters(wire.CALL_ORDERS)),
        answers={200: wire.Listing[wire.CallFacts]},
        got=CALLS,
        refusals=(refused("start_time", "yesterday"),),
    )
    def get(self, request: Request) -> Response:
        return self.page(request)

    def sought(self, request: Request) -> cdr.Sought:
        return wire.sought_calls(request.query_params)


# --- Downloads ----------------------------------------------------------------------


class RecordingDownloadView(TokenView):
    """The first of two steps: where the audio can be had (contract C4)."""

    @operation(
        "Get a link to a recording",
        "C4",
        description="By id or by file; the link is good for 30 minutes.",
        parameters=(
            Parameter("id", "The recording's id.", type=int, example=71),
            Parameter("file", "The recording's name.", example=NAME),
        ),
        answers={200: wire.Resource},
        got=resource_of(NAME, LINK),
        refusals=(errors.CallRecordingNotFound, refused("id or file")),
    )
    def get(self, request: Request) -> Response:
        wanted = wire.wanted_recording(request.query_params)
        found = (
            call_recording_named(wanted)
            if isinstance(wanted, str)
            else call_recording_numbered(wanted)
        )
        link = openapi.make_link(
            self.token.user,
            {"recording": found.file_name},
            name="Recording-{}" + _ending(found.file_name),
        )
        return _resource(found.file_name, link)


class CallDownloadView(TokenView):
    @operation(
        "Get a link to a list of calls",
        "C6",
        description="The link is good for 30 minutes.",
        parameters=CALLS_SOUGHT,
        answers={200: wire.Resource},
        got=resource_of("cdr.csv", "CDR-k3Rz8QpLm2VtYb0N.csv"),
        refusals=(refused("start_time", "yesterday"),),
    )
    def get(self, request: Request) -> Response:
        sought = wire.sought_calls(request.query_params)
        link = openapi.make_link(
            self.token.user, {"calls": wire.dump_sought(sought)}, name="CDR-{}.csv"
        )
        return _resource("cdr.csv", link)


def _ending(file_name: str) -> str:
    """The file name's own, as far as a link can carry it."""
    ending = PurePath(file_name).suffix
    return ending if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", ending) else ""


def _resource(file: str, link: str) -> Response:
    return wire.success(file=file, download_resource_url=f"/api/download/{link}")


class ResourceView(TokenView):
    """The second step. A browser may open it, and cannot say who it is."""

    names_itself = False
    common_parameters = ()
    common_refusals = (errors.OpenApiTokenInvalid, Exception)
    path_parameters: ClassVar = {
        "link": Parameter(
            "link",
            "What follows /api/download/ in download_resource_url.",
            where="path",
            pattern=r"^(Recording|CDR)-[A-Za-z0-9_-]{1,60}(\.[A-Za-z0-9]{1,8})?$",
            example=LINK,
        )
    }

    @operation(
        "Download what a link leads to",
        "C4",
        parameters=(RANGE,),
        answers=download("audio/*", "text/csv"),
        refusals=(
            errors.OpenApiLinkInvalid,
            errors.CallRecordingNotFound,
            StorageFailed,
            *DOWNLOAD_REFUSALS,
        ),
    )
    def get(self, request: Request, link: str) -> HttpResponseBase:
        subject = openapi.open_link(link, self.token.user)
        if "recording" in subject:
            return self._audio(request._request, subject["recording"])
        return self._calls(request._request, wire.load_sought(subject["calls"]))

    def _audio(self, request: HttpRequest, file_name: str) -> HttpResponseBase:
        return serve(
            request,
            call_recording_named(file_name).recording,
            actor=self.actor,
            attachment=file_name,
            action="recording.download",
        )

    def _calls(self, request: HttpRequest, sought: cdr.Sought) -> HttpResponseBase:
        headers = {"Content-Disposition": 'attachment; filename="cdr.csv"'}
        content_type = "text/csv; charset=utf-8"
        if request.method == "HEAD":
            return HttpResponse(headers=headers, content_type=content_type)
        # Calls name numbers: who got them is told like a recording.
        asked = wire.dump_sought(sought)
        record("calls.download", self.token, actor=self.actor, **asked)
        calls = cdr.calls_sought(sought).order_by("started_at", "number")
        rows = cdr.with_recordings(calls).iterator(chunk_size=1000)
        return StreamingHttpResponse(
            wire.csv_of(rows), headers=headers, content_type=content_type
        )
