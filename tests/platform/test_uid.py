"""``uid`` beside a token (contract medisync 1.3 and 12)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from medisync.accounts.models import User
from tests.conftest import Bearer

pytestmark = pytest.mark.contract("medisync", "1.3")

PATHS = ["user/profile", "notes", "recordings", "appointments/doctors"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("uid", ["", "x", "user_123456", "0" * 24])
def test_it_is_ignored(
    client: Client, bearer: Bearer, doctor: User, path: str, uid: str
) -> None:
    answer = client.get(f"/api/{path}?uid={uid}", headers=bearer(doctor))

    assert answer.status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_it_must_be_ones_own_in_strict_mode(
    client: Client, bearer: Bearer, doctor: User, settings: Any, path: str
) -> None:
    settings.STRICT_UID = True

    def get(query: str) -> Any:
        return client.get(f"/api/{path}{query}", headers=bearer(doctor))

    assert get("").status_code == 200
    assert get(f"?uid={doctor.pk}").status_code == 200
    for uid in ("", "x", "0" * 24):
        answer = get(f"?uid={uid}")
        assert (answer.status_code, answer.json()) == (
            403,
            {"success": False, "error": "Access denied", "code": "FORBIDDEN"},
        )
    assert client.get(f"/api/{path}?uid=x").status_code == 401


def test_a_patients_uid_is_no_callers(
    client: Client, bearer: Bearer, doctor: User, settings: Any
) -> None:
    settings.STRICT_UID = True

    answer = client.get(
        f"/api/appointments/patients?uid={'0' * 24}", headers=bearer(doctor)
    )

    assert (answer.status_code, answer.json()["data"]) == (200, [])
