"""Requests an hour, by tier (contract medisync 1.7)."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client

from medisync.accounts.models import Tier, User
from medisync.lib import allowance
from tests.conftest import Bearer
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.contract("medisync", "1.7")

PROFILE = "/api/user/profile"
LIMITED = {
    "success": False,
    "error": "Rate limit exceeded",
    "code": "RATE_LIMIT_EXCEEDED",
}
HOUR = 1_800_000_000 // 3600 * 3600


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The throttle's time, at the start of an hour; the cache keeps the real one."""
    clock = Clock(HOUR)
    monkeypatch.setattr(allowance, "time", clock)
    return clock


@pytest.fixture
def few(settings: Any) -> None:
    settings.RATE_LIMITS = {
        "requests": {"standard": 3, "premium": 5},
        "uploads": {"standard": 1, "premium": 2},
    }


def test_the_documented_limits(settings: Any) -> None:
    assert (
        settings.RATE_LIMITS.items()
        >= {
            "requests": {"standard": 1000, "premium": 5000},
            "uploads": {"standard": 50, "premium": 200},
        }.items()
    )


@pytest.mark.parametrize(("tier", "limit"), [(Tier.STANDARD, 3), (Tier.PREMIUM, 5)])
def test_a_tier_has_so_many_requests(
    client: Client,
    bearer: Bearer,
    clock: Clock,
    few: None,
    db: None,
    tier: str,
    limit: int,
) -> None:
    headers = bearer(UserFactory.create(tier=tier))
    clock.now += 600

    for used in range(1, limit + 1):
        answer = client.get(PROFILE, headers=headers)
        assert answer.status_code == 200
        assert answer["X-RateLimit-Limit"] == str(limit)
        assert answer["X-RateLimit-Remaining"] == str(limit - used)
        assert answer["X-RateLimit-Reset"] == str(HOUR + 3600)
        assert "Retry-After" not in answer
    refused = client.get(PROFILE, headers=headers)

    assert (refused.status_code, refused.json()) == (429, LIMITED)
    assert refused["X-RateLimit-Remaining"] == "0"
    assert refused["X-RateLimit-Limit"] == str(limit)
    assert int(refused["Retry-After"]) > 0


def test_retry_after_is_kept(
    client: Client, bearer: Bearer, clock: Clock, few: None, doctor: User
) -> None:
    headers = bearer(doctor)
    clock.now += 1234
    for _ in range(3):
        client.get(PROFILE, headers=headers)
    wait = int(client.get(PROFILE, headers=headers)["Retry-After"])

    clock.now += wait - 2
    assert client.get(PROFILE, headers=headers).status_code == 429
    clock.now += 2
    assert client.get(PROFILE, headers=headers).status_code == 200


def test_retry_after_is_kept_in_the_hour_after(
    client: Client, bearer: Bearer, clock: Clock, few: None, doctor: User
) -> None:
    headers = bearer(doctor)
    for _ in range(3):
        client.get(PROFILE, headers=headers)
    clock.now = HOUR + 3600 + 300
    refused = client.get(PROFILE, headers=headers)
    while refused.status_code == 200:
        refused = client.get(PROFILE, headers=headers)
    wait = int(refused["Retry-After"])

    clock.now += wait - 2
    assert client.get(PROFILE, headers=headers).status_code == 429
    clock.now += 2
    assert client.get(PROFILE, headers=headers).status_code == 200


def test_an_hour_later_all_are_back(
    client: Client, bearer: Bearer, clock: Clock, few: None, doctor: User
) -> None:
    headers = bearer(doctor)
    for _ in range(3):
        client.get(PROFILE, headers=headers)

    clock.now += 2 * 3600
    assert client.get(PROFILE, headers=headers)["X-RateLimit-Remaining"] == "2"


def test_the_window_rolls(
    client: Client, bearer: Bearer, clock: Clock, few: None, doctor: User
) -> None:
    """A burst over the turn of the hour is not twice the limit."""
    headers = bearer(doctor)
    clock.now = HOUR + 3599
    for _ in range(3):
        client.get(PROFILE, headers=headers)

    clock.now = HOUR + 3601
    assert client.get(PROFILE, headers=headers).status_code == 429


def test_errors_count_and_carry_the_headers(
    client: Client, bearer: Bearer, clock: Clock, few: None, doctor: User
) -> None:
    headers = bearer(doctor)

    answers = [
        client.get("/api/appointments/get/x", headers=headers),
        client.put("/api/appointments/add", headers=headers),
        client.post("/api/notes/add/x", "{", "application/json", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [400, 405, 400]
    assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0"]


def test_people_have_their_own_limits(
    client: Client,
    bearer: Bearer,
    clock: Clock,
    few: None,
    doctor: User,
    other_doctor: User,
) -> None:
    for _ in range(4):
        last = client.get(PROFILE, headers=bearer(doctor))

    assert last.status_code == 429
    assert client.get(PROFILE, headers=bearer(other_doctor)).status_code == 200


def test_without_a_token_the_address_counts(
    client: Client, clock: Clock, few: None, doctor: User
) -> None:
    def log_in(address: str) -> Any:
        return client.post(
            "/api/login",
            {"email": doctor.email, "password": PASSWORD},
            content_type="application/json",
            REMOTE_ADDR=address,
        )

    assert [log_in("198.51.100.7").status_code for _ in range(4)] == [200] * 3 + [429]
    assert log_in("198.51.100.7").json() == LIMITED
    assert log_in("198.51.100.8").status_code == 200
    # One home has all addresses of its network.
    of_one = [log_in(f"2001:db8:1:2::{n}").status_code for n in range(4)]
    assert of_one == [200] * 3 + [429]
    assert log_in("2001:db8:1:3::1").status_code == 200


def test_health_has_no_limit(client: Client, clock: Clock, few: None, db: None) -> None:
    for _ in range(6):
        answer = client.get("/api/health")

    assert answer.status_code == 200
    assert "X-RateLimit-Limit" not in answer


def test_a_count_is_right_at_any_load(clock: Clock) -> None:
    """Ten threads, each with a connection of its own to the cache."""
    with ThreadPoolExecutor(10) as pool:
        taken = list(pool.map(lambda _: allowance.take("x", 50), range(200)))

    assert sum(1 for one in taken if not one.retry_after) == 50


def test_times_are_real() -> None:
    taken = allowance.take("x", 10)

    assert 0 < taken.reset - time.time() <= 3600
