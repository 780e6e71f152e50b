"""Asking for a file of calls, and reading it."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlencode

from tests.telephony.yeastar.caller import (
    Caller,
    check_headers,
    check_success,
)

DAY = {
    "extid": "all",
    "starttime": "2024-03-11 00:00:00",
    "endtime": "2024-03-11 23:59:59",
}


def get_random(caller: Caller, **change: object) -> dict[str, str]:
    """The answer, which names what a download must repeat."""
    return check_success(caller.post("cdr/get_random", {**DAY, **change}))


def download(caller: Caller, facts: dict[str, str], method: str = "GET") -> Any:
    query = urlencode({**facts, "token": caller.token})
    return caller.send(method, f"cdr/download?{query}", content_type="")


def lines(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8", response.content
    check_headers(response)
    return list(csv.reader(io.StringIO(response.getvalue().decode())))


def numbers(caller: Caller, **change: object) -> list[str]:
    """The callers of the calls in the file."""
    return [row[2] for row in lines(download(caller, get_random(caller, **change)))[1:]]
