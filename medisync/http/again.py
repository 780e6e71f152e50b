"""The same request again, but for its Range: answered by the same decision.

A player that seeks asks for one recording hundreds of times. Who asks, whether they
may and what they hear was found out the first time, from a handful of rows. As long
as these are to the letter what they were, read anew for every request, so is the
decision; nothing else of the request's way has to be gone again.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import Error, connection, models
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from medisync.lib.allowance import Allowance

_REMEMBERED = 10_000  # decisions that a process keeps in mind
# Of the request, besides its headers, what can change an answer.
_PARTS = ("PATH_INFO", "QUERY_STRING", "REMOTE_ADDR", "wsgi.url_scheme")
# Of the first answer, what says nothing about the next one.
_OWN = {"content-length", "content-range", "content-type", "retry-after"}
_OWN |= {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}


@dataclass(frozen=True)
class Grounds:
    """What a view let somebody in on: rows, until when, and how it counts them."""

    rows: tuple[models.Model, ...]
    until: float  # Unix seconds
    take: Callable[[], Allowance] | None = None


@dataclass(frozen=True)
class Decision:
    """``answer`` gives the response, or None where the view has to be asked."""

    grounds: Grounds
    answer: Callable[[HttpRequest], HttpResponseBase | None]


class AnswerAgain:
    """Keeps the decision that a response has as ``decision``, and answers by it.

    The request must be the same in everything but its Range, and the rows the same
    in every column. A Range that goes on like this is no new request of the hourly
    limit: a player could use that up within minutes. A whole file is one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "GET" or request.META.get("CONTENT_LENGTH", "0") != "0":
            return self.get_response(request)
        key = _key(request)
        kept = self._kept.get(key)
        if kept is not None:
            again = kept.answer(request)
            if again is not None:
                return again
        response = self.get_response(request)
        decision = getattr(response, "decision", None)
        if decision is not None:
            self._keep(key, _Kept(decision, request, response))
        elif kept is not None:
            with self._lock:
                self._kept.pop(key, None)
        return response

    def _keep(self, key: bytes, kept: _Kept) -> None:
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)


class _Kept:
    """A decision, and what else the first answer to it had around it."""

    def __init__(
        self, decision: Decision, request: HttpRequest, response: HttpResponseBase
    ) -> None:
        self._decision = decision
        self._match = request.resolver_match
        self._unchanged = Unchanged(decision.grounds.rows)
        self._headers = {
            name: value
            for name, value in response.headers.items()
            if name.lower() not in _OWN
        }

    def answer(self, request: HttpRequest) -> HttpResponseBase | None:
        grounds = self._decision.grounds
        if time.time() >= grounds.until or not self._unchanged():
            return None
        counted: Mapping[str, str] = {}
        if grounds.take is not None and "HTTP_RANGE" not in request.META:
            allowance = grounds.take()
            if allowance.retry_after:
                return None  # The dialect has its own words for it.
            counted = allowance.headers
        response = self._decision.answer(request)
        if response is None:
            return None
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        for name, value in counted.items():
            response.headers[name] = value
        request.resolver_match = self._match
        return response


class Unchanged:
    """Whether rows are still what they were when these objects were read.

    One query by primary keys, whatever the number of rows, made once: most of what
    an ORM query costs is its making. The database compares, in its own types.
    """

    def __init__(self, rows: Sequence[models.Model]) -> None:
        quote = connection.ops.quote_name
        tables, keys, changes = [], [], []
        values: list[Any] = []
        for index, row in enumerate(rows):
            tables.append(f"{quote(row._meta.db_table)} t{index}")
            for field in row._meta.concrete_fields:
                assert field.column is not None
                column = f"t{index}.{quote(field.column)}"
                value = getattr(row, field.attname)
                if field.primary_key:
                    keys.append(f"{column} = %s")
                elif value is None:
                    changes.append(f"{column} IS NOT NULL")
                else:
                    changes.append(f"{column} <> %s OR {column} IS NULL")
                    values.append(field.get_db_prep_save(value, connection))
        self._values = [*(row.pk for row in rows), *values]
        # Names are the models' own, values are parameters. As negations: SQLite
        # would plan the use of every index there is, each time anew.
        self._sql = (
            f"SELECT 1 FROM {', '.join(tables)} WHERE {' AND '.join(keys)}"  # noqa: S608
            f" AND NOT ({' OR '.join(changes)})"
        )

    def __call__(self) -> bool:
        try:
            with connection.cursor() as cursor:
                cursor.execute(self._sql, self._values)
                return cursor.fetchone() is not None
        except Error:
            return False  # The view meets it too, and knows what to say.


def _key(request: HttpRequest) -> bytes:
    """Stands for all of the request but its Range, and reveals none of it."""
    meta = request.META
    parts = [str(meta.get(name)) for name in _PARTS]
    parts += sorted(
        f"{name}:{value}"
        for name, value in meta.items()
        if name.startswith("HTTP_") and name != "HTTP_RANGE"
    )
    return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).digest()
