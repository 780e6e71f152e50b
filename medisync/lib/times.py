"""Times as they are written: those that go out, and those that come in."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from django.utils.dateparse import parse_datetime

# Nearer to the calendar's ends a moment has no date in some time zone or other, so
# that whatever has it could not be shown there.
_FIRST = datetime.min.replace(tzinfo=timezone.utc) + timedelta(days=2)
_LAST = datetime.max.replace(tzinfo=timezone.utc) - timedelta(days=2)


def iso_milliseconds(moment: datetime) -> str:
    """``2026-05-04T09:41:00.000Z``: UTC, milliseconds, ``Z``."""
    utc = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


def read_moment(text: str) -> datetime | None:
    """The moment that ISO 8601 text with a time zone tells, in UTC.

    None for any other text, and for what is no date everywhere.
    """
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or not _FIRST <= moment <= _LAST:
        return None
    return moment.astimezone(timezone.utc)
