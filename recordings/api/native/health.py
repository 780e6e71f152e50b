"""GET /api/health: whether MediSync can work (contract medisync 12)."""

from __future__ import annotations

import sqlite3
from typing import Literal, TypedDict

from django.core.cache import cache
from django.db import DatabaseError, connection
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.http.native import AnonymousNativeView
from medisync.http.openapi import operation
from recordings import storage


class Healthy(TypedDict):
    success: Literal[True]
    status: Literal["ok"]


class Unavailable(Exception):
    """Something that everything stands on does not answer."""


class Health(AnonymousNativeView):
    """Liveness and readiness for monitors: no token, no limit, no details."""

    errors = {Unavailable: (503, "Service unavailable", "")}
    throttle_classes = ()
    tag = "Health"
    common_refusals = ()

    @operation(
        "Ask whether MediSync can work",
        "12",
        answers={200: Healthy},
        got={"success": True, "status": "ok"},
        refusals=(Unavailable,),
    )
    def get(self, request: Request) -> Response:
        if _database_answers() and _cache_answers() and storage.answers():
            return Response({"success": True, "status": "ok"})
        # Not raised: a monitor asks often, and each fault would be logged.
        reply = self.describe(Unavailable())
        return Response(dict(reply.body), reply.status)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _cache_answers() -> bool:
    """Every limit is counted in the cache, so nothing works without it."""
    try:
        cache.get("health")
    except (RedisError, sqlite3.Error):
        return False
    return True
