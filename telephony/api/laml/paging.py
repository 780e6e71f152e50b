"""Pages of a list, newest first, that stay put while rows arrive (contract 3.2, 3.3).

A page begins beyond the last row of the one before it and is not counted out: what
arrives meanwhile neither moves a row to another page nor shows it twice, and the
millionth page costs what the first does.
"""

from __future__ import annotations

import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol, Self, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from medisync.lib import keyset
from telephony.api.laml.errors import (
    INVALID_ARGUMENT,
    INVALID_PAGE_SIZE,
    INVALID_PAGE_TOKEN,
    BadArgument,
)

_DEFAULT_SIZE, _MOST = 50, 1000
_LAST_PAGE = 10**9  # What comes after it no database can count to.
_WHOLE = re.compile(r"[0-9]{1,100}")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TOKEN = re.compile(r"P([AB])([\w-]{32})", re.ASCII)
_PLACE = struct.Struct(">Q16s")
_ORDER = ("-created_at", "-sid")

#: From the text of a query parameter to the rows it asks for. Raises BadArgument.
Filter = Callable[[str], Q]


class Listed(Protocol):
    """What a row must have to be found again."""

    created_at: Any
    sid: Any


Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Cursor:
    """A place in a list and the way on from it, as PageToken tells it.

    The place is a row's, and stays one when that row is deleted.
    """

    back: bool  # PB: to newer rows. PA: to older ones.
    created_at: datetime
    sid: UUID

    @classmethod
    def at(cls, row: Any, *, back: bool) -> Self:
        return cls(back, row.created_at, row.sid)

    @classmethod
    def parse(cls, token: str) -> Self:
        match = _TOKEN.fullmatch(token)
        try:
            way, place = match.groups() if match else ("", "")
            microseconds, sid = _PLACE.unpack(urlsafe_b64decode(place))
            moment = _EPOCH + timedelta(microseconds=microseconds)
        except (struct.error, OverflowError) as error:
            raise BadArgument(
                INVALID_PAGE_TOKEN, "PageToken is not one of this list's links"
            ) from error
        return cls(way == "B", moment, UUID(bytes=sid))

    def __str__(self) -> str:
        microseconds = (self.created_at - _EPOCH) // timedelta(microseconds=1)
        place = _PLACE.pack(microseconds, self.sid.bytes)
        return ("PB" if self.back else "PA") + urlsafe_b64encode(place).decode()

    def beyond(self, newest_first: QuerySet[Row]) -> QuerySet[Row]:
        """The rows from here on, the nearest first."""
        place = (self.created_at, self.sid)
        return keyset.beyond(newest_first, _ORDER, place, back=self.back)


@dataclass(frozen=True)
class _Asked:
    number: int
    size: int
    cursor: Cursor | None


def listing(
    query: Mapping[str, str],
    rows: QuerySet[Row],
    *,
    path: str,
    key: str,
    dump: Callable[[Row], Any],
    filters: Mapping[str, Filter],
) -> dict[str, Any]:
    """The envelope with one page of ``rows`` (contract 3.3).

    ``key`` is the only one besides those of the pages themselves: clients refuse
    an envelope with another. Links are paths and carry every filter. Two queries
    at most. Raises BadArgument.
    """
    asked = _asked(query)
    used = {name: query[name] for name in filters if name in query}
    for name, text in used.items():
        rows = rows.filter(filters[name](text))
    shown, newer, older = _page(rows.order_by(*_ORDER), asked)

    def link(number: int, cursor: Cursor | None = None) -> str:
        token = {"PageToken": str(cursor)} if cursor else {}
        facts = {**used, "Page": number, "PageSize": asked.size, **token}
        return f"{path}?{urlencode(facts)}"

    following = (
        link(asked.number + 1, Cursor.at(shown[-1], back=False)) if older else None
    )
    previous = link(asked.number - 1, Cursor.at(shown[0], back=True)) if newer else None
    return {
        "uri": link(asked.number, asked.cursor),
        "first_page_uri": link(0),
        "next_page_uri": following,
        "previous_page_uri": previous,
        "page": asked.number,
        "page_size": asked.size,
        key: [dump(row) for row in shown],
    }


def _asked(query: Mapping[str, str]) -> _Asked:
    number = _whole(query.get("Page", "0"))
    size = _whole(query.get("PageSize", str(_DEFAULT_SIZE)))
    if number is None or number > _LAST_PAGE:
        raise BadArgument(INVALID_ARGUMENT, "Page is not a whole number from 0")
    if not size:
        raise BadArgument(INVALID_PAGE_SIZE, "PageSize is not a whole number from 1")
    token = query.get("PageToken")
    cursor = None if token is None else Cursor.parse(token)
    # Libraries ask for as many rows as their caller wants, in one page; who wants
    # all of them says sys.maxsize.
    return _Asked(number, min(size, _MOST), cursor)


def _whole(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) else None


def _page(newest_first: QuerySet[Row], asked: _Asked) -> tuple[list[Row], bool, bool]:
    """A page's rows, whether a page before it is to be told of, and one after it."""
    size, cursor = asked.size, asked.cursor
    if cursor is None:
        # A page that is asked for by its number alone is counted out.
        start = asked.number * size
        found = list(newest_first[start : start + size + 1])
        return found[:size], start > 0 and bool(found), len(found) > size
    found = list(cursor.beyond(newest_first)[: size + 1])
    shown, more = found[:size], len(found) > size
    if cursor.back:
        shown.reverse()
        newer, older = more, _any(shown[-1:], newest_first, back=False)
    else:
        newer, older = _any(shown[:1], newest_first, back=True), more
    # Page 0 tells of none before it, even when it was come back to and newer
    # rows have arrived: those are at first_page_uri.
    return shown, newer and asked.number > 0, older


def _any(edge: list[Row], newest_first: QuerySet[Row], *, back: bool) -> bool:
    """Whether there are rows beyond the one in ``edge``."""
    return any(
        Cursor.at(row, back=back).beyond(newest_first).values_list("pk")[:1]
        for row in edge
    )
