"""GET /api/health: whether MediSync can work (contract medisync 12)."""

from __future__ import annotations

import sqlite3

from django.core.cache import cache
from django.db import DatabaseError, connection
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.http.native import AnonymousNativeView
from recordings import storage


class Health(AnonymousNativeView):
    """Liveness and readiness for monitors: no token, no limit, no details."""

    throttle_classes = ()

    def get(self, request: Request) -> Response:
        if _database_answers() and _cache_answers() and storage.answers():
            return Response({"success": True, "status": "ok"})
        return Response({"success": False, "error": "Service unavailable"}, 503)


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
