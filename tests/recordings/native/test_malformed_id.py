"""An appointment's id that is none (contract medisync 12, and 6.4's exception)."""

from __future__ import annotations

import pytest
from django.test import Client

from medisync.accounts.models import User
from tests.conftest import Bearer

pytestmark = [
    pytest.mark.contract("medisync", "1.2"),
    pytest.mark.contract("medisync", "12", "rule"),
]


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("POST", "/api/recordings/add/no-id", "Missing or invalid appointment ID"),
        ("GET", "/api/recordings/no-id", "Missing or invalid appointment ID"),
        ("DELETE", "/api/recordings/no-id", "Missing or invalid appointment ID"),
        ("GET", "/api/recordings/get/no-id", "Recording not found"),
    ],
)
def test_it_is_refused_with_the_documented_sentence(
    client: Client, bearer: Bearer, doctor: User, method: str, path: str, error: str
) -> None:
    answer = client.generic(method, path, headers=bearer(doctor))

    assert answer.status_code == 400
    assert answer.json() == {"success": False, "error": error}
