"""Every failure below a dialect's mount is in that dialect's shape.

The views' own errors and those that no view sees: unknown paths, a bad Host header,
a fault in the middleware.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from medisync.accounts.models import User
from medisync.http.client import actor_of
from tests.conftest import Bearer
from tests.platform.shapes import (
    Shape,
    laml,
    native,
    nuxera,
    nuxera_auth,
    page,
    pseries,
    recording,
    yeastar,
)

pytestmark = [
    pytest.mark.contract("medisync", "1.4"),
    pytest.mark.contract("medisync", "1.6"),
    pytest.mark.contract("medisync", "12", "rule"),
    pytest.mark.contract("nuxera", "1"),
    pytest.mark.contract("yeastar", "A1"),
    pytest.mark.contract("yeastar", "C7"),
    pytest.mark.contract("laml", "7"),
]

ID = "0123456789abcdef01234567"
UUID = "6fa459ea-ee8a-3ca4-894e-db77e160355e"


@dataclass(frozen=True)
class Mount:
    shape: Shape
    known: str
    unknown: tuple[str, ...]
    wrong_method: str = "PATCH"


MOUNTS = {
    "native": Mount(
        native,
        "/api/user/profile",
        (
            "/api",
            "/api/",
            "/api/nothing",
            "/api/login/",
            "/api/user",
            "/api/appointments",
            "/api/appointments/get/",
            "/api/notes/",
            "/api/patients/x/y",
            "/api//login",
            "/api/%0a",
            "/api/x%00y",
            "/api/v2",
            "/api/lamla",
            "/api/deleted",
            "/api/" + "x" * 5000,
        ),
    ),
    "recording": Mount(
        recording,
        f"/api/recordings/get/{ID}",
        (
            "/api/recordings/get/",
            f"/api/recordings/get/{ID}/",
            "/api/recordings/get/a/b",
        ),
    ),
    "nuxera": Mount(
        nuxera,
        "/api/download",
        ("/api/download/", "/api/delete/x", "/api/delete-all/", "/api/delete/%0a"),
    ),
    "nuxera_auth": Mount(
        nuxera_auth,
        "/api/auth/me",
        (
            *("/api/auth", "/api/auth/", "/api/auth/nothing", "/api/auth/login/"),
            *("/api/apiKeys/x", "/api/apiKeys/1/x", "/api/apiKeys/-1"),
            *("/api/transcribe/", "/api/transcribe/v3", "/api/dictate/"),
            "/api/supported-specialities/",
        ),
    ),
    "engine": Mount(nuxera_auth, "/api/transcribe", ()),
    "yeastar": Mount(
        yeastar,
        "/api/v1.1.0/heartbeat",
        (
            "/api/v1.1.0",
            "/api/v1.1.0/",
            "/api/v1.1.0/nothing",
            "/api/v1.1.0/recording/",
            "/api/v1.10",
            "/api/v1.10/nothing",
            "/api/v1.1.0/%0a",
            "/api/v2.0.0",
            "/api/v2.0.0/nothing",
        ),
    ),
    "pseries": Mount(
        pseries,
        "/openapi/v1.0/recording/list",
        (
            "/openapi",
            "/openapi/",
            "/openapi/v1.0",
            "/openapi/v1.0/nothing",
            "/openapi/v2.0/recording/list",
            "/api/download/Recording-",
            "/api/download/CDR-x/y",
            "/openapi/v1.0/%0a",
        ),
    ),
    "laml": Mount(
        laml,
        f"/2010-04-01/Accounts/{UUID}/Recordings/{UUID}",
        (
            "/2010-04-01",
            "/2010-04-01/",
            "/2010-04-01/nothing",
            "/api/laml",
            "/api/laml/",
            "/api/laml/2010-04-01",
            "/api/laml/2010-04-01/nothing",
            "/api/laml/2008-08-01/Accounts",
            "/2010-04-01/%0a",
        ),
    ),
    "page": Mount(page, "/", ("/nothing", "/API/login", "/2010", "/apix", "/%0a")),
}

UNKNOWN = [
    pytest.param(mount.shape, path, id=f"{name}-{path[:40]}")
    for name, mount in MOUNTS.items()
    for path in mount.unknown
]
KNOWN = [
    pytest.param(mount.shape, mount.known, id=name) for name, mount in MOUNTS.items()
]
DIALECTS = KNOWN[:-1]


@pytest.mark.parametrize(("shape", "path"), UNKNOWN)
def test_an_unknown_path(client: Client, db: None, shape: Shape, path: str) -> None:
    status = 400 if "%00" in path else 404
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X"):
        if method == "OPTIONS" and shape is yeastar:
            continue  # A browser's question, which this dialect answers itself.
        shape(client.generic(method, path, b"{", "text/plain"), status)
    assert client.head(path).status_code in (status, 200)


@pytest.mark.parametrize("name", list(MOUNTS)[:-1])
def test_nothing_is_kept_by_a_cache(client: Client, db: None, name: str) -> None:
    mount = MOUNTS[name]
    answers = [client.get(path) for path in (mount.known, *mount.unknown)]
    answers.append(client.get(mount.known, headers={"Host": "evil.example"}))

    for answer in answers:
        assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(("shape", "path"), DIALECTS)
def test_what_is_refused_is_not_named_as_allowed(
    client: Client, db: None, shape: Shape, path: str
) -> None:
    answer = client.options(path)

    assert answer.status_code == 200 or "OPTIONS" not in answer["Allow"]


@pytest.mark.parametrize(("shape", "path"), UNKNOWN)
def test_an_unknown_path_with_a_token_or_csrf_checks(
    bearer: Bearer, doctor: User, shape: Shape, path: str
) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)

    answer = strict.post(path, b"{}", "application/json", headers=bearer(doctor))

    shape(answer, 400 if "%00" in path else 404)


@pytest.mark.parametrize(("shape", "path"), KNOWN)
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:x", "a b", "[::1", "", "a" * 300, "../x"]
)
def test_a_bad_host(
    client: Client, db: None, shape: Shape, path: str, host: str
) -> None:
    answer = client.get(path, headers={"Host": host})

    shape(answer, 400)
    assert "evil" not in answer.content.decode()


@pytest.mark.parametrize(("shape", "path"), KNOWN)
def test_a_path_with_nul(client: Client, db: None, shape: Shape, path: str) -> None:
    shape(client.get(f"{path}/%00".replace("//", "/")), 400)


@pytest.mark.parametrize(("shape", "path"), KNOWN)
def test_a_fault_in_the_middleware(
    client: Client,
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    shape: Shape,
    path: str,
) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError("boom: Lena Vogel")

    monkeypatch.setattr(
        "django.middleware.common.CommonMiddleware.process_request", fail
    )

    answer = client.get(path)

    shape(answer, 500)
    assert "boom" not in answer.content.decode()
    faults = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert faults
    assert "boom" not in " ".join(one.getMessage() for one in faults)


@pytest.mark.parametrize(("shape", "path"), DIALECTS)
def test_a_fault_in_a_view(
    client: Client,
    bearer: Bearer,
    doctor: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    shape: Shape,
    path: str,
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise RuntimeError("boom: Lena Vogel")

    monkeypatch.setattr("medisync.http.view.DialectView.initial", fail)

    answer = client.get(path, headers=bearer(doctor))

    shape(answer, 500)
    assert "boom" not in answer.content.decode()
    assert [one for one in caplog.records if one.levelno >= logging.ERROR]


@pytest.mark.parametrize(("shape", "path"), DIALECTS)
def test_a_wrong_method(
    client: Client, bearer: Bearer, doctor: User, shape: Shape, path: str
) -> None:
    answer = client.patch(path, b"{", "text/x", headers=bearer(doctor))

    shape(answer, 405)


@pytest.mark.parametrize(
    ("shape", "path"),
    [
        (native, "/api/login"),
        (native, "/api/register"),
        (native, "/api/reset-password"),
        (native, "/api/forgot-password"),
        (native, "/api/patients/add"),
        (native, "/api/patients/add_and_link"),
        (native, "/api/appointments/add"),
        (native, f"/api/notes/add/{ID}"),
        (nuxera_auth, "/api/auth/login"),
        (nuxera_auth, "/api/auth/change-password"),
        (nuxera_auth, "/api/apiKeys"),
    ],
)
class TestBodies:
    @pytest.mark.parametrize(
        "kind",
        [
            *("text/plain", "application/xml", "", "multipart/form-data; boundary=x"),
            *("application/x-www-form-urlencoded", "x" * 300, "application/json5"),
        ],
    )
    def test_another_type(
        self,
        client: Client,
        bearer: Bearer,
        doctor: User,
        shape: Shape,
        path: str,
        kind: str,
    ) -> None:
        answer = client.post(path, b'{"a": 1}', kind, headers=bearer(doctor))

        shape(answer, 415)

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"nonsense",
            b"\xff\xfe",
            b"\xef\xbb\xbf{}",
            b'"\xed\xa0\x80"',
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b"1" * 10_000,
            b'{"a": NaN}',
            b'{"a": Infinity}',
            b"{} {}",
            b"\0",
        ],
        ids=lambda body: repr(body[:12]),
    )
    def test_what_is_not_json(
        self,
        client: Client,
        bearer: Bearer,
        doctor: User,
        shape: Shape,
        path: str,
        body: bytes,
    ) -> None:
        answer = client.post(path, body, "application/json", headers=bearer(doctor))

        shape(answer, 400)

    @pytest.mark.parametrize(
        "body", [b"[]", b"null", b'"text"', b"5", b"1e999", b"true", b"", b"[{}]"]
    )
    def test_what_is_no_object(
        self,
        client: Client,
        bearer: Bearer,
        doctor: User,
        shape: Shape,
        path: str,
        body: bytes,
    ) -> None:
        answer = client.post(path, body, "application/json", headers=bearer(doctor))

        shape(answer, 400)

    def test_too_much(
        self, client: Client, bearer: Bearer, doctor: User, shape: Shape, path: str
    ) -> None:
        body = json.dumps({"x": "y" * 3_000_000})

        answer = client.post(path, body, "application/json", headers=bearer(doctor))

        shape(answer, 413)


def test_an_actor_is_somebody_or_the_public(rf: Any, doctor: User) -> None:
    request = rf.get("/")
    request.user = doctor

    assert actor_of(request).id == doctor.pk
