"""One password tried on every name: the lock counts names, this counts tries."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

LIMIT = 5


@pytest.fixture(autouse=True)
def _few(settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign-ins": {"standard": LIMIT}}


def nuxera(client: Client, name: str) -> Any:
    body = {"username": name, "password": "winter-2026"}
    return client.post("/api/auth/login", body, content_type="application/json")


def page(client: Client, name: str) -> Any:
    return client.post("/sign-in", {"email": name, "password": "winter-2026"})


@pytest.mark.parametrize("door", [nuxera, page])
def test_an_address_has_so_many_tries_an_hour(
    client: Client, db: None, door: Any
) -> None:
    answers = [door(client, f"doctor{n}@clinic.example") for n in range(LIMIT + 1)]

    assert 429 not in [answer.status_code for answer in answers[:-1]]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0
    client.defaults["REMOTE_ADDR"] = "203.0.113.9"
    assert door(client, "doctor@clinic.example").status_code != 429


def test_the_answer_is_in_the_dialects_shape(client: Client, db: None) -> None:
    for n in range(LIMIT):
        nuxera(client, f"doctor{n}@clinic.example")
    assert set(nuxera(client, "one@clinic.example").json()) == {"error", "message"}
