"""GET /api/user/profile and /api/settings/subscription (contract medisync 3.3, 3.4)."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest
from django.test import Client

from medisync.accounts.models import User
from tests.conftest import Bearer
from tests.factories import UserFactory

pytestmark = [
    pytest.mark.contract("medisync", "3.3"),
    pytest.mark.contract("medisync", "3.4"),
]

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.mark.parametrize("query", ["", "?uid=", "?uid=0123456789abcdef01234567"])
def test_ones_own_profile(client: Client, bearer: Bearer, db: None, query: str) -> None:
    user = UserFactory.create(
        first_name="Mira",
        specialty="Neurology",
        ehr_system_type="Cerner",
        ehr_system_name="Ward system 2",
        subscription_until=datetime(2127, 1, 31, 23, 59, 59, tzinfo=timezone.utc),
    )

    answer = client.get(f"/api/user/profile{query}", headers=bearer(user))

    assert answer.status_code == 200
    body = answer.json()
    assert body["success"] is True
    data = body["data"]
    assert MOMENT.fullmatch(data.pop("createdAt"))
    assert MOMENT.fullmatch(data.pop("updatedAt"))
    assert data == {
        "name": "Dr. Mira Okafor",
        "email": user.email,
        "firstName": "Mira",
        "lastName": "Okafor",
        "title": "Dr.",
        "specialty": "Neurology",
        "ehr_system_type": "Cerner",
        "ehr_system_name": "Ward system 2",
        "isVerified": True,
        "subscriptionActive": True,
        "subscriptionExpiry": "2127-01-31T23:59:59.000Z",
    }


def test_a_subscription_that_is_over(client: Client, bearer: Bearer, db: None) -> None:
    over = datetime(2020, 1, 1, tzinfo=timezone.utc)
    user = UserFactory.create(subscription_until=over)

    answer = client.get("/api/settings/subscription", headers=bearer(user))

    assert answer.json() == {
        "success": True,
        "data": {
            "subscriptionActive": False,
            "subscriptionExpiry": "2020-01-01T00:00:00.000Z",
        },
    }


def test_no_subscription(client: Client, bearer: Bearer, doctor: User) -> None:
    doctor.subscription_until = None
    doctor.save(update_fields=["subscription_until"])

    data = client.get("/api/user/profile", headers=bearer(doctor)).json()["data"]

    assert (data["subscriptionActive"], data["subscriptionExpiry"]) == (False, None)


@pytest.mark.parametrize("path", ["/api/user/profile", "/api/settings/subscription"])
def test_it_needs_a_token(client: Client, db: None, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 401
    assert answer.json() == {
        "success": False,
        "error": "Authentication required",
        "code": "AUTH_REQUIRED",
    }
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
