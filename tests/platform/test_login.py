"""POST /api/login (contract medisync 3.1)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.test import Client

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent, Outcome
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.contract("medisync", "3.1")

URL = "/api/login"
WRONG = {
    "success": False,
    "error": "Invalid email or password",
    "code": "INVALID_CREDENTIALS",
}


def post(client: Client, body: Any) -> Any:
    return client.post(URL, body, content_type="application/json")


def payload(token: str) -> dict[str, Any]:
    header, claims, _ = token.split(".")
    assert decoded(header) == {"alg": "HS256", "typ": "JWT"}
    return decoded(claims)


def decoded(part: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return result


@pytest.mark.parametrize(
    ("remember", "seconds"),
    [({}, 86400), ({"remember": False}, 86400), ({"remember": True}, 30 * 86400)],
)
def test_it_gives_a_token(
    client: Client, doctor: User, remember: dict[str, bool], seconds: int
) -> None:
    answer = post(
        client, {"email": doctor.email.upper(), "password": PASSWORD, **remember}
    )

    assert answer.status_code == 200
    body = answer.json()
    token = body.pop("token")
    assert body == {
        "success": True,
        "uid": doctor.pk,
        "userTitle": "Dr.",
        "firstName": "Mira",
        "lastName": "Okafor",
    }
    claims = payload(token)
    assert set(claims) == {"userId", "iat", "exp"}
    assert claims["userId"] == doctor.pk
    assert claims["exp"] - claims["iat"] == seconds
    profile = client.get(
        "/api/user/profile", headers={"Authorization": f"Bearer {token}"}
    )
    assert profile.status_code == 200


def test_a_sign_in_is_remembered(client: Client, doctor: User) -> None:
    before = doctor.updated_at

    post(client, {"email": doctor.email, "password": PASSWORD})

    event = AuditEvent.objects.get(action="user.sign_in")
    assert (event.actor_id, event.object_id) == (doctor.pk, doctor.pk)
    assert event.address == "127.0.0.1"
    doctor.refresh_from_db()
    assert doctor.last_login is not None
    assert doctor.updated_at == before


def test_wrong_credentials(client: Client, doctor: User) -> None:
    for body in (
        {"email": doctor.email, "password": "wrong-horse-1"},
        {"email": doctor.email, "password": PASSWORD + " "},
        {"email": "nobody@clinic.example", "password": PASSWORD},
        {"email": "İ" * 254, "password": PASSWORD},
        {"email": "no address", "password": PASSWORD},
    ):
        answer = post(client, body)

        assert (answer.status_code, answer.json()) == (401, WRONG)
    assert not AuditEvent.objects.filter(
        action="user.sign_in", outcome=Outcome.DONE
    ).exists()


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"is_active": False}, 401, "INVALID_CREDENTIALS"),
        ({"is_verified": False}, 403, "EMAIL_NOT_VERIFIED"),
    ],
)
def test_who_may_not_sign_in(
    client: Client, db: None, facts: dict[str, bool], status: int, code: str
) -> None:
    user = UserFactory.create(**facts)

    answer = post(client, {"email": user.email, "password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["success"] is False


def test_an_unverified_account_shows_only_to_its_owner(
    client: Client, db: None
) -> None:
    user = UserFactory.create(is_verified=False)

    answer = post(client, {"email": user.email, "password": "wrong-horse-1"})

    assert answer.json() == WRONG


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "doctor@clinic.example"},
        {"password": PASSWORD},
        {"email": "", "password": PASSWORD},
        {"email": None, "password": PASSWORD},
        {"email": ["doctor@clinic.example"], "password": PASSWORD},
        {"email": {"$ne": ""}, "password": {"$ne": ""}},
        {"email": 5, "password": PASSWORD},
        {"email": "a\0@clinic.example", "password": PASSWORD},
        {"email": "a\ud800@clinic.example", "password": PASSWORD},
        {"email": "doctor@clinic.example", "password": "a\0bcdefg1"},
        {"email": "doctor@clinic.example", "password": "a\udfffbcdefg1"},
        {"email": "doctor@clinic.example", "password": "x" * 1001},
        {"email": "x" * 255, "password": PASSWORD},
        {"email": "a@clinic.example", "password": PASSWORD, "remember": "perhaps"},
        {"email": "a@clinic.example", "password": PASSWORD, "remember": []},
        [],
        [{}],
        "text",
        "5",
        "null",
        "{",
        "",
    ],
)
def test_bad_input(client: Client, db: None, body: Any) -> None:
    answer = post(client, body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION_ERROR"
    assert answer.json()["success"] is False
    assert answer.json()["error"]
