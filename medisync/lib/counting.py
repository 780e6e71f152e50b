"""How many rows a list has, at a cost that does not grow with it."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from medisync.lib.hashing import secret_hash

#: So many rows are counted anew for everybody who asks.
_COUNTED_ANEW = 10_000
_SECONDS = 60


def count_of(rows: QuerySet[Any]) -> int:
    """The number of ``rows``: exact up to 10,000, beyond that up to a minute old.

    A database counts by reading: a million rows take longer than their first page.
    """
    unordered = rows.order_by()
    try:
        statement, parameters = unordered.query.sql_with_params()
    except EmptyResultSet:
        return 0  # Known without the database.
    # Hashed: a cache is no place for what people search for.
    key = f"total:{secret_hash(f'{statement}{parameters}')}"
    known = cache.get(key)
    if known is not None:
        return int(known)
    counted = unordered.values("pk")[: _COUNTED_ANEW + 1].count()
    if counted > _COUNTED_ANEW:
        counted = unordered.count()
        cache.set(key, counted, _SECONDS)
    return counted
