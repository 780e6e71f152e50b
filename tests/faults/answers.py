"""How an answer may fail: as its dialect says, or visibly half-way through."""

from __future__ import annotations

import requests


def assert_refused_or_broken_off(url: str) -> None:
    """LaML's error, or an answer whose end is missing; never one that looks whole."""
    try:
        answer = requests.get(url, timeout=60)
    except requests.exceptions.ChunkedEncodingError:
        return
    assert answer.status_code in {500, 503}, answer.headers
    assert set(answer.json()) == {"code", "message", "more_info", "status"}
