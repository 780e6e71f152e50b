"""How many rows a list has, at a cost that does not grow with it."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
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
    counted = unordered.values("pk")[: _COUNTED_ANEW + 1].count()
    if counted <= _COUNTED_ANEW:
        return counted
    statement, parameters = unordered.query.sql_with_params()
    # Hashed: a cache is no place for what people search for.
    key = f"total:{secret_hash(f'{statement}{parameters}')}"
    known = cache.get(key)
    if known is None:
        known = unordered.count()
        cache.set(key, known, _SECONDS)
    return int(known)
