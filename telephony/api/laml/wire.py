"""The objects as clients' libraries parse them (contract 4, 5 and 6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, NotRequired, TypedDict
from uuid import UUID

from django.db.models import Q

from telephony.access import parse_sid
from telephony.api.laml.dates import DATE_FILTERS, rfc2822
from telephony.api.laml.errors import INVALID_ARGUMENT, BadArgument
from telephony.api.laml.paging import Filter
from telephony.models import Account, CallRecording, CallTranscription
from telephony.services import whole_seconds

API_VERSION = "2010-04-01"

#: Links are on this mount, whichever was asked (contract 1).
MOUNT = f"/api/laml/{API_VERSION}"

_SERVED = {
    "available_phone_numbers": "AvailablePhoneNumbers",
    "applications": "Applications",
    "calls": "Calls",
    "conferences": "Conferences",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "queues": "Queues",
    "recordings": "Recordings",
    "messages": "Messages",
    "transcriptions": "Transcriptions",
}
_SUBRESOURCES = (
    *("addresses", "available_phone_numbers", "applications"),
    *("authorized_connect_apps", "calls", "conferences", "connect_apps"),
    *("incoming_phone_numbers", "keys", "notifications", "outgoing_caller_ids"),
    *("queues", "recordings", "sandbox", "signing_keys", "sip", "short_codes"),
    *("messages", "transcriptions", "usage"),
)


# --- Shapes: what goes in and comes out ---------------------------------------------


class CreateForm(TypedDict):
    RecordingChannels: NotRequired[Literal["mono", "dual"]]
    RecordingTrack: NotRequired[Literal["inbound", "outbound", "both"]]
    RecordingStatusCallback: NotRequired[str]
    RecordingStatusCallbackMethod: NotRequired[Literal["GET", "POST"]]
    RecordingStatusCallbackEvent: NotRequired[str]
    Trim: NotRequired[Literal["trim-silence", "do-not-trim"]]


class UpdateForm(TypedDict):
    Status: Literal["paused", "in-progress", "stopped"]
    PauseBehavior: NotRequired[Literal["skip", "silence"]]


class RecordingObject(TypedDict):
    sid: str
    account_sid: str
    api_version: str
    call_sid: str | None
    conference_sid: str | None
    channel: str
    channels: str
    date_created: str
    date_updated: str
    start_time: str | None
    end_time: str | None
    duration: int
    price: None
    price_unit: str
    source: str
    status: str
    error_code: None
    uri: str
    subresource_uris: dict[str, str]
    encryption_details: None
    trim: str


class TranscriptionObject(TypedDict):
    sid: str
    account_sid: str
    api_version: str
    date_created: str
    date_updated: str
    duration: int
    price: None
    price_unit: str
    recording_sid: str
    status: str
    transcription_text: str
    type: str
    uri: str


class AccountObject(TypedDict):
    sid: str
    friendly_name: str
    status: str
    auth_token: str
    date_created: str
    date_updated: str
    type: str
    owner_account_sid: str
    region_preference: None
    subproject: bool
    signing_key: None
    uri: str
    subresource_uris: dict[str, str | None]


class Envelope(TypedDict):
    uri: str
    first_page_uri: str
    next_page_uri: str | None
    previous_page_uri: str | None
    page: int
    page_size: int


class RecordingPage(Envelope):
    recordings: list[RecordingObject]


class TranscriptionPage(Envelope):
    transcriptions: list[TranscriptionObject]


class AccountPage(Envelope):
    accounts: list[AccountObject]


# --- In -----------------------------------------------------------------------------


def _sid(name: str, field: str) -> Filter:
    def asked(text: str) -> Q:
        sid = parse_sid(text)
        if sid is None:
            raise BadArgument(INVALID_ARGUMENT, f"{name} is not a UUID")
        return Q(**{field: sid})

    return asked


RECORDING_FILTERS: dict[str, Filter] = {
    **DATE_FILTERS,
    "CallSid": _sid("CallSid", "call"),
    "ConferenceSid": _sid("ConferenceSid", "conference_sid"),
}


# --- Out ----------------------------------------------------------------------------


def account_path(account_sid: UUID | str | None) -> str:
    return f"{MOUNT}/Accounts/{account_sid}"


def recording_path(found: CallRecording) -> str:
    """Without an extension; clients append the one they want."""
    return f"{account_path(found.account_id)}/Recordings/{found.pk}"


def recording_object(found: CallRecording) -> RecordingObject:
    """Every documented key, always: older libraries fail on an absent one."""
    recording = found.recording
    seconds = whole_seconds(recording)
    channels = str(shown_channels(found))
    started = found.started_at
    path = recording_path(found)
    return {
        "sid": str(found.pk),
        "account_sid": str(found.account_id),
        "api_version": API_VERSION,
        "call_sid": _text(found.call_id),
        "conference_sid": _text(found.conference_sid),
        "channel": channels,
        "channels": channels,
        "date_created": rfc2822(found.created_at),
        "date_updated": rfc2822(recording.updated_at),
        "start_time": rfc2822(started) if started else None,
        "end_time": rfc2822(started + timedelta(seconds=seconds)) if started else None,
        "duration": seconds,
        "price": None,
        "price_unit": "USD",
        "source": recording_source(found),
        "status": "completed",
        "error_code": None,
        "uri": f"{path}.json",
        "subresource_uris": {"transcriptions": f"{path}/Transcriptions.json"},
        "encryption_details": None,
        "trim": "do-not-trim",
    }


def shown_channels(found: CallRecording) -> int:
    """1 or 2: the dialect's enumeration ends at stereo."""
    return 1 if found.recording.channels == 1 else 2


def recording_source(found: CallRecording) -> str:
    # A call was recorded by the phone system that it came in by.
    return "Trunking" if found.conference_sid is None else "Conference"


def transcription_object(found: CallTranscription) -> TranscriptionObject:
    return {
        "sid": str(found.pk),
        "account_sid": str(found.account_id),
        "api_version": API_VERSION,
        "date_created": rfc2822(found.created_at),
        "date_updated": rfc2822(found.updated_at),
        "duration": whole_seconds(found.call_recording.recording),
        "price": None,
        "price_unit": "USD",
        "recording_sid": str(found.call_recording_id),
        "status": "completed",
        "transcription_text": found.text,
        "type": "",
        "uri": f"{account_path(found.account_id)}/Transcriptions/{found.pk}.json",
    }


def account_object(account: Account) -> AccountObject:
    path = account_path(account.pk)
    return {
        "sid": str(account.pk),
        "friendly_name": account.name,
        "status": "active",
        "auth_token": "redacted",
        "date_created": rfc2822(account.created_at),
        "date_updated": rfc2822(account.updated_at),
        "type": "Full",
        "owner_account_sid": str(account.pk),
        "region_preference": None,
        "subproject": False,
        "signing_key": None,
        "uri": path,
        "subresource_uris": {
            name: f"{path}/{_SERVED[name]}" if name in _SERVED else None
            for name in _SUBRESOURCES
        },
    }


def _text(sid: UUID | None) -> str | None:
    return str(sid) if sid else None
