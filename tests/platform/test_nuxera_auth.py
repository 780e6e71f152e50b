"""POST /api/auth/login and GET /api/auth/me (contract nuxera 2)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.http.people.nuxera.wire import numeric_id
from tests.conftest import Bearer
from tests.factories import PASSWORD, StaffFactory, UserFactory

pytestmark = [
    pytest.mark.contract("nuxera", "2.1"),
    pytest.mark.contract("nuxera", "2.2"),
]

LOGIN, ME = "/api/auth/login", "/api/auth/me"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FAILED = {"error": "Authentication failed", "message": "Invalid username or password"}
REQUIRED = {
    "error": "Authentication required",
    "message": "Invalid or missing authentication token",
}


def post(client: Client, body: Any) -> Any:
    return client.post(LOGIN, body, content_type="application/json")


@pytest.mark.parametrize("role", ["physician", "staff", "admin"])
def test_login(client: Client, db: None, role: str) -> None:
    user = StaffFactory.create() if role == "staff" else UserFactory.create()
    if role == "admin":
        user.is_superuser = True
        user.save(update_fields=["is_superuser"])

    answer = post(client, {"username": user.email, "password": PASSWORD})

    assert answer.status_code == 200
    body = answer.json()
    token = body.pop("token")
    assert body == {
        "user": {
            "id": user.pk,
            "username": user.email,
            "email": user.email,
            "role": role,
        }
    }
    assert token.count(".") == 2
    me = client.get(ME, headers={"Authorization": f"Bearer {token}"})
    assert me.status_code == 200
    assert MOMENT.fullmatch(me.json()["last_login"])
    assert AuditEvent.objects.filter(action="user.sign_in", actor_id=user.pk).exists()


def test_me(client: Client, bearer: Bearer, doctor: User) -> None:
    answer = client.get(ME, headers=bearer(doctor))

    assert answer.status_code == 200
    body = answer.json()
    for key in ("created_at", "updated_at"):
        assert MOMENT.fullmatch(body.pop(key))
    assert type(body["id"]) is int
    assert 0 < body.pop("id") < 2**53
    assert body == {
        "email": doctor.email,
        "status": "active",
        "last_login": None,
        "email_verified": True,
        "name": "Dr. Mira Okafor",
        "is_demo": False,
        "user_type": ["ai-medical-note"],
    }


@pytest.mark.parametrize("pk", ["0" * 24, "f" * 24, "66c0de11aa22bb33cc44aa00"])
def test_the_number_fits_javascript(pk: str) -> None:
    assert 0 < numeric_id(User(pk=pk)) < 2**53


def test_the_number_stays_and_differs(
    client: Client, bearer: Bearer, doctor: User, other_doctor: User
) -> None:
    first, again, other = (
        client.get(ME, headers=bearer(user)).json()["id"]
        for user in (doctor, doctor, other_doctor)
    )

    assert first == again != other


def test_failed_logins_are_alike(client: Client, doctor: User) -> None:
    inactive = UserFactory.create(is_active=False)
    unverified = UserFactory.create(is_verified=False)

    for body in (
        {"username": doctor.email, "password": "wrong"},
        {"username": "nobody", "password": PASSWORD},
        {"username": inactive.email, "password": PASSWORD},
        {"username": unverified.email, "password": PASSWORD},
    ):
        answer = post(client, body)

        assert (answer.status_code, answer.json()) == (401, FAILED)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x y",
        "Basic eDp5",
        "Token abc",
        "Bearer x",
    ],
)
def test_me_needs_a_token(client: Client, db: None, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}

    answer = client.get(ME, headers=headers)

    assert (answer.status_code, answer.json()) == (401, REQUIRED)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "x"},
        {"password": "x"},
        {"username": None, "password": "x"},
        {"username": ["x"], "password": "x"},
        {"username": "x\0", "password": "x"},
        {"username": "\ud800", "password": "x"},
        {"username": "x" * 255, "password": "x"},
        [],
        "null",
        "{",
    ],
)
def test_bad_input(client: Client, db: None, body: Any) -> None:
    answer = post(client, body)

    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "message"}
    assert answer.json()["error"] == "Bad request"
