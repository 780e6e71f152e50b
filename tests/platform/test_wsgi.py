"""Requests of any Content-Type come into being, and get their dialect's answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from medisync.wsgi import Request

Post = Callable[[str, bytes, str], Any]


@pytest.fixture
def post(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Posts as the server does it, not as Django's test client by itself."""
    monkeypatch.setattr("django.test.client.WSGIRequest", Request)
    return lambda path, body, kind: client.generic("POST", path, body, kind)


CHARSETS = ["utf-8", "zlib", "bz2", "base64", "rot13", "utf-16", "idna", "undefined"]


@pytest.mark.parametrize("charset", [*CHARSETS, "none", "Ã¤", '"', "x" * 500])
def test_json_is_utf_8_whatever_is_said(post: Post, charset: str) -> None:
    body = json.dumps({"email": "ä@clinic.example", "password": "wrong-horse-1"})
    for parameter in (f"charset={charset}", f"charset*={charset}''%41"):
        answer = post(
            "/api/login?name=%C3%A4", body.encode(), f"application/json; {parameter}"
        )

        # 415 where the type cannot be read at all.
        assert answer.status_code in (401, 415)
        assert answer.json()["success"] is False


@pytest.mark.parametrize(
    "kind",
    [
        "application/json; x*=nonsense''%41",
        "application/json; x*=zlib''%41",
        "application/json; x*=undefined''%41",
        "application/json; x*0*=idna''%FF",
        "multipart/form-data; boundary*=nonsense''%41",
        "multipart/form-data; boundary*=undefined''%41",
        "application/x-www-form-urlencoded; charset=zlib",
        "application/x-www-form-urlencoded; charset=undefined",
        ";;;=;",
        "Ã¤/Ã¶; Ã¼=\x80",
        '"; charset="',
    ],
)
@pytest.mark.parametrize("path", ["/api/login", "/api/auth/login", "/api/nothing"])
def test_any_type_is_answered_by_the_dialect(post: Post, path: str, kind: str) -> None:
    answer = post(path, b"{}", kind)

    assert answer.status_code in ((404,) if path == "/api/nothing" else (400, 415))
    assert "error" in answer.json()
