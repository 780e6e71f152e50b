"""Browser clients on other origins, as far as the operator allows them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.conftest import Bearer
from tests.factories import UserFactory

ALLOWED, OTHER = "https://ehr.example.org", "https://evil.example.org"
PATHS = [
    "/api/login",
    "/api/auth/login",
    "/api/recordings/get/0123456789abcdef01234567",
    "/api/download",
    "/openapi/v1.0/recording/list",
    "/api/download/Recording-x.wav",
    "/2010-04-01/Accounts/x/Recordings/y",
    "/api/laml/2010-04-01/Accounts/x/Recordings/y",
]


@pytest.fixture
def _allowed(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ALLOWED]


def preflight(client: Client, path: str, origin: str, *headers: str) -> Any:
    return client.options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": ", ".join(headers),
        },
    )


@pytest.mark.usefixtures("_allowed")
@pytest.mark.parametrize("path", PATHS)
def test_preflight(client: Client, db: None, path: str) -> None:
    answer = preflight(client, path, ALLOWED, "authorization", "range")

    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == ALLOWED
    assert "authorization" in answer["Access-Control-Allow-Headers"]
    assert "range" in answer["Access-Control-Allow-Headers"]
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert method in answer["Access-Control-Allow-Methods"]


@pytest.mark.usefixtures("_allowed")
@pytest.mark.parametrize("path", PATHS)
def test_no_other_origin(client: Client, db: None, path: str) -> None:
    for origin in (OTHER, "null", f"{ALLOWED}.evil.example", "http://ehr.example.org"):
        answer = preflight(client, path, origin, "authorization")

        assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize("path", PATHS)
def test_none_by_default(client: Client, db: None, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(client, path, ALLOWED)


@pytest.mark.usefixtures("_allowed")
def test_answers_and_errors_can_be_read(
    client: Client, bearer: Bearer, db: None
) -> None:
    headers = {"Origin": ALLOWED, **bearer(UserFactory.create())}

    for path, status in (
        ("/api/user/profile", 200),
        ("/api/nothing", 404),
        ("/api/download", 400),
    ):
        answer = client.get(path, headers=headers)

        assert answer.status_code == status
        assert answer["Access-Control-Allow-Origin"] == ALLOWED
        exposed = answer["Access-Control-Expose-Headers"]
        for name in ("Content-Disposition", "Content-Range", "ETag", "Retry-After"):
            assert name in exposed


@pytest.mark.usefixtures("_allowed")
def test_never_with_cookies(client: Client, db: None) -> None:
    answer = preflight(client, PATHS[0], ALLOWED)
    plain = client.get("/api/user/profile", headers={"Origin": ALLOWED})

    for response in (answer, plain):
        assert "Access-Control-Allow-Credentials" not in response


@pytest.mark.usefixtures("_allowed")
def test_pages_are_not_for_other_origins(client: Client, db: None) -> None:
    for path in ("/admin/login/", "/"):
        answer = client.get(path, headers={"Origin": ALLOWED})

        assert "Access-Control-Allow-Origin" not in answer
