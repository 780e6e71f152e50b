"""POST /api/auth/change-password (contract nuxera 2.3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from medisync.accounts.errors import InvalidCredentials
from medisync.accounts.models import Tier, User
from medisync.accounts.services import change_password
from medisync.audit.models import AuditEvent
from tests.conftest import Bearer
from tests.factories import PASSWORD

pytestmark = pytest.mark.contract("nuxera", "2.3")

URL = "/api/auth/change-password"
NEW = "new-horse-2"


def change(client: Client, body: Any, headers: dict[str, str]) -> Any:
    return client.post(URL, body, content_type="application/json", headers=headers)


def signs_in(client: Client, user: User, password: str) -> bool:
    body = {"username": user.email, "password": password}
    answer = client.post("/api/auth/login", body, content_type="application/json")
    return answer.status_code == 200


def test_the_new_one_counts_from_now_on(
    client: Client, bearer: Bearer, doctor: User
) -> None:
    before = bearer(doctor)

    answer = change(client, {"currentPassword": PASSWORD, "newPassword": NEW}, before)

    assert answer.status_code == 200
    assert answer.json()["message"] == "Password changed successfully"
    assert client.get("/api/auth/me", headers=before).status_code == 401
    after = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert client.get("/api/auth/me", headers=after).status_code == 200
    assert signs_in(client, doctor, NEW)
    assert not signs_in(client, doctor, PASSWORD)
    event = AuditEvent.objects.get(action="user.update")
    assert (event.actor_id, event.details) == (doctor.pk, {"fields": ["password"]})


def test_of_two_who_change_it_at_once_one_does(doctor: User) -> None:
    other = User.objects.get(pk=doctor.pk)
    change_password(doctor, NEW, address=None)

    with pytest.raises(InvalidCredentials):
        change_password(other, "other-horse-3", address=None)

    other.refresh_from_db()
    assert other.check_password(NEW)


def test_the_current_one_must_be_known(
    client: Client, bearer: Bearer, doctor: User
) -> None:
    body = {"currentPassword": "guess-1234", "newPassword": NEW}

    answers = [change(client, body, bearer(doctor)) for _ in range(11)]

    assert (answers[0].status_code, answers[0].json()) == (
        401,
        {"error": "Authentication failed", "message": "Invalid username or password"},
    )
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "900"
    doctor.refresh_from_db()
    assert doctor.check_password(PASSWORD)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"currentPassword": PASSWORD},
        {"newPassword": NEW},
        {"currentPassword": PASSWORD, "newPassword": "short1"},
        {"currentPassword": PASSWORD, "newPassword": "onlyletters"},
        {"currentPassword": PASSWORD, "newPassword": 12345678},
        {"currentPassword": PASSWORD, "newPassword": "new-horse-2\0"},
    ],
    ids=repr,
)
def test_bad_input(client: Client, bearer: Bearer, doctor: User, body: Any) -> None:
    answer = change(client, body, bearer(doctor))

    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "message"}
    doctor.refresh_from_db()
    assert doctor.check_password(PASSWORD)


def test_tries_are_counted_for_the_address_whatever_the_tier(
    client: Client, bearer: Bearer, doctor: User, other_doctor: User, settings: Any
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign-ins": {"standard": 2}}
    for user, tier in ((doctor, Tier.PREMIUM), (other_doctor, Tier.STANDARD)):
        user.tier = tier
        user.save(update_fields=["tier"])

    answers = [
        change(client, {}, bearer(user)) for user in (doctor, other_doctor, doctor)
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert set(answers[-1].json()) == {"error", "message"}


def test_a_token_is_needed(client: Client, db: None) -> None:
    assert change(client, {}, {}).status_code == 401
