"""Recording status callbacks to the URL an account has for them (contract 3.5)."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.conf import settings

from telephony.api.laml.wire import (
    recording_path,
    recording_source,
    shown_channels,
)
from telephony.choices import CallbackMethod
from telephony.models import CallRecording
from telephony.reports import queue_report
from telephony.services import whole_seconds

_HEADERS = {"User-Agent": "MediSync"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def report_recording(
    sender: object, *, call_recording: CallRecording, **signal: object
) -> None:
    """Tells the recording's account that it is there, if the account wants to know."""
    account = call_recording.account
    if account is None or not account.recording_status_callback:
        return
    url, method = (
        account.recording_status_callback,
        account.recording_status_callback_method,
    )
    facts, headers = urlencode(status_parameters(call_recording)), _HEADERS
    if method == CallbackMethod.GET:
        url, facts = _with_query(url, facts), ""
    else:
        headers = _HEADERS | _FORM
    queue_report(
        call_recording,
        account=account,
        method=method,
        url=url,
        headers=headers,
        body=facts,
    )


def status_parameters(found: CallRecording) -> dict[str, str]:
    return {
        "AccountSid": str(found.account_id),
        "CallSid": str(found.call_id or ""),
        "RecordingSid": str(found.pk),
        # Without an extension: receivers append the one they want.
        "RecordingUrl": settings.PUBLIC_URL + recording_path(found),
        "RecordingStatus": "completed",
        "RecordingDuration": str(whole_seconds(found.recording)),
        "RecordingChannels": str(shown_channels(found)),
        "RecordingSource": recording_source(found),
    }


def _with_query(url: str, facts: str) -> str:
    parts = urlsplit(url)
    query = f"{parts.query}&{facts}" if parts.query else facts
    return parts._replace(query=query, fragment="").geturl()
