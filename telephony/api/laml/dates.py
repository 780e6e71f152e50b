"""Dates on the wire, in and out (contract 3.2 and 4)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime

from django.db.models import Q

from telephony.api.laml.errors import INVALID_ARGUMENT, BadArgument
from telephony.api.laml.paging import Filter

# A "+" that a client did not encode arrives as a blank.
_LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_SECOND = timedelta(seconds=1)


def rfc2822(moment: datetime) -> str:
    """In UTC and saying ``+0000``: most clients ignore any other offset."""
    return format_datetime(moment.astimezone(timezone.utc))


def parse_moment(text: str) -> datetime:
    """RFC 2822, ``YYYY-MM-DD`` or ``YYYY-MM-DDTHH:MM:SSZ``, as a whole second in UTC.

    The documents name each of them. Without a zone it is UTC. Raises BadArgument.
    """
    try:
        moment = _parsed(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise BadArgument(
            INVALID_ARGUMENT,
            "A date is RFC 2822, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ",
        ) from error


def _parsed(text: str) -> datetime:
    if _DATE.fullmatch(text):
        return datetime.fromisoformat(text)
    text = _LOST_PLUS.sub("+", text)
    if _MOMENT.fullmatch(text):
        return datetime.fromisoformat(text)
    if not text.isascii():
        raise ValueError
    return parsedate_to_datetime(text)


def _on(text: str) -> Q:
    day = parse_moment(text).replace(hour=0, minute=0, second=0)
    return _from(day) & _before(day, timedelta(days=1))


def _until(text: str) -> Q:
    # Inclusive, of the whole second: that is all of a time which clients see.
    return _before(parse_moment(text), _SECOND)


def _since(text: str) -> Q:
    return _from(parse_moment(text))


def _from(moment: datetime) -> Q:
    return Q(created_at__gte=moment)


def _before(moment: datetime, more: timedelta) -> Q:
    try:
        return Q(created_at__lt=moment + more)
    except OverflowError:  # The calendar ends there, and so do the rows.
        return Q()


#: ``<`` and ``>`` belong to the names: a hand-written ``DateCreated>=2024-01-01``
#: reads as one of these, too.
DATE_FILTERS: dict[str, Filter] = {
    "DateCreated": _on,
    "DateCreated<": _until,
    "DateCreated>": _since,
}
