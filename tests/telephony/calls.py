"""Calls as a phone system would have told of them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from telephony.models import Call


def make_call(**facts: Any) -> Call:
    """A call of 2024-03-11 09:45:10 UTC, two seconds of ringing and 33 of talk."""
    return Call.objects.create(
        **{
            "callid": "1710150310.23",
            "caller": "2104",
            "callee": "2117",
            "type": "Internal",
            "started_at": at("2024-03-11 09:45:10"),
            "ring_s": 2,
            "duration_s": 33,
            **facts,
        }
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
