"""The recording object as clients' libraries parse it (contract 4)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

from telephony.models import CallRecording
from telephony.services import whole_seconds

API_VERSION = "2010-04-01"

#: Links are on this mount, whichever was asked (contract 1).
_MOUNT = f"/api/laml/{API_VERSION}"


def recording_object(found: CallRecording) -> dict[str, Any]:
    """Every documented key, always: older libraries fail on an absent one."""
    recording = found.recording
    seconds = whole_seconds(recording)
    # The enumeration ends at stereo.
    channels = "1" if recording.channels == 1 else "2"
    started = found.started_at
    path = f"{_MOUNT}/Accounts/{found.account_id}/Recordings/{found.pk}"
    return {
        "sid": str(found.pk),
        "account_sid": str(found.account_id),
        "api_version": API_VERSION,
        "call_sid": str(found.call_id) if found.call_id else None,
        "conference_sid": None,
        "channel": channels,
        "channels": channels,
        "date_created": rfc2822(recording.created_at),
        "date_updated": rfc2822(recording.updated_at),
        "start_time": rfc2822(started) if started else None,
        "end_time": rfc2822(started + timedelta(seconds=seconds)) if started else None,
        "duration": seconds,
        "price": None,
        "price_unit": "USD",
        # Recorded by the phone system that the call came in by.
        "source": "Trunking",
        "status": "completed",
        "error_code": None,
        "uri": f"{path}.json",
        "subresource_uris": {"transcriptions": f"{path}/Transcriptions.json"},
        "encryption_details": None,
        "trim": "do-not-trim",
    }


def rfc2822(moment: datetime) -> str:
    """In UTC and saying ``+0000``: most clients ignore any other offset."""
    return format_datetime(moment.astimezone(timezone.utc))
