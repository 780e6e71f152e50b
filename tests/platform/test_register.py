"""POST /api/register (contract medisync 3.2)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from medisync.accounts.models import Role, Tier, User
from medisync.audit.models import AuditEvent

pytestmark = pytest.mark.contract("medisync", "3.2")

URL = "/api/register"
BODY = {
    "title": "Dr.",
    "firstName": "Mira",
    "lastName": "Okafor",
    "email": "M.Okafor@Example.org",
    "password": "correct-horse-1",
    "specialty": "Neurology",
    "ehr_system_type": "Cerner",
    "ehr_system_name": "Ward system 2",
}


def post(client: Client, body: Any) -> Any:
    return client.post(URL, body, content_type="application/json")


def test_it_makes_a_clinician_who_has_yet_to_verify(client: Client, db: None) -> None:
    answer = post(client, BODY)

    user = User.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "success": True,
        "message": "User registered successfully. Please verify your email.",
        "user": {"id": user.pk, "email": "m.okafor@example.org", "isVerified": False},
    }
    assert user.doctor_name == "Dr. Mira Okafor"
    assert (user.specialty, user.ehr_system_type) == ("Neurology", "Cerner")
    assert (user.role, user.tier) == (Role.CLINICIAN, Tier.STANDARD)
    assert not user.has_subscription()
    assert not user.is_superuser
    event = AuditEvent.objects.get(action="user.add")
    assert (event.actor_kind, event.address) == ("public", "127.0.0.1")
    assert event.object_id == user.pk


def test_nobody_registers_a_rank(client: Client, db: None) -> None:
    rank = {"role": "staff", "is_superuser": True, "isVerified": True, "id": "x"}

    answer = post(client, BODY | rank)

    user = User.objects.get()
    assert answer.status_code == 201
    assert (user.role, user.is_superuser, user.is_verified) == (
        Role.CLINICIAN,
        False,
        False,
    )


@pytest.mark.parametrize("email", ["m.okafor@example.org", "M.OKAFOR@EXAMPLE.ORG"])
def test_an_address_registers_once(client: Client, db: None, email: str) -> None:
    post(client, BODY)

    answer = post(client, BODY | {"email": email})

    assert answer.status_code == 409
    assert answer.json() == {
        "success": False,
        "error": "Email already registered",
        "code": "EMAIL_EXISTS",
    }
    assert User.objects.count() == 1
    assert AuditEvent.objects.filter(action="user.add").count() == 1


@pytest.mark.parametrize("field", BODY)
@pytest.mark.parametrize(
    "value", [None, "", "  ", 5, ["x"], {"x": 1}, "a\0", "\ud800", "x" * 1001, "absent"]
)
def test_every_field_is_needed_and_is_text(
    client: Client, db: None, field: str, value: Any
) -> None:
    body: dict[str, Any] = BODY | {field: value}
    if value == "absent":
        del body[field]

    answer = post(client, body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION_ERROR"
    assert not User.objects.exists()


@pytest.mark.parametrize("email", ["okafor", "a@b", "a b@example.org", "@example.org"])
def test_a_bad_address(client: Client, db: None, email: str) -> None:
    answer = post(client, BODY | {"email": email})

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("password", "status"),
    [
        ("abcdefg1", 201),
        ("1234567ä", 201),
        ("abcdef1", 400),
        ("abcdefgh", 400),
        ("12345678", 400),
        ("--------", 400),
    ],
)
def test_the_looser_password_rule(
    client: Client, db: None, password: str, status: int
) -> None:
    answer = post(client, BODY | {"password": password})

    assert answer.status_code == status
    if status == 400:
        assert answer.json()["code"] == "VALIDATION_ERROR"
        assert password not in answer.json()["error"]
