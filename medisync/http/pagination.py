"""Lists in pages, for the clients that ask (contract medisync 1.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from medisync.lib.counting import count_of

Row = TypeVar("Row", bound=Model)

_DEFAULT, _MOST = 20, 100


def listing(
    query: Mapping[str, str], rows: QuerySet[Row], dump: Callable[[Row], Any]
) -> Response:
    """All rows; or one page and a ``pagination`` key, if ``page`` or ``limit`` asks."""
    if "page" not in query and "limit" not in query:
        return Response({"success": True, "data": [dump(row) for row in rows]})
    page = _number(query, "page", 1)
    limit = min(_number(query, "limit", _DEFAULT), _MOST)
    total = count_of(rows)
    pages = -(-total // limit)
    # A page beyond the last is empty, without asking for an absurd offset.
    shown = rows[(page - 1) * limit : page * limit] if page <= pages else []
    return Response(
        {
            "success": True,
            "data": [dump(row) for row in shown],
            "pagination": {
                "page": page,
                "limit": limit,
                "total": total,
                "pages": pages,
            },
        }
    )


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise ValidationError({name: "Must be a whole number from 1"})
    return int(text)
