"""GET /api/health: may traffic be sent here, and nothing more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

pytestmark = pytest.mark.contract("medisync", "12", "GET /health")

URL = "/api/health"
DOWN = {"success": False, "error": "Service unavailable"}


def test_all_is_well(client: Client, db: None) -> None:
    answer = client.get(URL)

    assert (answer.status_code, answer.json()) == (
        200,
        {"success": True, "status": "ok"},
    )


def test_whatever_else_is_sent(client: Client, db: None) -> None:
    for headers in ({"Authorization": "Bearer x"}, {"Accept": "text/html"}):
        assert client.get(f"{URL}?uid=1", headers=headers).status_code == 200
    assert client.head(URL).status_code == 200
    assert client.post(URL).status_code == 405


def test_no_store(client: Client, db: None, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file"

    answer = client.get(URL)

    assert (answer.status_code, answer.json()) == (503, DOWN)


def test_no_database(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise OperationalError("connection to server at 10.0.0.5 refused")

    with monkeypatch.context() as gone:
        gone.setattr(connection, "cursor", refuse)
        answer = client.get(URL)

    assert (answer.status_code, answer.json()) == (503, DOWN)


def test_no_cache(client: Client, db: None, settings: Any) -> None:
    # Nobody listens on the discard port of this machine.
    backend = "django.core.cache.backends.redis.RedisCache"
    location = "redis://127.0.0.1:9/0"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": location}}

    answer = client.get(URL)

    assert (answer.status_code, answer.json()) == (503, DOWN)
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    }
