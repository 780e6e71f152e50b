"""/api/apiKeys (contract nuxera 6)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from medisync.accounts.models import ApiKey, User
from medisync.audit.models import AuditEvent
from medisync.http.people.nuxera.wire import numeric_id
from medisync.lib.hashing import secret_hash
from tests.conftest import Bearer

pytestmark = pytest.mark.contract("nuxera", "6")

NEW = {"name": "Ward tablet", "type": "ai-medical-note", "status": "active"}
KEYS = {
    *("id", "key", "name", "type", "status", "is_default"),
    *("created_at", "expiry_at", "user_id"),
}
MISSING = {"error": "Not found", "message": "There is no such API key."}

Call = Callable[..., Any]


@pytest.fixture
def call(client: Client, bearer: Bearer, doctor: User) -> Call:
    def send(method: str, path: str, body: Any = None, *, by: User = doctor) -> Any:
        return client.generic(
            method,
            f"/api/apiKeys{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers=bearer(by),
        )

    return send


@pytest.fixture
def made(call: Call) -> dict[str, Any]:
    answer = call("POST", "", NEW)
    assert answer.status_code == 201
    body: dict[str, Any] = answer.json()
    return body


def may(client: Client, key: str) -> bool:
    """Whether the key opens what takes one: 501 says that it does."""
    answer = client.post("/api/transcribe", headers={"x-api-key": key})
    assert answer.status_code in (401, 501)
    return answer.status_code == 501


def test_a_key_is_told_once(
    call: Call, client: Client, made: dict[str, Any], doctor: User
) -> None:
    text = made["key"]
    row = ApiKey.objects.get()

    assert made == {
        "message": "API Key created",
        "key": str(uuid.UUID(text)),
        "id": row.pk,
        "user_id": numeric_id(doctor),
    }
    assert row.key_hash == secret_hash(text)
    shown = call("GET", f"/{row.pk}").json()
    assert shown["key"] == f"********-****-****-****-********{text[-4:]}"
    assert text not in json.dumps(list(ApiKey.objects.values()), default=str)
    assert may(client, text)
    assert not may(client, shown["key"])


@pytest.mark.parametrize("path", ["", "/"])
def test_the_list_has_ones_own(
    call: Call, made: dict[str, Any], superuser: User, path: str
) -> None:
    (key,) = call("GET", path).json()

    assert set(key) == KEYS
    assert (key["name"], key["type"], key["status"]) == (
        *("Ward tablet", "ai-medical-note", "active"),
    )
    assert (key["is_default"], key["expiry_at"]) == (False, None)
    assert key["created_at"].endswith("Z")
    assert call("GET", path, by=superuser).json() == []
    assert call("POST", path, NEW).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {**NEW, "name": ""},
        {**NEW, "name": 5},
        {**NEW, "name": "a\0"},
        {**NEW, "name": "x" * 101},
        {**NEW, "type": None},
        {**NEW, "type": "x" * 41},
        {**NEW, "status": "expired"},
        {**NEW, "status": "nonsense"},
        {**NEW, "status": ["active"]},
        {"name": "x", "type": "live"},
    ],
    ids=lambda body: repr(body)[:50],
)
def test_bad_input(call: Call, body: Any) -> None:
    answer = call("POST", "", body)

    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "message"}
    assert not ApiKey.objects.exists()


def test_pausing_and_resuming(call: Call, client: Client, made: dict[str, Any]) -> None:
    path = f"/{made['id']}"

    for verb, status in (("pause", "paused"), ("resume", "active")):
        for _ in range(2):
            answer = call("POST", f"{path}/{verb}")
            assert (answer.status_code, answer.json()["status"]) == (200, status)
        assert set(answer.json()) == KEYS
        assert may(client, made["key"]) == (status == "active")


def test_a_key_can_begin_paused(call: Call, client: Client) -> None:
    made = call("POST", "", {**NEW, "status": "paused"}).json()

    assert not may(client, made["key"])


def test_an_expired_key_stays_so(
    call: Call, client: Client, made: dict[str, Any]
) -> None:
    ApiKey.objects.update(expiry_at=timezone.now() - timedelta(seconds=1))

    assert not may(client, made["key"])
    assert call("POST", f"/{made['id']}/resume").json()["status"] == "expired"
    assert not may(client, made["key"])


def test_one_is_the_default(call: Call, made: dict[str, Any]) -> None:
    other = call("POST", "", NEW).json()

    for chosen in (made, other, other):
        answer = call("POST", f"/{chosen['id']}/default")
        assert (answer.status_code, answer.json()["is_default"]) == (200, True)
        listed = call("GET", "/").json()
        assert [one["id"] for one in listed if one["is_default"]] == [chosen["id"]]


def test_a_key_is_deleted(call: Call, client: Client, made: dict[str, Any]) -> None:
    answer = call("DELETE", f"/{made['id']}")

    assert (answer.status_code, answer.json()) == (200, {"message": "API Key deleted"})
    assert not may(client, made["key"])
    assert call("GET", "/").json() == []
    assert call("DELETE", f"/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", ""),
        ("DELETE", ""),
        *(("POST", f"/{verb}") for verb in ("pause", "resume", "default")),
    ],
)
def test_anothers_key_is_missing(
    call: Call, made: dict[str, Any], other_doctor: User, method: str, rest: str
) -> None:
    theirs = call(method, f"/{made['id']}{rest}", by=other_doctor)

    assert (theirs.status_code, theirs.json()) == (404, MISSING)
    for number in ("0", "9" * 30):
        assert call(method, f"/{number}{rest}").json() == MISSING
    assert call(method, f"/x{rest}").status_code == 404
    key = ApiKey.objects.get()
    assert (key.paused, key.is_default) == (False, False)


def test_every_change_is_on_the_trail(
    call: Call, made: dict[str, Any], doctor: User
) -> None:
    for verb in ("pause", "resume", "default"):
        call("POST", f"/{made['id']}/{verb}")
    call("DELETE", f"/{made['id']}")

    events = AuditEvent.objects.filter(object_kind="apikey").order_by("at", "id")
    assert [event.action for event in events] == [
        *("api_key.add", "api_key.pause", "api_key.resume"),
        *("api_key.default", "api_key.delete"),
    ]
    assert {event.actor_id for event in events} == {doctor.pk}
    assert {event.address for event in events} == {"127.0.0.1"}


@pytest.mark.parametrize("path", ["/api/apiKeys", "/api/download?doctorName=x"])
def test_a_key_does_not_open_what_takes_a_token(
    client: Client, made: dict[str, Any], path: str
) -> None:
    assert client.get(path, headers={"x-api-key": made["key"]}).status_code == 401


def test_whoever_is_deactivated_has_no_keys(
    client: Client, made: dict[str, Any], doctor: User
) -> None:
    doctor.is_active = False
    doctor.save(update_fields=["is_active"])

    assert not may(client, made["key"])
