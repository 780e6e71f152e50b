"""What the OpenAPI document says of parameters, and its examples."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

from medisync.http.openapi import Parameter
from telephony.api.laml.errors import (
    INVALID_ARGUMENT,
    INVALID_CALLBACK_EVENT,
    INVALID_PAGE_SIZE,
    INVALID_PAGE_TOKEN,
    INVALID_TRIM,
    BadArgument,
)
from telephony.api.laml.paging import Cursor

_ACCOUNT_SID = "a5f2c1de-7b40-4c9e-9f13-20c8d1e6b701"
_SID = "3c9e7a10-52d4-4b6f-8e21-7f0a94c3d802"
_CALL_SID = "d18b46f2-0e95-4a37-b6c0-5e93f7a2c803"
_MOUNT = "/api/laml/2010-04-01"
_ACCOUNT = f"{_MOUNT}/Accounts/{_ACCOUNT_SID}"
_TOKEN = str(
    Cursor(
        back=False,
        created_at=datetime(2024, 3, 11, 9, 45, 43, tzinfo=timezone.utc),
        sid=UUID(_SID),
    )
)
_DATE = "Mon, 11 Mar 2024 09:45:43 +0000"

NOT_LIVE = "There are no live calls here, so this is refused whatever it asks for."
OPEN = (
    "Open to who knows the address, unless the account protects its media: then the"
    " account's credentials are needed."
)

PATH_PARAMETERS = {
    name: Parameter(name, f"{text}: a UUID.", where="path", example=example)
    for name, text, example in (
        ("account_sid", "The account that asks", _ACCOUNT_SID),
        ("sid", "The recording or transcription", _SID),
        ("call_sid", "The call", _CALL_SID),
        ("conference_sid", "The conference", _CALL_SID),
    )
}

PAGE_PARAMETERS = (
    Parameter("Page", "Which page, from 0.", type=int, example=0),
    Parameter("PageSize", "Rows on a page, at most 1000.", type=int, example=50),
    Parameter("PageToken", "A place, from a page's links.", example=_TOKEN),
)
_DATES = "RFC 2822, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ"
DATE_PARAMETERS = tuple(
    Parameter(name, f"{text}: {_DATES}.", example="2024-03-11")
    for name, text in {
        "DateCreated": "Made on this day",
        "DateCreated<": "Made until then",
        "DateCreated>": "Made since then",
    }.items()
)
SID_PARAMETERS = (
    Parameter("CallSid", "Of this call.", example=_CALL_SID),
    Parameter("ConferenceSid", "Of this conference.", example=_CALL_SID),
)
PAGE_REFUSALS = (
    BadArgument(INVALID_ARGUMENT, "Page is not a whole number from 0"),
    BadArgument(INVALID_PAGE_SIZE, "PageSize is not a whole number from 1"),
    BadArgument(INVALID_PAGE_TOKEN, "PageToken is not one of this list's links"),
)
DATE_REFUSALS = (BadArgument(INVALID_ARGUMENT, f"A date is {_DATES}"),)
SID_REFUSALS = (BadArgument(INVALID_ARGUMENT, "CallSid is not a UUID"),)
CREATE_REFUSALS = (
    BadArgument(INVALID_CALLBACK_EVENT, "RecordingStatusCallbackEvent is unknown"),
    BadArgument(INVALID_TRIM, "Trim is not one of trim-silence, do-not-trim"),
)
UPDATE_REFUSALS = (BadArgument(INVALID_ARGUMENT, "Status is required"),)

RECORDING: Mapping[str, Any] = {
    "sid": _SID,
    "account_sid": _ACCOUNT_SID,
    "api_version": "2010-04-01",
    "call_sid": _CALL_SID,
    "conference_sid": None,
    "channel": "1",
    "channels": "1",
    "date_created": _DATE,
    "date_updated": _DATE,
    "start_time": "Mon, 11 Mar 2024 09:45:10 +0000",
    "end_time": _DATE,
    "duration": 33,
    "price": None,
    "price_unit": "USD",
    "source": "Trunking",
    "status": "completed",
    "error_code": None,
    "uri": f"{_ACCOUNT}/Recordings/{_SID}.json",
    "subresource_uris": {
        "transcriptions": f"{_ACCOUNT}/Recordings/{_SID}/Transcriptions.json"
    },
    "encryption_details": None,
    "trim": "do-not-trim",
}
TRANSCRIPTION: Mapping[str, Any] = {
    "sid": _CALL_SID,
    "account_sid": _ACCOUNT_SID,
    "api_version": "2010-04-01",
    "date_created": _DATE,
    "date_updated": _DATE,
    "duration": 33,
    "price": None,
    "price_unit": "USD",
    "recording_sid": _SID,
    "status": "completed",
    "transcription_text": "Thank you for calling.",
    "type": "",
    "uri": f"{_ACCOUNT}/Transcriptions/{_CALL_SID}.json",
}
ACCOUNT: Mapping[str, Any] = {
    "sid": _ACCOUNT_SID,
    "friendly_name": "Front desk",
    "status": "active",
    "auth_token": "redacted",
    "date_created": _DATE,
    "date_updated": _DATE,
    "type": "Full",
    "owner_account_sid": _ACCOUNT_SID,
    "region_preference": None,
    "subproject": False,
    "signing_key": None,
    "uri": _ACCOUNT,
    "subresource_uris": {"recordings": f"{_ACCOUNT}/Recordings", "keys": None},
}


def page_with(key: str, row: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    first = f"{path or f'{_ACCOUNT}/{key.capitalize()}'}?Page=0&PageSize=50"
    return {
        "uri": first,
        "first_page_uri": first,
        "next_page_uri": None,
        "previous_page_uri": None,
        "page": 0,
        "page_size": 50,
        key: [row],
    }
