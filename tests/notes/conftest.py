from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from appointments.models import Appointment
from medisync.accounts.models import User
from tests.conftest import Bearer
from tests.factories import AppointmentFactory

Call = Callable[..., Any]


@pytest.fixture
def visit(doctor: User) -> Appointment:
    return AppointmentFactory.create(doctor=doctor)


@pytest.fixture
def call(client: Client, bearer: Bearer, doctor: User) -> Call:
    """``call(method, path below /api/, body, by=user)``; the doctor by default."""

    def send(method: str, path: str, body: Any = None, *, by: User = doctor) -> Any:
        return client.generic(
            method,
            f"/api/{path}",
            body if isinstance(body, (str, bytes)) else _json(body),
            content_type="application/json",
            headers=bearer(by),
        )

    return send


def _json(body: Any) -> str:
    return "" if body is None else json.dumps(body)
