"""Times as the dialects write them."""

from __future__ import annotations

from datetime import datetime, timezone


def iso_milliseconds(moment: datetime) -> str:
    """``2026-05-04T09:41:00.000Z``: UTC, milliseconds, ``Z``."""
    utc = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"
