"""Which bearer tokens are believed, by every dialect that takes them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from medisync.accounts.models import User
from medisync.accounts.tokens import issue_token
from tests.conftest import Bearer
from tests.factories import UserFactory

pytestmark = [
    pytest.mark.contract("medisync", "1.1"),
    pytest.mark.contract("nuxera", "1"),
]

INVALID = {
    "/api/user/profile": {
        "success": False,
        "error": "Invalid or expired token",
        "code": "INVALID_TOKEN",
    },
    "/api/auth/me": {
        "error": "Authentication required",
        "message": "Invalid or missing authentication token",
    },
}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forge(
    claims: Any,
    *,
    key: str | None = None,
    header: Any = None,
    digest: Any = hashlib.sha256,
) -> str:
    """A token made by hand, of whatever content."""
    key = settings.SECRET_KEY if key is None else key
    head = {"alg": "HS256", "typ": "JWT"} if header is None else header
    signed = ".".join(b64(json.dumps(part).encode()) for part in (head, claims))
    signature = hmac.new(key.encode(), signed.encode(), digest).digest()
    return f"{signed}.{b64(signature)}"


def claims(user: User, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    facts = {"userId": user.pk, "iat": now, "exp": now + 600, **changes}
    return {name: value for name, value in facts.items() if value is not None}


@pytest.fixture(params=INVALID)
def url(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def get(client: Client, url: str, token: str) -> Any:
    return client.get(url, headers={"Authorization": f"Bearer {token}"})


def check_refused(client: Client, url: str, token: str) -> None:
    answer = get(client, url, token)
    assert (answer.status_code, answer.json()) == (401, INVALID[url])
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_token_made_by_the_rules_is_believed(
    client: Client, doctor: User, url: str
) -> None:
    assert get(client, url, forge(claims(doctor))).status_code == 200
    assert get(client, url, issue_token(doctor)).status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_in_any_case(
    client: Client, doctor: User, url: str, scheme: str
) -> None:
    headers = {"Authorization": f"{scheme} {issue_token(doctor)}"}

    assert client.get(url, headers=headers).status_code == 200


def test_other_signatures(client: Client, doctor: User, url: str) -> None:
    good = claims(doctor)
    none = {"alg": "none", "typ": "JWT"}
    unsigned = forge(good, header=none).rpartition(".")[0] + "."
    head, body, signature = issue_token(doctor).split(".")
    for token in (
        forge(good, key="another key, long enough for HS256"),
        forge(good, key="another-key-of-the-same-shape-and-length", header=none),
        unsigned,
        forge(good, header={"alg": "None"}),
        forge(good, header={"alg": "HS512"}, digest=hashlib.sha512),
        forge(good, header={"alg": "RS256"}),
        forge(good, header={"alg": ["HS256"]}),
        forge(good, header={}),
        forge(good, header=[]),
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{head}.{body}.{signature[:-2]}",
        f"{head}.{b64(json.dumps(claims(UserFactory.create())).encode())}.{signature}",
        "x",
        "..",
        "a.b.c",
        "é.é.é",
        "x" * 5000,
    ):
        check_refused(client, url, token)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"exp": "soon"},
        {"exp": []},
        {"exp": True},
        {"exp": "99999999999"},
        {"exp": 10**30},
        {"exp": 1e300},
        {"iat": None},
        {"iat": "now"},
        {"iat": 0},
        {"iat": -(10**30)},
        {"userId": None},
        {"userId": 5},
        {"userId": []},
        {"userId": "0" * 24},
        {"userId": "a\0"},
        {"userId": "\ud800"},
        {"userId": "x" * 500},
    ],
    ids=repr,
)
def test_other_claims(
    client: Client, doctor: User, url: str, changes: dict[str, Any]
) -> None:
    check_refused(client, url, forge(claims(doctor, **changes)))


@pytest.mark.parametrize("content", [[], "x", 5, None, {"userId": {}}], ids=repr)
def test_other_contents(client: Client, db: None, url: str, content: Any) -> None:
    check_refused(client, url, forge(content))


def test_expiry(client: Client, doctor: User, url: str) -> None:
    check_refused(client, url, issue_token(doctor, lifetime=timedelta(minutes=-1)))


def test_someone_who_was_deactivated(
    client: Client, bearer: Bearer, doctor: User, url: str
) -> None:
    headers = bearer(doctor)
    assert client.get(url, headers=headers).status_code == 200
    doctor.is_active = False
    doctor.save(update_fields=["is_active"])

    answer = client.get(url, headers=headers)

    assert (answer.status_code, answer.json()) == (401, INVALID[url])


def test_someone_who_was_removed(client: Client, url: str, db: None) -> None:
    user = UserFactory.create()
    token = issue_token(user)
    user.delete()

    check_refused(client, url, token)


def test_a_new_password_ends_older_tokens(
    client: Client, doctor: User, url: str
) -> None:
    # Mostly of the very second in which it changes.
    old = issue_token(doctor)
    assert get(client, url, old).status_code == 200

    doctor.set_password("another-horse-2")
    doctor.save(update_fields=["password", "tokens_valid_from"])

    check_refused(client, url, old)
    assert get(client, url, issue_token(doctor)).status_code == 200


@pytest.mark.parametrize(
    "header", ["", " ", "Bearer", "Bearer ", "Bearer a b", "Basic eDp5", "token"]
)
def test_no_token_at_all(client: Client, db: None, header: str) -> None:
    answer = client.get("/api/user/profile", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.json()["code"] == "AUTH_REQUIRED"


def test_a_token_in_the_query_or_a_cookie_is_none(
    client: Client, doctor: User, url: str
) -> None:
    token = issue_token(doctor)
    client.cookies["Authorization"] = f"Bearer {token}"

    assert client.get(f"{url}?token={token}&access_token={token}").status_code == 401


def test_a_browser_session_is_no_token(client: Client, doctor: User, url: str) -> None:
    client.force_login(doctor, "django.contrib.auth.backends.ModelBackend")

    assert client.get(url).status_code == 401
