"""Every failure below the mounts is the dialect's, and so are its headers."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

import pytest
from django.test import RequestFactory

from recordings.errors import RenditionFailed, StorageFailed
from telephony.api.yeastar import errors, views
from telephony.api.yeastar.versions import V1
from telephony.models import CallRecording
from tests.telephony.yeastar.caller import (
    MOUNT,
    NAME,
    Caller,
    audio_of,
    check_failure,
    check_headers,
    check_success,
)

pytestmark = [
    pytest.mark.contract("yeastar", "A1"),
    pytest.mark.contract("yeastar", "A9"),
]

POST_PATHS = [
    *["login", "token/refresh", "logout", "recording/get_random", "cdr/get_random"],
]
PATHS = [*POST_PATHS, "heartbeat", "recording/download", "cdr/download"]
UNKNOWN = [
    "",
    "x",
    "login/",
    "Login",
    "recording",
    "recording/",
    "recording/get_random/",
    "recording/download/" + NAME,
    "recording/..%2Flogin",
    "cdr/unknown",
    "extension/query",
    "%FF",
    "x%0Ay",
    "/login",
    "x" * 5000,
]


@pytest.mark.parametrize("path", UNKNOWN)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_unknown_paths(caller: Caller, mount: str, method: str, path: str) -> None:
    caller.mount = mount
    for query in ("", f"?token={caller.token}"):
        check_failure(caller.send(method, path + query, b"{"), "10003")


@pytest.mark.parametrize("path", POST_PATHS)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
def test_post_only(caller: Caller, mount: str, method: str, path: str) -> None:
    caller.mount = mount
    for query in ("", f"?token={caller.token}"):
        check_failure(caller.send(method, path + query, b"{}"), "20001")


@pytest.mark.parametrize("path", ["heartbeat", "recording/download"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
def test_wrong_methods(caller: Caller, method: str, path: str) -> None:
    check_failure(caller.send(method, f"{path}?token={caller.token}"), "20001")


def test_a_download_is_not_posted(caller: Caller, found: CallRecording) -> None:
    random = caller.get_random()

    check_failure(caller.download(random, method="POST"), "20001")
    audio_of(caller.download(random))


@pytest.mark.parametrize("path", [*PATHS, *UNKNOWN])
def test_a_browsers_preflight(db: None, mount: str, path: str) -> None:
    response = Caller(mount=mount).send(
        "OPTIONS",
        path,
        headers={
            "Origin": "https://app.example.org",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )

    assert (response.status_code, response.content) == (200, b"")
    check_headers(response)
    allowed = response["Access-Control-Allow-Headers"].lower()
    assert "content-type" in allowed.split(", ")
    assert "Access-Control-Allow-Credentials" not in response


def test_a_browsers_request_gets_the_headers_once(caller: Caller) -> None:
    response = caller.send(
        "POST",
        f"heartbeat?token={caller.token}",
        headers={"Origin": "https://app.example.org"},
    )

    check_success(response)


@pytest.mark.parametrize(
    ("error", "errno"),
    [
        (RuntimeError("boom"), "20010"),
        (RenditionFailed(), "20010"),
        (RecursionError("boom"), "20010"),
        (StorageFailed(), "20014"),
    ],
    ids=["fault", "rendition", "recursion", "storage"],
)
def test_faults_are_told_and_logged(
    caller: Caller,
    found: CallRecording,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    errno: str,
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(views, "serve", fail)
    random = caller.get_random()
    caplog.clear()

    check_failure(caller.download(random), errno)

    assert [r for r in caplog.records if r.levelno >= logging.ERROR]
    said = " ".join(record.getMessage() for record in caplog.records)
    for secret in (random, caller.token, NAME, "boom"):
        assert secret not in said


def test_refusals_are_not_logged_as_faults(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    check_failure(caller.download("0" * 32), "20014")
    check_failure(caller.post("nothing"), "10003")
    check_failure(caller.send("GET", "login"), "20001")

    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


def test_a_host_that_is_not_ours(db: None, mount: str) -> None:
    response = Caller(mount=mount).send(
        "GET", "login", headers={"Host": "evil.example.org"}
    )

    check_failure(response, "10003")


def test_a_nul_in_the_path(db: None, mount: str) -> None:
    check_failure(Caller(mount=mount).send("GET", "login%00"), "10003")


def test_a_body_announced_larger_than_allowed(db: None, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    check_failure(Caller().send("POST", "login", b"{" + b" " * 2000), "30001")


def test_a_caller_that_hangs_up_is_refused(db: None) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError

    request = RequestFactory().post(f"{MOUNT}/login", b"{}", "application/json")
    request._stream = Broken()

    response: Any = views.LoginView.as_view()(request, version=V1)

    assert response.status_code == 200
    assert response.data == {"status": "Failed", "errno": "10003"}


def test_every_errno_is_of_the_table() -> None:
    """Contract A9; the meaning of 20012 and 20014 is v1.1.0's."""
    meanings = {errno.name: errno.value for errno in errors.Errno}

    assert meanings == {
        "REQUEST_UNSUPPORTED": "10003",
        "PARAMETER_BLANK": "10004",
        "EXTENSION_UNKNOWN": "10006",
        "BODY_NOT_JSON": "20000",
        "POST_ONLY": "20001",
        "USER_LOCKED": "20002",
        "CREDENTIALS_WRONG": "20003",
        "TOKEN_UNKNOWN": "20004",
        "TOKEN_BLANK": "20005",
        "TOKEN_EXPIRED": "20006",
        "BODY_BLANK": "20007",
        "PORT_INVALID": "20008",
        "HANDOVER_FAILED": "20010",
        "HEARTBEAT_FAILED": "20011",
        "RANDOM_INVALID": "20012",
        "RECORDING_MISSING": "20014",
        "ALLOWEDIP_INVALID": "20015",
        "CALLS_TIME_INVALID": "20019",
        "CALLS_RANDOM_INVALID": "20020",
        "CALLS_MISSING": "20021",
        "JSON_ALLOCATION_FAILED": "30001",
    }
