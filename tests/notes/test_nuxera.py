"""Nuxera's transcription and dictation: 501 without an engine (contract 4, 5, 7)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from medisync.accounts.api_keys import create_key
from medisync.accounts.models import User
from tests.conftest import Bearer

MISSING = {
    "error": "Not implemented",
    "message": "This server has no speech or language engine.",
}
PATHS = [
    pytest.param(path, marks=pytest.mark.contract("nuxera", clause))
    for path, clause in (
        ("transcribe", "4.1"),
        ("transcribe/v2", "4.3"),
        ("transcribe/medical-note", "4.4"),
        ("dictate", "5"),
    )
]


@pytest.fixture
def key(doctor: User) -> str:
    return create_key(doctor, name="Tablet", type="live", address=None)[1]


@pytest.mark.parametrize("path", PATHS)
def test_either_scheme(
    client: Client, bearer: Bearer, doctor: User, key: str, path: str
) -> None:
    for headers in ({"x-api-key": key}, {"X-API-Key": f" {key} "}, bearer(doctor)):
        answer = client.post(f"/api/{path}", headers=headers)
        assert (answer.status_code, answer.json()) == (501, MISSING)


@pytest.mark.contract("nuxera", "7")
@pytest.mark.parametrize("form", ["json", "hl7", "fhir"])
@pytest.mark.parametrize("path", PATHS)
def test_any_form(client: Client, key: str, path: str, form: str) -> None:
    headers = {
        "x-api-key": key,
        "x-request-format": form,
        "x-response-format": form,
        "Accept": "audio/*",
    }
    part = SimpleUploadedFile("chunk.wav", b"RIFF" + b"\0" * 5000, "audio/wav")
    bodies: list[Any] = [{"audio": part, "speciality": "cardiology"}, {}]

    for body in bodies:
        answer = client.post(f"/api/{path}", body, headers=headers)
        assert (answer.status_code, answer.json()) == (501, MISSING)
    answer = client.post(f"/api/{path}", b"{", "application/json", headers=headers)
    assert answer.status_code == 501


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": ""},
        {"x-api-key": "nux_live_nothing"},
        {"x-api-key": "ä"},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic x"},
    ],
)
def test_without_a_key(
    client: Client, db: None, path: str, headers: dict[str, str]
) -> None:
    answer = client.post(f"/api/{path}", headers=headers)

    assert (answer.status_code, answer.json()) == (
        401,
        {
            "error": "Authentication required",
            "message": "Invalid or missing authentication token",
        },
    )


@pytest.mark.parametrize("path", PATHS)
def test_without_a_subscription(
    client: Client, key: str, doctor: User, path: str
) -> None:
    doctor.subscription_until = None
    doctor.save(update_fields=["subscription_until"])

    answer = client.post(f"/api/{path}", headers={"x-api-key": key})

    assert (answer.status_code, answer.json()) == (
        403,
        {"error": "Forbidden", "message": "An active subscription is required."},
    )


@pytest.mark.contract("nuxera", "4.5")
def test_the_specialities(client: Client, db: None) -> None:
    answer = client.get("/api/supported-specialities")

    assert answer.status_code == 200
    listed = answer.json()["specialities"]
    assert {"general_practice", "cardiology", "soap_note"} <= {
        one["value"] for one in listed
    }
    assert all(set(one) == {"value", "label", "description"} for one in listed)
