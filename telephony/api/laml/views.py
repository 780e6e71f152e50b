from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.audit.trail import Actor
from medisync.http.form_body import FormBody
from medisync.http.openapi import DOWNLOAD_REFUSALS, RANGE, download, operation
from medisync.http.view import DialectView, ErrorReply, UnknownPath
from recordings.choices import Form
from recordings.errors import StorageFailed
from recordings.services import delete_recording
from recordings.serving import serve
from telephony.access import (
    account_of_sid,
    call_recording_of,
    call_recordings_of,
    check_call_of,
    playable_call_recording,
    transcription_of,
    transcriptions_of,
)
from telephony.api.laml import described, wire
from telephony.api.laml.auth import account_actor, authenticated_account, own_account
from telephony.api.laml.dates import DATE_FILTERS
from telephony.api.laml.errors import describe
from telephony.api.laml.forms import check_create, check_update
from telephony.api.laml.paging import Filter, listing
from telephony.api.laml.wire import (
    MOUNT,
    RECORDING_FILTERS,
    account_object,
    account_path,
    recording_object,
    recording_path,
    transcription_object,
)
from telephony.choices import Scope
from telephony.errors import AccountCredentialsInvalid, CallNotInProgress
from telephony.models import Account
from telephony.services import delete_call_transcription

FORM = FormBody.media_type
_MEDIA_REFUSALS = (StorageFailed, *DOWNLOAD_REFUSALS)


class LamlView(DialectView):
    parser_classes = (FormBody,)
    tag = "SignalWire LaML"
    security = ("basic",)
    path_parameters = described.PATH_PARAMETERS
    common_refusals = (AccountCredentialsInvalid, Exception)

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        return describe(error)


class AccountView(LamlView):
    """A JSON resource below an account, for that account's tokens only."""

    scope = Scope.VOICE
    account: Account

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.account = own_account(request._request, kwargs["account_sid"], self.scope)

    @property
    def actor(self) -> Actor:
        return account_actor(self.request._request, self.account)

    def listed(
        self,
        key: str,
        rows: QuerySet[Any],
        dump: Callable[[Any], Any],
        *,
        below: str = "",
        filters: Mapping[str, Filter] = DATE_FILTERS,
    ) -> Response:
        """A page of ``rows``, on whose path ``below`` the account they are."""
        path = below or f"{account_path(self.account.pk)}/{key.capitalize()}"
        envelope = listing(
            self.request.query_params,
            rows,
            path=path,
            key=key,
            dump=dump,
            filters=filters,
        )
        return Response(envelope)


def _form(request: Request) -> QueryDict:
    """The body's fields, none for an empty one of whatever type."""
    form = request.data
    return form if isinstance(form, QueryDict) else QueryDict()


# --- Recordings ---------------------------------------------------------------------


class RecordingsView(AccountView):
    @operation(
        "List recordings",
        "3.2",
        parameters=(
            *described.DATE_PARAMETERS,
            *described.SID_PARAMETERS,
            *described.PAGE_PARAMETERS,
        ),
        answers={200: wire.RecordingPage},
        got=described.page_with("recordings", described.RECORDING),
        refusals=(
            *described.DATE_REFUSALS,
            *described.SID_REFUSALS,
            *described.PAGE_REFUSALS,
        ),
    )
    def get(self, request: Request, account_sid: str) -> Response:
        rows = call_recordings_of(self.account)
        return self.listed(
            "recordings", rows, recording_object, filters=RECORDING_FILTERS
        )


class RecordingView(AccountView):
    """A recording, also as one of its call's or its conference's."""

    @operation(
        "Get what is known of a recording",
        "4",
        answers={200: wire.RecordingObject},
        got=described.RECORDING,
    )
    def get(
        self, request: Request, account_sid: str, sid: str, **parent: str
    ) -> Response:
        return Response(
            recording_object(call_recording_of(self.account, sid, **parent))
        )

    @operation(
        "Delete a recording",
        "3.4",
        answers={204: None},
        refusals=(StorageFailed,),
    )
    def delete(
        self, request: Request, account_sid: str, sid: str, **parent: str
    ) -> Response:
        found = call_recording_of(self.account, sid, **parent)
        delete_recording(found.recording, actor=self.actor)
        return Response(status=204)


class LiveRecordingView(RecordingView):
    """With the control of a live call's, of which there are none (contract 3.5)."""

    @operation(
        "Steer a live call's recording",
        "3.5",
        description=described.NOT_LIVE,
        body={FORM: wire.UpdateForm},
        body_required=False,
        sent={"Status": "paused"},
        answers={},
        refusals=(*described.UPDATE_REFUSALS, CallNotInProgress),
    )
    def post(
        self, request: Request, account_sid: str, sid: str, **parent: str
    ) -> Response:
        call_recording_of(self.account, sid, **parent)
        check_update(_form(request))
        raise CallNotInProgress


class PartRecordingsView(AccountView):
    """The recordings of one call or one conference."""

    parent: ClassVar[str]

    @operation(
        "List the recordings of one call or conference",
        "3.2",
        parameters=(*described.DATE_PARAMETERS, *described.PAGE_PARAMETERS),
        answers={200: wire.RecordingPage},
        got=described.page_with("recordings", described.RECORDING),
        refusals=(*described.DATE_REFUSALS, *described.PAGE_REFUSALS),
    )
    def get(self, request: Request, account_sid: str, **parent: str) -> Response:
        (sid,) = parent.values()
        rows = call_recordings_of(self.account, **parent)
        path = f"{account_path(self.account.pk)}/{self.parent}/{sid.lower()}/Recordings"
        return self.listed("recordings", rows, recording_object, below=path)


class ConferenceRecordingsView(PartRecordingsView):
    parent = "Conferences"


