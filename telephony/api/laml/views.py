from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.http.view import DialectView, ErrorReply, UnknownPath
from recordings.models import Form
from recordings.serving import serve
from telephony.access import (
    account_of_sid,
    call_recording_of,
    playable_call_recording,
)
from telephony.api.laml.auth import account_actor, authenticated_account
from telephony.api.laml.errors import describe
from telephony.api.laml.wire import recording_object
from telephony.errors import AccountCredentialsInvalid
from telephony.models import Account, Scope


class LamlView(DialectView):
    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        return describe(error)


class AccountView(LamlView):
    """A JSON resource below an account, for that account's tokens only.

    Another account's credentials are as good as none, whether the account in
    the path exists or not.
    """

    scope = Scope.VOICE
    account: Account

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.account = authenticated_account(request._request, self.scope)
        if kwargs["account_sid"].lower() != str(self.account.pk):
            raise AccountCredentialsInvalid


class RecordingView(AccountView):
    def get(self, request: Request, account_sid: str, sid: str) -> Response:
        return Response(recording_object(call_recording_of(self.account, sid)))


class MediaView(LamlView):
    """A recording's sound: open to who knows the URL, unless it is protected.

    Credentials that are not needed still say who listens, if they are right.
    """

    form = Form.WAV
    media_type = "audio/x-wav"

    def get(self, request: Request, account_sid: str, sid: str) -> HttpResponseBase:
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


class UnknownLamlPath(UnknownPath, LamlView):
    pass
