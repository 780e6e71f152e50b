"""What holds for every request (contract C1, C7)."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from recordings.errors import StorageFailed
from telephony.api.pseries.errors import Errcode, describe
from telephony.models import CallRecording
from tests.telephony.pseries.caller import Caller, check_failure, check_success

GETS = ["del_token", "recording/list", "recording/search", "recording/download"]
GETS += ["cdr/list", "cdr/search", "cdr/download"]
POSTS = ["get_token", "refresh_token"]


@pytest.mark.contract("yeastar", "C1", "rule")
@pytest.mark.parametrize("path", [*GETS, *POSTS])
@pytest.mark.parametrize("agent", ["", "curl/8.5", "OpenAPI/1.0", "Mozilla OpenAPI"])
def test_the_user_agent_is_openapi(caller: Caller, path: str, agent: str) -> None:
    method = "GET" if path in GETS else "POST"
    query = f"{path}?access_token={caller.token}"

    check_failure(
        caller.send(method, query, b"{}", agent=agent), 10005, "ACCESS DENIED"
    )


def test_in_any_case(caller: Caller) -> None:
    query = f"recording/list?access_token={caller.token}"

    check_success(caller.send("GET", query, agent="openapi"))


@pytest.mark.contract("yeastar", "C7")
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "X"])
@pytest.mark.parametrize("path", ["", "nothing", "recording", "get_token/", "x%0Ay"])
def test_no_such_interface(caller: Caller, method: str, path: str) -> None:
    check_failure(caller.send(method, path, b"{"), 10001, "INTERFACE NOT EXISTED")


@pytest.mark.contract("yeastar", "C7")
@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_another_method(caller: Caller, method: str, path: str) -> None:
    query = f"{path}?access_token={caller.token}"

    check_failure(caller.send(method, query, b"{}"), 10001, "INTERFACE NOT EXISTED")
    check_failure(caller.send("GET", POSTS[0]), 10001, "INTERFACE NOT EXISTED")


@pytest.mark.contract("yeastar", "C7")
@pytest.mark.parametrize("path", ["/openapi/v1.1/get_token", "/openapi", "/openapi/"])
def test_another_version(caller: Caller, path: str) -> None:
    check_failure(caller.send("POST", path), 10003, "API VERSION UNSUPPORTED")


@pytest.mark.contract("yeastar", "C7")
def test_every_code_is_of_the_table() -> None:
    assert {code.value: code.message for code in Errcode} == {
        -2: "INTERNAL SERVER ERROR",
        -1: "FAILURE",
        0: "SUCCESS",
        10001: "INTERFACE NOT EXISTED",
        10003: "API VERSION UNSUPPORTED",
        10004: "TOKEN EXPIRED",
        10005: "ACCESS DENIED",
        10009: "OPERATION FAILED",
        40001: "PARAMETER SYNTAX ERROR",
        40002: "PARAMETER ERROR",
        60001: "DATA NOT FOUND",
        60002: "MAX LIMITATION EXCEEDED",
    }


def test_a_fault_is_answered_and_logged(
    caller: Caller,
    found: CallRecording,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*args: Any, **options: Any) -> Any:
        raise RuntimeError("Zaunkoenig")

    monkeypatch.setattr("telephony.cdr.call_recordings_sought", broken)

    with caplog.at_level(logging.ERROR):
        answer = caller.get("recording/list")

    check_failure(answer, -2, "INTERNAL SERVER ERROR")
    assert "unexpected fault in openapi/v1.0/recording/list" in caplog.text
    assert describe(StorageFailed()).body["errcode"] == -2
