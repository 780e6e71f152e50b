from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from appointments.models import Appointment
from medisync.accounts.models import User
from tests.conftest import Bearer
from tests.factories import AppointmentFactory
from tests.notes.documents import Send
from tests.notes.pdf import pdf

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


@pytest.fixture
def send(client: Client, bearer: Bearer, doctor: User) -> Send:
    """Uploads; the name and the type say what they like."""

    def upload(
        method: str,
        path: str,
        data: bytes,
        *,
        name: str = "Befund.PDF",
        part: str = "document",
        by: User = doctor,
    ) -> Any:
        file = SimpleUploadedFile(name, data, "application/octet-stream")
        return client.generic(
            method,
            f"/api/documents/{path}",
            encode_multipart(BOUNDARY, {part: file}),
            content_type=MULTIPART_CONTENT,
            headers=bearer(by),
        )

    return upload


@pytest.fixture
def added(send: Send, visit: Appointment) -> dict[str, Any]:
    data: dict[str, Any] = send("POST", f"add/{visit.pk}", pdf()).json()["data"]
    return data


def _json(body: Any) -> str:
    return "" if body is None else json.dumps(body)
