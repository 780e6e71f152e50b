"""Every failure below both mounts is one JSON object (contract 7)."""

from __future__ import annotations

import logging
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404
from django.test import Client
from rest_framework.exceptions import NotAcceptable, Throttled, UnsupportedMediaType

from recordings.errors import RenditionFailed, StorageFailed
from telephony.api.laml import views
from telephony.api.laml.errors import describe
from telephony.models import CallRecording
from tests.telephony import speech

pytestmark = pytest.mark.contract("laml", "7")

A = "/Accounts/{account}"


def check(response: Any, status: int, code: int) -> None:
    assert response.status_code == status
    assert response["Content-Type"].startswith("application/json")
    body = response.json()
    assert list(body) == ["code", "message", "more_info", "status"]
    assert (type(body["code"]), body["code"]) == (int, code)
    assert (type(body["status"]), body["status"]) == (int, status)
    assert body["message"]
    url = urlsplit(body["more_info"])
    assert (url.scheme, bool(url.netloc)) == ("https", True)
    assert ("WWW-Authenticate" in response) == (status == 401)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/x",
        "/Accounts/",
        "/Accounts/x/y/z",
        f"{A}/Recordings/",
        f"{A}/recordings/{{sid}}",
        f"{A}/recordings/{{sid}}.json",
        "/accounts/{account}/Recordings/{sid}",
        f"{A}/Recordings/{{sid}}/",
        f"{A}/Recordings/{{sid}}.json/",
        f"{A}/Recordings/{{sid}}.xml",
        f"{A}/Recordings/{{sid}}.JSON",
        f"{A}/Recordings/{{sid}}.ogg",
        f"{A}/Recordings/{{sid}}.",
        f"{A}/Recordings/{{sid}}.wav.mp3",
        f"{A}/Recordings/{{sid}}/x/y",
        f"{A}/Recordings/..%2F..%2Fetc%2Fpasswd",
        f"{A}/Recordings/%0A",
        f"{A}/Recordings/%FF%FE",
        "/x%0Ay",
        "/x%0Ay/%ED%A0%80",
        "//",
        "/" + "x" * 5000,
    ],
)
def test_an_unknown_path(
    client: Client, mount: str, desk: speech.Client, found: CallRecording, path: str
) -> None:
    url = mount + path.format(account=desk.sid, sid=found.pk)

    for headers in ({}, desk.basic):
        check(client.get(url, headers=headers), 404, 20404)
    if "/Recordings/" not in path:
        check(client.post(url, b"{", content_type="application/json"), 404, 20404)


@pytest.mark.parametrize("ending", ["", ".wav", ".mp3"])
def test_media_of_nothing(
    client: Client, mount: str, desk: speech.Client, found: CallRecording, ending: str
) -> None:
    for account in (desk.sid, str(uuid.uuid4()), "x"):
        for sid in (str(uuid.uuid4()), "x", "%41"):
            url = f"{mount}/Accounts/{account}/Recordings/{sid}{ending}"
            check(client.get(url), 404, 20404)
    url = f"{mount}/Accounts/{uuid.uuid4()}/Recordings/{found.pk}{ending}"
    check(client.get(url), 404, 20404)


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "OPTIONS", "TRACE", "QUERY"]
)
@pytest.mark.parametrize("ending", ["", ".wav", ".mp3", ".json"])
def test_a_wrong_method(
    client: Client,
    mount: str,
    desk: speech.Client,
    found: CallRecording,
    ending: str,
    method: str,
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}{ending}"

    response = client.generic(
        method, url, b"<x/>", content_type="text/xml", headers=desk.basic
    )

    check(response, 405, 20004)
    assert "GET" in response["Allow"]


def test_credentials(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}.json"

    check(client.get(url), 401, 20003)


@pytest.mark.parametrize(
    ("error", "status"),
    [(RuntimeError("boom"), 500), (RenditionFailed(), 500), (StorageFailed(), 503)],
    ids=["fault", "rendition", "storage"],
)
def test_an_unexpected_fault(
    client: Client,
    mount: str,
    desk: speech.Client,
    found: CallRecording,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(views, "serve", fail)
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}"

    response = client.get(url)

    check(response, status, 20504)
    assert "boom" not in response.content.decode()
    assert [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert str(found.pk) not in " ".join(r.getMessage() for r in caplog.records)


def test_a_client_that_sends_a_body_with_get_is_served(
    client: Client, mount: str, desk: speech.Client, found: CallRecording
) -> None:
    url = f"{mount}/Accounts/{desk.sid}/Recordings/{found.pk}.json"

    response = client.generic(
        "GET", url, b"\xff{", content_type="application/x", headers=desk.basic
    )

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (SuspiciousOperation(), 400, 10000),
        (PermissionDenied(), 401, 20003),
        (Http404(), 404, 20404),
        (RequestDataTooBig(), 413, 10000),
        (UnsupportedMediaType("text/xml"), 415, 10000),
        (Throttled(), 429, 20429),
        (NotAcceptable(), 406, 10000),
        (ZeroDivisionError(), 500, 20504),
    ],
)
def test_whatever_the_framework_raises(
    error: Exception, status: int, code: int
) -> None:
    reply = describe(error)

    assert (reply.status, reply.body["status"], reply.body["code"]) == (
        status,
        status,
        code,
    )
    assert reply.body["more_info"].startswith("https://")
