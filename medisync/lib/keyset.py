"""Pages of a list that begin beyond a row, not after a number of rows.

What arrives or goes meanwhile neither moves a row to another page nor shows it
twice. Nothing is counted: with an index over the order's columns, the millionth
page costs what the first does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursors that lead on; empty where it ends."""

    rows: list[Row]
    next: str
    previous: str


def page(
    rows: QuerySet[Row],
    order: Sequence[str],
    *,
    size: int,
    after: str = "",
    before: str = "",
) -> Page[Row]:
    """``size`` rows, those next to a cursor where one is given, with one query.

    ``order`` names columns of the rows that are never null, all ascending or all
    descending; together they must tell any two rows apart. A cursor that is none of
    this order's is as good as none: its list has changed, and begins anew. So it
    does where there is no whole page before a cursor, with one query more.
    """
    if place := _place(before, order):
        found = list(beyond(rows.order_by(*order), order, place, back=True)[: size + 1])
        if len(found) > size:
            shown = found[size - 1 :: -1]
            return Page(
                shown,
                next=_cursor(_values(shown[-1], order), order),
                previous=_cursor(_values(shown[0], order), order),
            )
    ordered = rows.order_by(*order)
    if place := _place(after, order):
        ordered = beyond(ordered, order, place, back=False)
    found = list(ordered[: size + 1])
    shown = found[:size]
    if place and shown:
        place = _values(shown[0], order)
    return Page(
        shown,
        next=_cursor(_values(shown[-1], order), order) if len(found) > size else "",
        previous=_cursor(place, order) if place else "",
    )


def beyond(
    rows: QuerySet[Row], order: Sequence[str], place: Sequence[Any], *, back: bool
) -> QuerySet[Row]:
    """The rows of an ordered list from ``place`` on, the nearest first.

    ``place`` holds a row's values of the order's columns. It stays a place when the
    row is gone.
    """
    down = order[0].startswith("-") is not back
    than = "lt" if down else "gt"
    names = [name.removeprefix("-") for name in order]
    *leading, (name, value) = zip(names, place, strict=True)
    further = Q((f"{name}__{than}", value))
    for name, value in reversed(leading):
        further = Q((f"{name}__{than}", value)) | (Q((name, value)) & further)
    # Implied by the rest, and what an index is entered by.
    found = rows.filter(Q((f"{names[0]}__{than}e", place[0]))).filter(further)
    return found.reverse() if back else found


def _values(row: Row, order: Sequence[str]) -> list[Any]:
    return [getattr(row, name.removeprefix("-")) for name in order]


def _cursor(place: Sequence[Any], order: Sequence[str]) -> str:
    """``place`` as text for a URL, signed: what comes back is known to fit."""
    return _signer(order).sign_object([_plain(value) for value in place])


def _place(cursor: str, order: Sequence[str]) -> list[Any] | None:
    try:
        return [_value(told) for told in _signer(order).unsign_object(cursor)]
    except signing.BadSignature:
        return None


def _signer(order: Sequence[str]) -> signing.Signer:
    return signing.Signer(salt=".".join(["keyset", *order]))


def _plain(value: Any) -> Any:
    # JSON's own way with times forgets the microseconds.
    if isinstance(value, datetime):
        return [(value - _EPOCH) // timedelta(microseconds=1)]
    return value


def _value(told: Any) -> Any:
    if isinstance(told, list):
        return _EPOCH + timedelta(microseconds=told[0])
    return told
