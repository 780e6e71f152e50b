"""What an error looks like, dialect by dialect.

Each takes an answer, of Django's test client or of the wire, and its HTTP status as
far as the dialect has one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def native(answer: Any, status: int) -> None:
    assert answer.status_code == status
    body = answer.json()
    assert body["success"] is False
    assert isinstance(body["error"], str)
    assert set(body) <= {"success", "error", "code"}


def recording(answer: Any, status: int) -> None:
    """The download of a recording says its 500 in another key."""
    if status == 500:
        assert answer.status_code == 500
        assert answer.json() == {"success": False, "message": "Internal server error"}
    else:
        native(answer, status)


def nuxera(answer: Any, status: int) -> None:
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


def nuxera_auth(answer: Any, status: int) -> None:
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message"}


def yeastar(answer: Any, status: int) -> None:
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"status", "errno"}
    assert body["status"] == "Failed"
    assert body["errno"].isdigit()


def pseries(answer: Any, status: int) -> None:
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"errcode", "errmsg"}
    assert body["errcode"]


def laml(answer: Any, status: int) -> None:
    assert answer.status_code == status
    body = answer.json()
    assert list(body) == ["code", "message", "more_info", "status"]
    assert body["status"] == status


def page(answer: Any, status: int) -> None:
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html")
    assert b"Traceback" not in answer.content


Shape = Callable[[Any, int], None]