class CallRecordingsView(PartRecordingsView):
    parent = "Calls"

    @operation(
        "Record a live call",
        "3.5",
        description=described.NOT_LIVE,
        body={FORM: wire.CreateForm},
        body_required=False,
        sent={"RecordingChannels": "dual"},
        answers={},
        refusals=(*described.CREATE_REFUSALS, CallNotInProgress),
    )
    def post(self, request: Request, account_sid: str, call_sid: str) -> Response:
        check_call_of(self.account, call_sid)
        check_create(_form(request))
        raise CallNotInProgress


class MediaView(LamlView):
    """A recording's sound: open to who knows the URL, unless it is protected.

    Credentials that are not needed still say who listens, if they are right.
    """

    form = Form.WAV
    media_type = "audio/x-wav"

    @operation(
        "Listen to a recording",
        "3.1",
        description=described.OPEN,
        parameters=(RANGE,),
        answers={**download("audio/x-wav"), 302: None},
        refusals=_MEDIA_REFUSALS,
        credentials_optional=True,
    )
    def get(self, request: Request, account_sid: str, sid: str) -> HttpResponseBase:
        return self.sound(request, account_sid, sid)

    def sound(self, request: Request, account_sid: str, sid: str) -> HttpResponseBase:
        http = request._request
        account = account_of_sid(account_sid)
        try:
            listener = authenticated_account(http, Scope.VOICE)
        except AccountCredentialsInvalid:
            listener = None
        actor = account_actor(http, listener)
        found = playable_call_recording(account, sid, listener=listener, actor=actor)
        return serve(
            http,
            found.recording,
            actor=actor,
            form=self.form,
            content_type=self.media_type,
            may_redirect=True,
        )


class Mp3View(MediaView):
    form = Form.MP3
    media_type = "audio/mpeg"

    @operation(
        "Listen to a recording",
        "3.1",
        description=described.OPEN,
        parameters=(RANGE,),
        answers={**download("audio/mpeg"), 302: None},
        refusals=_MEDIA_REFUSALS,
        credentials_optional=True,
    )
    def get(self, request: Request, account_sid: str, sid: str) -> HttpResponseBase:
        return self.sound(request, account_sid, sid)


class BareRecordingView(MediaView):
    """The path without an extension: the sound to GET, the recording to DELETE."""

    @operation(
        "Delete a recording",
        "3.4",
        answers={204: None},
        refusals=(StorageFailed,),
    )
    def delete(self, request: Request, account_sid: str, sid: str) -> Response:
        account = own_account(request._request, account_sid, Scope.VOICE)
        found = call_recording_of(account, sid)
        delete_recording(
            found.recording, actor=account_actor(request._request, account)
        )
        return Response(status=204)


# --- Transcriptions -----------------------------------------------------------------


class TranscriptionsView(AccountView):
    @operation(
        "List transcriptions",
        "3.2",
        parameters=(*described.DATE_PARAMETERS, *described.PAGE_PARAMETERS),
        answers={200: wire.TranscriptionPage},
        got=described.page_with("transcriptions", described.TRANSCRIPTION),
        refusals=(*described.DATE_REFUSALS, *described.PAGE_REFUSALS),
    )
    def get(self, request: Request, account_sid: str) -> Response:
        rows = transcriptions_of(self.account)
        return self.listed("transcriptions", rows, transcription_object)


class RecordingTranscriptionsView(AccountView):
    @operation(
        "List a recording's transcriptions",
        "3.2",
        parameters=(*described.DATE_PARAMETERS, *described.PAGE_PARAMETERS),
        answers={200: wire.TranscriptionPage},
        got=described.page_with("transcriptions", described.TRANSCRIPTION),
        refusals=(*described.DATE_REFUSALS, *described.PAGE_REFUSALS),
    )
    def get(self, request: Request, account_sid: str, sid: str) -> Response:
        found = call_recording_of(self.account, sid)
        rows = transcriptions_of(self.account).filter(call_recording=found)
        path = f"{recording_path(found)}/Transcriptions"
        return self.listed("transcriptions", rows, transcription_object, below=path)


class TranscriptionView(AccountView):
    @operation(
        "Get a transcription",
        "5",
        answers={200: wire.TranscriptionObject},
        got=described.TRANSCRIPTION,
    )
    def get(self, request: Request, account_sid: str, sid: str) -> Response:
        return Response(transcription_object(transcription_of(self.account, sid)))

    @operation("Delete a transcription", "5", answers={204: None})
    def delete(self, request: Request, account_sid: str, sid: str) -> Response:
        found = transcription_of(self.account, sid)
        delete_call_transcription(found, actor=self.actor)
        return Response(status=204)


# --- Accounts -----------------------------------------------------------------------


class AccountsView(LamlView):
    """The account that asks: there are no others below it."""

    @operation(
        "List accounts",
        "6",
        parameters=described.PAGE_PARAMETERS,
        answers={200: wire.AccountPage},
        got=described.page_with("accounts", described.ACCOUNT),
        refusals=described.PAGE_REFUSALS,
    )
    def get(self, request: Request) -> Response:
        account = authenticated_account(request._request, Scope.MANAGEMENT)
        envelope = listing(
            request.query_params,
            Account.objects.filter(pk=account.pk),
            path=f"{MOUNT}/Accounts",
            key="accounts",
            dump=account_object,
            filters={},
        )
        return Response(envelope)


class OneAccountView(AccountView):
    scope = Scope.MANAGEMENT

    @operation(
        "Get the account",
        "6",
        answers={200: wire.AccountObject},
        got=described.ACCOUNT,
    )
    def get(self, request: Request, account_sid: str) -> Response:
        return Response(account_object(self.account))


class UnknownLamlPath(UnknownPath, LamlView):
    pass
