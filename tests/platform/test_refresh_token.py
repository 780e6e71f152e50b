"""POST /api/refresh-token (contract medisync, row 47: a gap)."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.test import Client

from medisync.accounts.models import User
from medisync.accounts.tokens import DAY, MONTH, issue_token
from tests.conftest import Bearer

pytestmark = pytest.mark.contract("medisync", "13", "POST /refresh-token")

URL = "/api/refresh-token"


@pytest.mark.parametrize("lifetime", [DAY, MONTH])
def test_it_lives_as_long_as_the_one_before(
    client: Client, doctor: User, lifetime: timedelta
) -> None:
    token = issue_token(doctor, lifetime=lifetime)

    answer = client.post(URL, headers={"Authorization": f"Bearer {token}"})

    body = answer.json()
    assert answer.status_code == 200
    fresh = body.pop("token")
    assert body == {
        "success": True,
        "uid": doctor.pk,
        "userTitle": "Dr.",
        "firstName": "Mira",
        "lastName": "Okafor",
    }
    claims = jwt.decode(fresh, settings.SECRET_KEY, ["HS256"])
    assert set(claims) == {"userId", "iat", "exp"}
    assert claims["exp"] - claims["iat"] == lifetime.total_seconds()
    me = client.get("/api/user/profile", headers={"Authorization": f"Bearer {fresh}"})
    assert me.status_code == 200


def test_a_token_that_ended_is_not_refreshed(client: Client, doctor: User) -> None:
    old = issue_token(doctor, lifetime=timedelta(minutes=-1))

    answer = client.post(URL, headers={"Authorization": f"Bearer {old}"})

    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_TOKEN")
    assert client.post(URL).status_code == 401


def test_nor_one_of_somebody_who_left(
    client: Client, bearer: Bearer, doctor: User
) -> None:
    headers = bearer(doctor)
    doctor.is_active = False
    doctor.save(update_fields=["is_active"])

    assert client.post(URL, headers=headers).status_code == 401
