"""The phone side: calls, their recordings, and who may reach them."""

from __future__ import annotations

from telephony.models.accounts import Account, ApiToken, check_callback_url
from telephony.models.calls import (
    Call,
    CallQuerySet,
    CallRecording,
    CallTranscription,
    Number,
    next_number,
)
from telephony.models.pbx import DownloadTicket, OpenApiToken, PbxToken, PbxUser
from telephony.models.reports import Report

__all__ = [
    "Account",
    "ApiToken",
    "Call",
    "CallQuerySet",
    "CallRecording",
    "CallTranscription",
    "DownloadTicket",
    "Number",
    "OpenApiToken",
    "PbxToken",
    "PbxUser",
    "Report",
    "check_callback_url",
    "next_number",
]
