"""Guessing passwords is stopped per account and address, in every dialect."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import F
from django.test import Client

from medisync.accounts.models import User
from tests.factories import PASSWORD

pytestmark = [
    pytest.mark.contract("medisync", "3.1"),
    pytest.mark.contract("nuxera", "2.1"),
]

LIMIT = 10
DOORS = {"/api/login": "email", "/api/auth/login": "username"}


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def attempt(
    client: Client,
    door: str,
    user: User,
    password: str = "wrong-horse-1",
    **headers: str,
) -> Any:
    body = {DOORS[door]: user.email, "password": password}
    return client.post(
        door,
        body,
        content_type="application/json",
        REMOTE_ADDR="198.51.100.7",
        headers=headers,
    )


def lock(client: Client, door: str, user: User) -> Any:
    for _ in range(LIMIT - 1):
        assert attempt(client, door, user).status_code == 401
    return attempt(client, door, user)


def check_locked(answer: Any, door: str) -> None:
    assert answer.status_code == 429
    assert answer["Content-Type"] == "application/json"
    assert 0 < int(answer["Retry-After"]) <= 900
    body = answer.json()
    if door == "/api/login":
        assert body["success"] is False
        assert body["code"] == "TOO_MANY_ATTEMPTS"
    else:
        assert set(body) == {"error", "message"}


def test_ten_failures_lock(client: Client, doctor: User, door: str) -> None:
    check_locked(lock(client, door, doctor), door)

    # The right password does not show itself either.
    check_locked(attempt(client, door, doctor, PASSWORD), door)


def test_the_lock_holds_at_every_door(client: Client, doctor: User, door: str) -> None:
    lock(client, door, doctor)

    for other in DOORS:
        check_locked(attempt(client, other, doctor, PASSWORD), other)


def test_the_case_of_the_address_is_no_way_around(
    client: Client, doctor: User, door: str
) -> None:
    lock(client, door, doctor)
    body = {DOORS[door]: f" {doctor.email.upper()} ", "password": PASSWORD}

    answer = client.post(
        door, body, content_type="application/json", REMOTE_ADDR="198.51.100.7"
    )

    check_locked(answer, door)


def test_others_are_not_locked_out(
    client: Client, doctor: User, other_doctor: User, door: str
) -> None:
    lock(client, door, doctor)

    assert attempt(client, door, other_doctor, PASSWORD).status_code == 200
    # Nor is the owner, who comes from another address.
    body = {DOORS[door]: doctor.email, "password": PASSWORD}
    home = client.post(
        door, body, content_type="application/json", REMOTE_ADDR="203.0.113.9"
    )
    assert home.status_code == 200


def test_a_forged_forwarding_header_is_no_way_around(
    client: Client, doctor: User, door: str
) -> None:
    lock(client, door, doctor)

    answer = attempt(
        client,
        door,
        doctor,
        PASSWORD,
        forwarded="for=10.9.8.7",
        x_forwarded_for="10.9.8.7",
    )

    check_locked(answer, door)


def test_success_forgets_the_failures(client: Client, doctor: User, door: str) -> None:
    for _ in range(3):
        for _ in range(LIMIT - 1):
            assert attempt(client, door, doctor).status_code == 401
        assert attempt(client, door, doctor, PASSWORD).status_code == 200


def test_the_lock_ends(client: Client, doctor: User, door: str) -> None:
    lock(client, door, doctor)
    AccessAttempt.objects.update(
        attempt_time=F("attempt_time")
        - settings.AXES_COOLOFF_TIME
        - timedelta(seconds=1)
    )

    assert attempt(client, door, doctor, PASSWORD).status_code == 200


def test_no_password_is_kept(client: Client, doctor: User, door: str) -> None:
    attempt(client, door, doctor)

    assert "wrong-horse-1" not in repr(list(AccessAttempt.objects.values()))


def test_a_query_of_any_content_is_survived(client: Client, doctor: User) -> None:
    body = {"email": doctor.email, "password": "wrong-horse-1"}

    answer = client.post(
        "/api/login?password=geheim&q=%00&r=%ED%A0%80",
        body,
        content_type="application/json",
    )

    assert answer.status_code == 401
    assert "geheim" not in repr(list(AccessAttempt.objects.values()))
